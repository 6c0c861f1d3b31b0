"""A label that is lost among many fails an artifact, whatever the totals say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tagship_export.errors import ExportError
from tagship_export.recipes import RECIPES, budget_of
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.label_budgets import label_faults
from tagship_export.verification.rejection import judge
from tagship_runtime.typing import Decisions

ROWS, LABELS = 2000, 20
NAMES = tuple(f"label {number}" for number in range(LABELS))
BUDGET = RECIPES["int8"].budget


def decisions(rare: int) -> Decisions:
    """Twenty labels, on in a fifth of the rows each but for the last, which is on in a few."""
    made = np.random.default_rng(0).random((ROWS, LABELS)) < 0.2
    made[:, -1] = np.arange(ROWS) < rare
    return made


def faults(wanted: Decisions, shipped: Decisions) -> list[str]:
    return list(label_faults(wanted, shipped, NAMES, BUDGET))


def test_a_rare_label_that_is_lost_fails_where_rows_have_no_truth() -> None:
    wanted = decisions(rare=20)
    original = np.where(wanted, 0.9, 0.1).astype(np.float32)
    artifact = original.copy()
    artifact[:, -1] = 0.2
    compared = Comparison(
        labels=NAMES,
        thresholds=(0.5,) * LABELS,
        shipped_thresholds=(0.5,) * LABELS,
        original=original,
        batch=artifact,
        alone=artifact[:5],
        targets=None,
    )
    verdict = judge(compared, RECIPES["int8"], BUDGET, name="int8.onnx", size=0)
    assert verdict.shipped_flips / wanted.size < BUDGET.max_flip_rate
    assert verdict.faults == (
        "label 'label 19': 20 of the 20 rows that either side switches on differ (allowed 25%, beyond chance)",
    )
    lenient = replace(BUDGET, max_label_flips=1.0, max_share_change=1.0)
    assert judge(compared, RECIPES["int8"], lenient, name="int8.onnx", size=0).passed


def test_a_share_switched_on_that_doubles_fails() -> None:
    wanted = decisions(rare=34)
    shipped = wanted.copy()
    shipped[34:46, -1] = True
    assert faults(wanted, shipped) == ["label 'label 19': it is on in 46 rows instead of 34 (allowed 25% more or less)"]
    shipped[34:68, -1] = True
    assert "34 of the 68 rows" in faults(wanted, shipped)[0]


@pytest.mark.parametrize(("rare", "lost"), [(2, 2), (40, 8), (1, 1)])
def test_what_chance_explains_does_not_count(rare: int, lost: int) -> None:
    wanted = decisions(rare)
    shipped = wanted.copy()
    shipped[:lost, -1] = False
    assert faults(wanted, shipped) == []


def test_a_label_that_was_never_on() -> None:
    wanted = decisions(rare=0)
    shipped = wanted.copy()
    shipped[:3, -1] = True
    assert len(faults(wanted, shipped)) == 1
    assert faults(wanted, wanted) == []


def test_budgets_are_shares() -> None:
    assert budget_of(RECIPES["int8"], max_label_flips=0.5, max_share_change=2.0) == replace(
        BUDGET, max_label_flips=0.5, max_share_change=2.0
    )
    with pytest.raises(ExportError, match=r"max_label_flips is 1\.5"):
        budget_of(RECIPES["int8"], max_label_flips=1.5)
    with pytest.raises(ExportError, match="max_share_change is nan"):
        budget_of(RECIPES["int8"], max_share_change=float("nan"))


def test_as_many_rows_gained_as_lost_are_no_change() -> None:
    wanted = decisions(rare=400)
    shipped = wanted.copy()
    shipped[:60, -1] = False
    shipped[400:460, -1] = True
    assert faults(wanted, shipped) == []
    shipped[400:460, -1] = False
    shipped[:160, -1] = False
    assert len(faults(wanted, shipped)) == 1
