"""The constants of scaling and bins are finite whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_export.targets.onnx.convert import convert
from tagship_report.try_page.operators import check_operators
from tagship_training.data.bag_of_words import Part
from tagship_training.network.architecture import Architecture
from tagship_training.network.preprocessing import SMALLEST, _counts, fit

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


def test_a_part_that_counts_some_of_the_terms_is_computed_by_what_every_engine_has() -> None:
    """Padding, which some have not, is not among it."""
    import keras

    part = Part(columns=np.array([3, 1]), places=np.array([0, 2]), weight=1.0)
    inputs = keras.Input((5,), name="features")
    counts = _counts(inputs, part, 4)
    model = keras.Model(inputs, keras.layers.Activation("sigmoid", name="scores")(counts))
    rows = RANDOM.integers(0, 9, (7, 5)).astype(np.float32)
    want = np.zeros((7, 4), np.float32)
    want[:, 0], want[:, 2] = rows[:, 3], rows[:, 1]
    np.testing.assert_allclose(model.predict(rows, verbose=0), 1 / (1 + np.exp(-want)), rtol=1e-6)
    check_operators(convert(model, None))
