"""Rules by which an artifact is rejected: which figure counts for which recipe, and that a bound itself is allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tagship_export.recipes import RECIPES, Budget, Recipe
from tagship_export.verification.bounds import clustered_upper_bound
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.rejection import judge
from tagship_export.verification.verdict import Verification

EXACT = replace(RECIPES["float32"], score_tolerance=0.25)
INEXACT = replace(RECIPES["int8"], score_tolerance=0.25)
TIMES = 100
LENIENT = Budget(max_flip_rate=1, max_f1_drop=1, max_label_flips=1, max_share_change=1e9)


def judged(
    original: Any, artifact: Any, recipe: Recipe, shipped: float = 0.5, targets: Any = None, **budget: float
) -> Verification:
    """Judge scores of one label at a threshold of 0.5, each row a hundred times: few rows are another matter."""
    cells = [np.tile(np.array(scores, np.float32), TIMES)[:, None] for scores in (original, artifact)]
    compared = Comparison(
        labels=("a",),
        targets=None if targets is None else np.tile(np.array(targets, np.uint8), TIMES)[:, None],
        thresholds=(0.5,),
        shipped_thresholds=(shipped,),
        original=cells[0],
        batch=cells[1],
        alone=cells[1][:1],
    )
    return judge(compared, recipe, replace(LENIENT, **budget), name="x", size=7, faults=("first",))


def faults(*arguments: Any, **options: Any) -> list[str]:
    first, *others = judged(*arguments, **options).faults
    assert first == "first"
    return others


BORDERLINE = ([0.6, 0.6, 0.9, 0.1], [0.45, 0.45, 0.9, 0.1])
"""Two decisions of four flip, 0.1 from the threshold."""
FIRM = ([0.8, 0.8, 0.9, 0.1], [0.45, 0.45, 0.9, 0.1])


@pytest.mark.parametrize(
    ("scores", "recipe", "rate", "said"),
    [
        (BORDERLINE, EXACT, 0.0, []),
        (BORDERLINE, INEXACT, 0.5, []),
        (
            BORDERLINE,
            INEXACT,
            0.49,
            [
                "200 flips at the original's thresholds (50.00% of decisions, allowed 49.00%)",
                "200 flips at the thresholds that it ships (50.00% of decisions, allowed 49.00%)",
            ],
        ),
        (FIRM, replace(EXACT, score_tolerance=0.29), 0.49, None),
        (FIRM, INEXACT, 0.5, []),
    ],
)
def test_flips_that_count(scores: Any, recipe: Recipe, rate: float, said: list[str] | None) -> None:
    found = faults(*scores, recipe, max_flip_rate=rate)
    if said is None:
        flips, difference = found
        assert flips == "200 flips that are not borderline (50.00% of decisions, allowed 49.00%)"
        assert difference == "a score is off by 0.35 (tolerance 0.29)"
    else:
        assert found == said


def test_flips_of_what_ships_are_counted_apart() -> None:
    """Moved to 0.4, the threshold undoes the flips at 0.5; moved to 0.05, it makes one of its own."""
    assert faults(*BORDERLINE, INEXACT, 0.4, max_flip_rate=0.49) == [
        "200 flips at the original's thresholds (50.00% of decisions, allowed 49.00%)"
    ]
    assert faults([0.9, 0.1], [0.9, 0.1], INEXACT, 0.05, max_flip_rate=0.49) == [
        "100 flips at the thresholds that it ships (50.00% of decisions, allowed 49.00%)"
    ]
    assert faults([0.9, 0.1], [0.9, 0.1], INEXACT, 0.05, max_flip_rate=0.5) == []
    assert faults([0.9, 0.1], [0.9, 0.1], EXACT, 0.05, max_flip_rate=0.0) == []  # its thresholds are checked as such
    verdict = judged([0.9, 0.1], [0.9, 0.1], INEXACT, 0.05)
    assert (verdict.parity.flips, verdict.shipped_flips) == (0, 100)


@pytest.mark.parametrize(("tolerance", "off"), [(0.25, False), (0.2499, True)])
def test_a_score_may_be_off_by_the_tolerance(tolerance: float, off: bool) -> None:
    scores = [1.0, 0.1], [0.75, 0.1]
    assert (faults(*scores, replace(EXACT, score_tolerance=tolerance)) != []) == off
    assert faults(*scores, replace(INEXACT, score_tolerance=tolerance)) == []


@pytest.mark.parametrize(("drop", "said"), [(0.25, []), (0.2499, ["macro-F1 falls by 0.2500 (allowed 0.2499)"])])
def test_f1_may_fall_by_its_budget(drop: float, said: list[str]) -> None:
    """From 1 to 3/4: three are right of five that are on."""
    original, artifact, truth = [0.9] * 3 + [0.1] * 5, [0.9] * 5 + [0.1] * 3, [1] * 3 + [0] * 5
    assert faults(original, artifact, INEXACT, targets=truth, max_f1_drop=drop) == said
    assert faults(artifact, original, INEXACT, targets=truth, max_f1_drop=0.0) == []  # better is no fault
    assert faults(original, artifact, INEXACT, max_f1_drop=0.0) == []  # nobody knows the truth


def test_quality_is_of_both_sides_and_both_thresholds() -> None:
    truth = [1, 1, 0, 0]
    verdict = judged([0.9, 0.8, 0.2, 0.1], [0.9, 0.3, 0.2, 0.1], INEXACT, 0.25, truth)
    assert verdict.before is not None
    assert verdict.unmoved is not None
    assert verdict.after is not None
    assert [verdict.before.macro_f1, verdict.unmoved.macro_f1, verdict.after.macro_f1] == [1, pytest.approx(2 / 3), 1]
    assert verdict.quality() == {"original": verdict.before.to_dict(), "artifact": verdict.after.to_dict()}
    unknown = judged([0.9], [0.9], INEXACT)
    assert (unknown.before, unknown.unmoved, unknown.after, unknown.quality()) == (None, None, None, None)


def test_label_budgets_are_for_recipes_that_are_not_exact() -> None:
    original, artifact = [0.9] * 40 + [0.1] * 40, [0.4] * 40 + [0.1] * 40
    assert faults(original, artifact, replace(EXACT, score_tolerance=0.6), max_label_flips=0.5) == []
    (said,) = faults(original, artifact, INEXACT, max_label_flips=0.5)
    assert said.startswith("label 'a': 4000 of the 4000 rows")


def test_a_verdict_says_what_was_judged() -> None:
    verdict = judged([0.9, 0.1], [0.8, 0.1], INEXACT)
    assert (verdict.artifact, verdict.size, verdict.recipe, verdict.thresholds) == ("x", 7, "int8", (0.5,))
    assert not verdict.passed
    assert replace(verdict, faults=()).passed
    document = verdict.to_dict()
    assert document["quality_unmoved"] is None
    assert document["parting"] is None
    assert document["parity"]["shipped_flip_rate"] == 0
    assert document["parity"]["original_thresholds"] == [0.5]
    flipped = judged([0.9, 0.1, 0.1, 0.1], [0.2, 0.1, 0.1, 0.1], INEXACT).to_dict()["parity"]
    assert (flipped["shipped_flips"], flipped["shipped_flip_rate"]) == (100, 0.25)
    assert flipped["shipped_flip_rate_upper"] == pytest.approx(flipped["flip_rate_upper"])


def test_decisions_of_all_labels_are_counted() -> None:
    """One in eight flips, at both thresholds."""
    original = np.full((400, 2), 0.9, np.float32)
    artifact = original.copy()
    artifact[:100, 1] = 0.1
    compared = Comparison(
        labels=("a", "b"),
        targets=None,
        thresholds=(0.5, 0.5),
        shipped_thresholds=(0.5, 0.5),
        original=original,
        batch=artifact,
        alone=artifact[:1],
    )
    for rate, faults in ((0.125, 0), (0.1249, 2)):
        verdict = judge(compared, INEXACT, replace(LENIENT, max_flip_rate=rate))
        assert len(verdict.faults) == faults
    assert (verdict.artifact, verdict.size) == ("", 0)
    flipped = np.zeros((400, 2), bool)
    flipped[:100, 1] = True
    assert verdict.shipped_flip_rate_upper_clustered == clustered_upper_bound(flipped)
