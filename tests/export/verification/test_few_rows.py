"""On few rows a single flip breaks no budget that is finer than the rows can measure, and the verdict says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tagship_export.recipes import RECIPES, budget_of
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.own_conversion import Explained
from tagship_export.verification.rejection import judge


def compared(rows: int, flips: int, difference: float = 7e-6) -> Comparison:
    """Scores beside a threshold of 0.5, so many of which cross it."""
    random = np.random.default_rng(0)
    original = random.uniform(0.6, 0.9, (rows, 3)).astype(np.float32)
    original[::2] -= np.float32(0.5)
    original[:flips, 0] = 0.5 + difference / 2
    artifact = original.copy()
    artifact[:flips, 0] -= np.float32(difference)
    targets = (original >= 0.5).astype(np.uint8)
    return Comparison(
        labels=("a", "b", "c"),
        targets=targets,
        thresholds=(0.5,) * 3,
        shipped_thresholds=(0.5,) * 3,
        original=original,
        batch=artifact,
        alone=artifact[:10],
    )


def verdict(recipe: str, rows: int, flips: int, **budget: Any) -> Any:
    return judge(compared(rows, flips), RECIPES[recipe], budget_of(RECIPES[recipe], **budget))


@pytest.mark.parametrize("recipe", ["float16", "float32"])
def test_one_flip_on_few_rows_is_told_and_no_fault(recipe: str) -> None:
    found = verdict(recipe, 40, 1)
    assert found.passed, found.faults
    (note,) = found.notes
    assert note.startswith("too few rows to tell: 1 of 120 decisions differ, as they often would at a rate of 0.20%")
    assert found.to_dict()["notes"] == [note]
    assert verdict(recipe, 40, 0).notes == ()


def test_flips_that_no_chance_explains_are_a_fault_on_few_rows_as_well() -> None:
    found = verdict("float16", 40, 5)
    assert not found.passed
    assert found.notes == ()
    assert "5 flips at the original's thresholds (4.17% of decisions, allowed 0.20%)" in found.faults


def test_a_budget_that_the_rows_can_measure_is_held_to() -> None:
    assert verdict("float16", 4000, 24).passed
    over = verdict("float16", 4000, 25)
    assert not over.passed
    assert over.notes == ()
    none_allowed = verdict("float16", 40, 1, max_flip_rate=0.0)
    assert not none_allowed.passed


def test_flips_that_are_not_borderline_fail_float32_on_few_rows() -> None:
    found = judge(compared(40, 1, difference=1e-3), RECIPES["float32"], RECIPES["float32"].budget)
    assert not found.passed
    assert found.notes == ()


@pytest.mark.parametrize("recipe", ["float16", "dynamic_int8"])
def test_few_rows_excuse_no_fall_of_f1_that_rounding_does_not_explain(recipe: str) -> None:
    few = compared(40, 1, difference=0.004)
    rule = RECIPES[recipe]
    excused = judge(few, rule, budget_of(rule, max_f1_drop=0.0), explained=Explained(most=0.005))
    assert excused.passed, excused.faults
    assert len(excused.notes) == 1
    beyond = judge(few, rule, budget_of(rule, max_f1_drop=0.0), explained=Explained(most=0.003))
    assert [fault.split(" ", 2)[0] for fault in beyond.faults] == ["a", "macro-F1"]
    assert beyond.notes == ()
    lenient = judge(few, rule, budget_of(rule, max_f1_drop=0.0), explained=Explained(most=0.003), strict=False)
    assert [fault.split(" ", 1)[0] for fault in lenient.faults] == ["macro-F1"]


def test_a_difference_as_large_as_the_bound_is_within_it() -> None:
    few, rule = compared(40, 1, difference=0.004), RECIPES["dynamic_int8"]
    largest = judge(few, rule, rule.budget).parity.max_difference
    exactly = judge(few, rule, budget_of(rule, max_f1_drop=0.0), explained=Explained(most=largest))
    assert exactly.passed, exactly.faults
    assert len(exactly.notes) == 1
    beyond = Explained(most=float(np.nextafter(largest, 0)))
    assert not judge(few, rule, budget_of(rule, max_f1_drop=0.0), explained=beyond).passed


def saturating(rows: int, count: int) -> Comparison:
    """Rows, so many of which lie beyond what calibrated the file: one label of each is far off, the first flips."""
    sound = compared(rows, 0)
    artifact = sound.original.copy()
    artifact[:count, 0] += np.float32(0.0625)
    artifact[0, 0] = 0.75
    return replace(sound, batch=artifact, alone=artifact[:10])


@pytest.mark.parametrize(("count", "told"), [(1, True), (15, True), (16, False)])
@pytest.mark.parametrize("beyond", [0.0, 0.25])
def test_single_rows_may_saturate_where_other_rows_calibrated(count: int, told: bool, beyond: float) -> None:
    rule, told = RECIPES["int8"], told and beyond > 0
    explained = Explained(most=0.05, beyond=beyond)
    found = judge(saturating(40, count), rule, budget_of(rule, max_f1_drop=0.0), explained=explained, strict=not beyond)
    assert found.passed is told, found.faults
    assert [note.split(":")[0] for note in found.notes if "too few" in note] == ["too few rows to tell"] * told
    saturated = [note for note in found.notes if "lie beyond those that calibrated it" in note]
    assert [note.split(" rows")[0] for note in saturated] == [f"{count} of 40"] * told
    assert any("explains 0.05" in fault for fault in found.faults) is (beyond == 0)
