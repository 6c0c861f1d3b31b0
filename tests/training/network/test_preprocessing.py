"""The constants of scaling and bins are finite whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from tagship_export.targets.onnx.convert import convert
from tagship_report.try_page.operators import check_operators
from tagship_runtime.engines import numpy_onnx
from tagship_training.data.bag_of_words import BagOfWords, Part
from tagship_training.network import preprocessing
from tagship_training.network.architecture import Architecture
from tagship_training.network.preprocessing import SMALLEST, fit, word_weights

ARCHITECTURE = Architecture(
    name="one",
    members=2,
    hidden=(4,),
    scale=True,
    keep_tails=True,
    bins=16,
    dropout_in=0,
    dropout=0,
    epochs=1,
    batch_size=32,
    learning_rate=1e-3,
    weight_decay=None,
)
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    "exponents", [(-43, 0), (-45, -38), (-40, -39), (-3, 3)], ids=["p-values", "subnormal", "all tiny", "usual"]
)
def test_inverses_are_finite(exponents: tuple[int, int]) -> None:
    values = (10.0 ** RANDOM.uniform(*exponents, 500)).astype(np.float32)[:, None]
    encoding = fit(ARCHITECTURE, values, [0])
    with np.errstate(over="raise", divide="raise"):
        assert np.isfinite(1 / encoding.spread).all()
        assert np.isfinite(1 / encoding.size).all()
    assert (encoding.size >= np.float32(SMALLEST)).all()


def test_bins_of_usual_numbers_are_their_quantiles() -> None:
    values = RANDOM.normal(size=(500, 1)).astype(np.float32)
    encoding = fit(ARCHITECTURE, values, [0])
    edges = np.quantile(values[:, 0].astype(np.float64), np.linspace(0, 1, ARCHITECTURE.bins + 1)).astype(np.float32)
    np.testing.assert_array_equal(encoding.low, edges[:-1])


BAG = BagOfWords(
    parts=(
        Part(columns=np.array([0, 1, 2, 3]), places=np.array([0, 2, 3, 4]), weight=2.0),
        Part(columns=np.array([7, 5, 6, 8]), places=np.array([1, 2, 3, 5]), weight=1.0),
    ),
    names=tuple("abcdef"),
    frequency=np.linspace(1, 2, 6, dtype=np.float32),
    gain=np.array([1, 2, 4, 3, 6, 5], np.float32),
)


@pytest.mark.parametrize(("ordered", "most"), [(False, 16), (True, 16), (True, 0)])
@pytest.mark.parametrize("terms", [6, 4, 2])
def test_words_weigh_by_what_every_engine_has(
    ordered: bool, most: int, terms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Padding, which some have not, is not among it."""
    import keras

    monkeypatch.setattr(preprocessing, "MOST_BLOCKS", most)
    bag = (BAG.in_blocks() if ordered else BAG).best(terms)
    inputs = keras.Input((9,), name="features")
    model = keras.Model(inputs, keras.layers.Activation("sigmoid", name="scores")(word_weights(inputs, bag)))
    rows = RANDOM.integers(0, 3, (7, 9)).astype(np.float32)
    want = 1 / (1 + np.exp(-bag.weigh(sparse.csr_matrix(rows)).toarray()))
    np.testing.assert_allclose(model.predict(rows, verbose=0), want, rtol=1e-6)
    payload = convert(model, None)
    check_operators(payload)
    np.testing.assert_allclose(numpy_onnx.load(payload).compute(rows), want, rtol=1e-6)


def test_columns_of_terms_in_blocks_are_slices() -> None:
    """Of any number of the best terms, in a matrix that has more of them."""
    bag = BAG.in_blocks()
    assert bag.names == ("e", "a", "c", "d", "f", "b")  # the first part's, both parts', the second part's
    assert [part.columns.tolist() for part in bag.parts] == [[3, 0, 1, 2], [5, 6, 8, 7]]
    columns = np.concatenate([part.columns for part in bag.parts])
    assert [part.columns.tolist() for part in bag.at(columns).parts] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    for terms in range(1, 7):
        best = bag.best(terms).at(columns)
        for block in best.blocks():
            for part in best.parts:
                own = part.columns[(part.places >= block.start) & (part.places < block.stop)]
                assert (np.diff(own) == 1).all()
