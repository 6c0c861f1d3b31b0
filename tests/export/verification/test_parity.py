"""Parity figures against hand calculation; nothing passes by being empty or NaN."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from tagship_export.errors import ExportError
from tagship_export.verification.parity import compare
from tagship_runtime.typing import Scores

ORIGINAL = np.array([[0.50, 0.20], [0.40, 0.90], [0.10, 0.30]], np.float32)


def test_figures() -> None:
    artifact = np.array([[0.49, 0.20], [0.40, 0.30], [0.10, 0.30]], np.float32)
    parity = compare(ORIGINAL, artifact, (0.5, 0.5), ("a", "b"), tolerance=0.02)
    assert (parity.rows, parity.flips, parity.firm_flips) == (3, 2, 1)
    assert parity.flips_per_label == {"a": 1, "b": 1}
    assert parity.max_difference == pytest.approx(0.6)
    assert parity.mean_difference == pytest.approx(0.61 / 6)
    assert parity.flip_rate == pytest.approx(2 / 6)
    assert parity.flip_rate_upper == pytest.approx(beta.ppf(0.95, 3, 4))


def test_a_score_at_its_threshold_is_on() -> None:
    parity = compare(ORIGINAL, ORIGINAL, (0.5, 0.2), ("a", "b"), tolerance=0)
    assert (parity.flips, parity.max_difference) == (0, 0)
    below = np.nextafter(ORIGINAL, np.float32(0))
    assert compare(ORIGINAL, below, (0.5, 0.2), ("a", "b"), tolerance=0).flips_per_label == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("artifact", "said"),
    [
        (ORIGINAL[:2], "shapes"),
        (ORIGINAL[:, :1], "shapes"),
        (np.where(ORIGINAL[1, 1] == ORIGINAL, np.float32(np.nan), ORIGINAL), "'b' in row 1 is nan"),
        (ORIGINAL * 3, "sigmoid"),
    ],
)
def test_what_cannot_be_compared(artifact: Scores, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        compare(ORIGINAL, artifact, (0.5, 0.5), ("a", "b"), tolerance=0)


def test_nothing_proves_nothing() -> None:
    with pytest.raises(ExportError, match="no rows"):
        compare(ORIGINAL[:0], ORIGINAL[:0], (0.5, 0.5), ("a", "b"), tolerance=0)
