"""Parity's figures and the worst of two ways, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_export.errors import ExportError
from tagship_export.verification.bounds import clustered_upper_bound, upper_bound
from tagship_export.verification.parity import check_scores, compare, worse_of, worst_rows
from tagship_runtime.typing import Scores

ORIGINAL = np.array([[0.5, 0.2, 0.7], [0.4, 0.9, 0.6], [0.1, 0.3, 0.75]], np.float32)
ARTIFACT = np.array([[0.2, 0.6, 0.4], [0.6, 0.9, 0.65], [0.1, 0.1, 0.45]], np.float32)
CUT, LABELS = (0.5, 0.5, 0.5), ("a", "b", "c")


def changed(scores: Scores, row: int, label: int, score: float) -> Scores:
    other = scores.copy()
    other[row, label] = score
    return other


def test_every_figure() -> None:
    """Flips are 0.5 to 0.2, 0.2 to 0.6, 0.7 to 0.4, 0.4 to 0.6 and 0.75 to 0.45; 0.5 and 0.4 are near 0.5."""
    parity = compare(ORIGINAL, ARTIFACT, CUT, LABELS, tolerance=0.15, batch_difference=0.125)
    differences = [0.3, 0.4, 0.3, 0.2, 0, 0.05, 0, 0.2, 0.3]
    flipped = np.array([[True, True, True], [True, False, False], [False, False, True]])
    assert parity.to_dict() == {
        "rows": 3,
        "max_difference": pytest.approx(0.4),
        "mean_difference": pytest.approx(sum(differences) / 9),
        "p99_difference": pytest.approx(np.quantile(differences, 0.99), abs=1e-6),
        "flips": 5,
        "firm_flips": 3,
        "flips_per_label": {"a": 2, "b": 1, "c": 2},
        "flip_rate": 5 / 9,
        "flip_rate_upper": upper_bound(5, 9),
        "flip_rate_upper_clustered": clustered_upper_bound(flipped),
        "tolerance": 0.15,
        "batch_difference": 0.125,
    }
    assert compare(ORIGINAL, ARTIFACT, CUT, LABELS, 0.15).batch_difference == 0


@pytest.mark.parametrize(("tolerance", "firm"), [(0.25, 0), (0.2499999, 1)])
def test_a_flip_at_the_tolerance_is_borderline(tolerance: float, firm: int) -> None:
    for score, other in ((0.25, 0.9), (0.75, 0.1)):
        one, two = np.array([[score]], np.float32), np.array([[other]], np.float32)
        parity = compare(one, two, (0.5,), ("a",), tolerance)
        assert (parity.flips, parity.firm_flips) == (1, firm)


@pytest.mark.parametrize(
    ("original", "artifact", "labels", "said"),
    [
        (ORIGINAL, ARTIFACT[:2], LABELS, r"shapes \(3, 3\) and \(2, 3\) for 3 labels"),
        (ORIGINAL, ARTIFACT, LABELS[:2], "for 2 labels"),
        (ORIGINAL[0], ARTIFACT[0], LABELS, "shapes"),
        (ORIGINAL[:0], ARTIFACT[:0], LABELS, "no rows to compare"),
        (changed(ORIGINAL, 1, 1, 1.5), ARTIFACT, LABELS, "the original's .* 'b' in row 1 is 1.5"),
        (ORIGINAL, changed(ARTIFACT, 0, 2, -0.5), LABELS, "the artifact's .* 'c' in row 0 is -0.5"),
        (ORIGINAL, changed(ARTIFACT, 2, 0, np.nan), LABELS, "'a' in row 2 is nan"),
        (ORIGINAL, changed(ARTIFACT, 2, 0, 1.0000001), LABELS, "'a' in row 2"),
        (ORIGINAL, changed(ARTIFACT, 2, 0, -1e-30), LABELS, "'a' in row 2"),
    ],
)
def test_what_cannot_be_compared(original: Scores, artifact: Scores, labels: tuple[str, ...], said: str) -> None:
    with pytest.raises(ExportError, match=said):
        check_scores(original, artifact, labels)


def test_zero_and_one_are_scores() -> None:
    ends = np.array([[0.0, 1.0]], np.float32)
    check_scores(ends, ends, ("a", "b"))


@pytest.mark.parametrize(
    ("original", "batch", "alone", "want"),
    [
        (0.6, 0.7, 0.4, 0.4),  # alone it flips
        (0.6, 0.4, 0.9, 0.4),  # in the batch it flips, though the other is farther
        (0.6, 0.4, 0.3, 0.3),  # both flip: the farther
        (0.6, 0.3, 0.4, 0.3),
        (0.6, 0.65, 0.8, 0.8),  # neither flips: the farther
        (0.6, 0.8, 0.65, 0.8),
        (0.6, 0.8, 0.55, 0.8),  # farther on the other side
        (0.6, 0.55, 0.8, 0.8),
        (0.75, 0.625, 0.875, 0.625),  # as far: the batch's
        (0.2, 0.1, 0.5, 0.5),  # a score at its threshold is on
        (0.5, 0.625, 0.375, 0.375),
        (0.5, 0.375, 0.5, 0.375),
        (0.6, 0.5, 0.9, 0.9),
    ],
)
def test_the_worse_of_two_ways(original: float, batch: float, alone: float, want: float) -> None:
    cells = [np.array([[score]], np.float32) for score in (original, batch, alone)]
    assert worse_of(cells[0], (0.5,), cells[1], cells[2]) == np.float32(want)


def test_the_worst_rows_come_first() -> None:
    original = np.array([[0.5, 0.5], [0.9, 0.1], [0.3, 0.6], [0.5, 0.45]], np.float32)
    artifact = np.array([[0.5, 0.5], [0.8, 0.3], [0.3, 0.2], [0.3, 0.5]], np.float32)
    first, second, third, fourth = worst_rows(original, artifact, (0.5, 0.5), ("a", "b"))
    assert first.to_dict() == {
        "row": 2,
        "label": "b",
        "original": pytest.approx(0.6),
        "artifact": pytest.approx(0.2),
        "flipped": True,
    }
    assert (second.row, second.label, second.flipped) == (1, "b", False)
    assert (third.row, third.label, third.flipped) == (3, "a", True)  # a score at its threshold is on
    assert (fourth.row, fourth.label, fourth.flipped) == (0, "a", False)
    assert worst_rows(original, artifact, (0.5, 0.5), ("a", "b"), 1) == (first,)
    (one,) = worst_rows(original[3:], np.array([[0.5, 0.5]], np.float32), (0.5, 0.5), ("a", "b"))
    assert (one.label, one.flipped) == ("b", True)
    (other,) = worst_rows(np.array([[0.25]], np.float32), np.array([[0.75]], np.float32), (0.75,), ("a",))
    assert other.flipped


def test_ten_rows_unless_asked() -> None:
    scores = np.full((30, 1), 0.5, np.float32)
    assert [row.row for row in worst_rows(scores, scores, (0.5,), ("a",))] == list(range(10))
