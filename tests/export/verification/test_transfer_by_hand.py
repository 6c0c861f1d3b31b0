"""Where a threshold goes, to the digit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_export.verification.threshold_transfer import agreeing_thresholds, transfer_thresholds


def moved(wanted: list[int], cut: float, artifact: Any) -> float:
    """Threshold of one label whose original decides so at a cut."""
    original = np.where(np.array(wanted) == 1, np.float32(cut), np.float32(cut) / 2).astype(np.float32)
    (threshold,) = agreeing_thresholds(original[:, None], (cut,), np.array(artifact, np.float32)[:, None])
    return threshold


@pytest.mark.parametrize(
    ("wanted", "cut", "artifact", "want"),
    [
        ([1, 1, 0], 0.5, [0.9, 0.48, 0.1], 0.46),  # past 0.48, which is 0.02 away, by as much
        ([1, 1, 0], 0.5, [0.9, 0.48, 0.47], 0.475),  # at most half the gap
        ([1, 1, 0], 0.5, [0.9, 0.49999, 0.1], 0.49989),  # at least 0.0001
        ([1, 0, 0], 0.5, [0.9, 0.55, 0.1], 0.6),
        ([1, 0, 0], 0.5, [0.9, 0.85, 0.1], 0.875),
        ([1, 0], 0.5, [0.9, 0.5], 0.5001),  # a score at its threshold is on
        ([0, 0], 0.5, [0.9, 0.2], 0.95),  # above all scores, half way to 1
        ([1, 1], 0.5, [0.9, 0.1], 0.05),  # below all, half way to 0
        ([1, 0, 0, 1], 0.7, [0.9, 0.8, 0.2, 0.1], 0.85),  # on for one or for all agrees as well: the nearer one
        ([1, 0, 0, 1], 0.15, [0.9, 0.8, 0.2, 0.1], 0.05),
        ([1, 0], 0.2, [0.9, 0.1], 0.2),  # it agrees as it is
        ([1, 1, 0], 0.5, [0.9, 0.5, 0.1], 0.5),
    ],
)
def test_a_threshold_goes_past_the_score_that_it_has_to_pass(
    wanted: list[int], cut: float, artifact: list[float], want: float
) -> None:
    assert moved(wanted, cut, artifact) == pytest.approx(want, abs=2e-6)


def neighbours(even: bool) -> tuple[np.float32, np.float32]:
    """Two float32 without another between them, of which the lower has an even or an odd last digit."""
    lower = np.float32(0.75) if even else np.nextafter(np.float32(0.75), np.float32(1))
    return lower, np.nextafter(lower, np.float32(1))


def test_between_neighbours_only_the_upper_one_can_be_a_threshold() -> None:
    lower, upper = neighbours(even=False)  # half way between them is rounded up
    assert moved([1, 0], 0.5, [upper, lower]) == upper
    lower, upper = neighbours(even=True)  # here it is rounded down, to a threshold that switches both on
    assert moved([1, 0], 0.5, [upper, lower]) == 0.5


def test_one_is_no_threshold() -> None:
    assert moved([0, 0], 0.5, [np.nextafter(np.float32(1), np.float32(0)), 0.1]) == 0.5


def test_a_threshold_on_a_score_switches_it_on() -> None:
    lower, upper = neighbours(even=False)
    original = np.repeat(np.array([0.6, 0.4], np.float32), 10)[:, None]
    artifact = np.repeat([upper, lower], 10).astype(np.float32)[:, None]
    assert transfer_thresholds(original, (0.5,), artifact) == (float(upper),)


def test_flips_that_stay_do_not_count() -> None:
    """Twelve are undone and none is made; five stay whatever the threshold is."""
    original = np.repeat(np.array([0.9, 0.1, 0.1], np.float32), [100, 12, 5])[:, None]
    artifact = np.repeat(np.array([0.9, 0.6, 0.95], np.float32), [100, 12, 5])[:, None]
    assert transfer_thresholds(original, (0.5,), artifact)[0] == pytest.approx(0.7)


@pytest.mark.parametrize(("undone", "moves"), [(4, False), (5, True)])
def test_labels_move_each_on_its_own(undone: int, moves: bool) -> None:
    original = np.repeat(np.array([[0.9, 0.9], [0.1, 0.1]], np.float32), [20, undone], axis=0)
    artifact = original.copy()
    artifact[20:, 1] = 0.6
    first, second = transfer_thresholds(original, (0.5, 0.5), artifact)
    assert first == 0.5
    assert (second > 0.6) == moves
