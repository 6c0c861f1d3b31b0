"""Parity figures against hand calculation; nothing passes by being empty or NaN."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from tagship_export.data.rows import targets_of
from tagship_export.errors import ExportError
from tagship_export.verification.metrics import measure
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


def test_quality_counts_cells() -> None:
    targets = np.array([[1, 0], [1, 1], [0, 0]], np.uint8)
    decisions = np.array([[1, 0], [0, 1], [1, 0]], bool)
    quality = measure(targets, decisions)
    assert quality.micro_f1 == pytest.approx(4 / 6)
    assert quality.macro_f1 == pytest.approx((0.5 + 1) / 2)
    assert quality.worst_label_f1 == pytest.approx(0.5)
    assert quality.hamming_loss == pytest.approx(2 / 6)
    assert quality.subset_accuracy == pytest.approx(1 / 3)


def test_targets_by_either_name() -> None:
    table = {"label:a": [0, 1], "b": [1, 1], "x": [0.5, 0.5]}
    found = targets_of(table, ("a", "b"))
    assert found is not None
    assert found.tolist() == [[0, 1], [1, 1]]
    assert targets_of(table, ("c",)) is None
    with pytest.raises(ExportError, match="none for 'c'"):
        targets_of(table, ("a", "c"))
    with pytest.raises(ExportError, match="0 and 1"):
        targets_of(table, ("x",))
