"""The constants of scaling and bins are finite whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.network.architecture import Architecture
from tagship_training.network.preprocessing import SMALLEST, fit

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
