"""Figures of a comparison of scores, against hand calculation."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_export.recipes import RECIPES, Budget
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.rejection import judge

ORIGINAL = np.array([[0.6], [0.4], [0.9], [0.1]], np.float32)
BATCH = np.array([[0.6], [0.45], [0.8], [0.1]], np.float32)
ALONE = np.array([[0.4], [0.41]], np.float32)
"""The first row flips alone, the second differs less than in the batch."""


def compared(targets: list[list[int]] | None = None, shipped: float = 0.5, times: int = 1) -> Comparison:
    """Scores of both sides, the rows repeated."""
    return Comparison(
        labels=("a",),
        targets=None if targets is None else np.tile(np.array(targets, np.uint8), (times, 1)),
        thresholds=(0.5,),
        shipped_thresholds=(shipped,),
        original=np.tile(ORIGINAL, (times, 1)),
        batch=np.tile(BATCH, (times, 1)),
        alone=ALONE,
    )


def test_the_worse_of_both_ways_counts() -> None:
    one = compared()
    assert one.worst.ravel().tolist() == pytest.approx([0.4, 0.45, 0.8, 0.1])
    assert one.batch_difference == pytest.approx(0.2)
    assert one.original_decisions.ravel().tolist() == [True, False, True, False]
    assert one.unmoved_decisions.ravel().tolist() == [True, False, True, False]
    assert one.worst_decisions.ravel().tolist() == [False, False, True, False]
    assert compared(shipped=0.42).shipped_decisions.ravel().tolist() == [True, True, True, False]
    assert compared(shipped=0.42).worst_decisions.ravel().tolist() == [False, True, True, False]


def test_a_verdict() -> None:
    budget = Budget(max_flip_rate=0.25, max_f1_drop=0.1, max_label_flips=1, max_share_change=1)
    kept = judge(compared([[1], [0], [1], [0]]), RECIPES["int8"], budget, name="x")
    assert (kept.passed, kept.parity.flips, kept.shipped_flips) == (True, 1, 1)
    assert [q.macro_f1 for q in (kept.before, kept.unmoved, kept.after) if q] == [1.0, 1.0, 1.0]
    truth = [[1], [0], [1], [0]]
    broken = judge(compared(truth, shipped=0.42, times=20), RECIPES["int8"], budget, faults=("first",))
    assert not broken.passed
    assert [fault.split()[0] for fault in broken.faults] == ["first", "21", "macro-F1"]
    assert broken.unmoved is not None
    assert broken.unmoved.macro_f1 == 1.0
    exact = judge(compared(), RECIPES["float32"], budget)
    assert [fault.split(" (")[0] for fault in exact.faults] == ["a score is off by 0.2"]
    assert (exact.before, exact.quality()) == (None, None)
