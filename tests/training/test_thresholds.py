"""Tuned thresholds are the best there are, by trying all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from tagship_training.thresholds import best_f1, tune

CELL = st.tuples(st.integers(0, 1), st.floats(0, 1, width=32))


@given(st.lists(CELL, min_size=1, max_size=20))
def test_no_other_threshold_is_better(cells: list[tuple[int, float]]) -> None:
    targets = np.array([target for target, _ in cells], np.uint8)
    scores = np.array([score for _, score in cells], np.float32)
    threshold = np.float32(best_f1(targets, scores))
    assert 0 < threshold < 1

    def f1(cut: np.float32) -> float:
        return float(f1_score(targets, scores >= cut, zero_division=0))

    smallest, largest = np.nextafter(np.float32(0), np.float32(1)), np.nextafter(np.float32(1), np.float32(0))
    others = [cut for score in scores for cut in (score, np.nextafter(score, np.float32(1))) if 0 < cut < 1]
    if targets.any():
        assert f1(threshold) >= max(f1(cut) for cut in (smallest, largest, *others)) - 1e-12


def test_it_stands_between_two_scores() -> None:
    targets = np.array([[0], [0], [1], [1]], np.uint8)
    scores = np.array([[0.1], [0.3], [0.5], [0.9]], np.float32)
    assert tune(targets, scores) == pytest.approx((0.4,))


def test_a_label_without_positives_keeps_half() -> None:
    assert best_f1(np.zeros(3, np.uint8), np.array([0.1, 0.2, 0.3], np.float32)) == 0.5
