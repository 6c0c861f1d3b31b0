"""From scores to a verdict: the rules by which an artifact is rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tagship_export.recipes import Budget, Recipe
from tagship_export.verification.bounds import clustered_upper_bound, lower_bound
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.histograms import count_differences
from tagship_export.verification.label_budgets import label_faults
from tagship_export.verification.metrics import Quality, measure
from tagship_export.verification.own_conversion import UNKNOWN, Explained
from tagship_export.verification.parity import Parity, compare, worst_rows
from tagship_export.verification.verdict import Verification

FEW = 10
"""Flips that a budget has to allow on the rows at hand; one that allows fewer is finer than they can measure."""

BORDERLINE_RATE = 0.002
"""Share of decisions that rounding may take over a threshold in a recipe that is exact, as float16 may."""


def judge(
    compared: Comparison,
    recipe: Recipe,
    budget: Budget,
    *,
    name: str = "",
    size: int = 0,
    faults: Sequence[str] = (),
    explained: Explained = UNKNOWN,
    strict: bool = True,
) -> Verification:
    """Judge an artifact by its scores.

    Args:
        compared: Both sides' scores of the same rows.
        recipe: How the artifact stores numbers; it says which differences matter.
        budget: What is allowed.
        name: Of the artifact, for people.
        size: In bytes, likewise.
        faults: What is wrong with it besides, in words.
        explained: How far scores may be off, where a conversion of the original tells; no rows are too few for more.
        strict: Whether more than that is a fault in itself.
    """
    original, worst, thresholds, labels = compared.original, compared.worst, compared.thresholds, compared.labels
    parity = compare(original, worst, thresholds, labels, recipe.score_tolerance, compared.batch_difference)
    before = unmoved = after = None
    if compared.targets is not None:
        before = measure(compared.targets, compared.original_decisions)
        unmoved = measure(compared.targets, compared.unmoved_decisions)
        after = measure(compared.targets, compared.shipped_decisions)
    wanted, shipped = compared.original_decisions, compared.worst_decisions
    shipped_flips = int((shipped != wanted).sum())
    f1_faults = list(_quality_faults(before, after, budget))
    farther = explained.farther_rows(original, worst)
    beyond = explained.too_many(farther, parity.rows)
    few = None if beyond else _too_few(parity, shipped_flips, recipe, budget, f1_breaks=bool(f1_faults))
    return Verification(
        artifact=name,
        size=size,
        parity=parity,
        worst=worst_rows(original, worst, thresholds, labels),
        histograms=count_differences(original, worst, thresholds),
        thresholds=thresholds,
        shipped_flips=shipped_flips,
        shipped_flip_rate_upper_clustered=clustered_upper_bound(shipped != wanted),
        before=before,
        unmoved=unmoved,
        after=after,
        budget=budget,
        recipe=recipe.name,
        divergence=None,
        faults=(
            *faults,
            *_parity_faults(parity, shipped_flips, recipe, budget),
            *(farther_off(compared, explained) if strict else ()),
            *(() if recipe.exact else label_faults(wanted, shipped, labels, budget)),
            *(() if few else f1_faults),
        ),
        notes=(*([few] if few else []), *([_saturated(parity, farther, explained)] if farther and not beyond else [])),
    )


def _too_few(parity: Parity, shipped_flips: int, recipe: Recipe, budget: Budget, *, f1_breaks: bool) -> str | None:
    """Say that flips break a budget that is finer than so few rows can measure; None where they do not, or can."""
    cells, most = parity.rows * len(parity.flips_per_label), max(parity.flips, shipped_flips)
    allowed = BORDERLINE_RATE if recipe.exact else budget.max_flip_rate
    breaks = f1_breaks or (not recipe.exact and most / cells > allowed)
    firm = recipe.exact and parity.firm_flips > 0
    if not breaks or not most or firm or allowed * cells >= FEW or lower_bound(most, cells) > allowed:
        return None
    return (
        f"too few rows to tell: {most} of {cells:,} decisions differ, as they often would at a rate of {allowed:.2%}, "
        "and that much is allowed; give more rows"
    )


def _breaks(flips: int, cells: int, allowed: float) -> bool:
    """Tell whether flips are more than is allowed; beyond chance, where the budget is finer than rows can measure."""
    if allowed * cells < FEW:
        return lower_bound(flips, cells) > allowed
    return flips / cells > allowed


def _parity_faults(parity: Parity, shipped_flips: int, recipe: Recipe, budget: Budget) -> Iterator[str]:
    """Yield where scores and decisions break the budget."""
    cells = parity.rows * len(parity.flips_per_label)
    counted = parity.firm_flips if recipe.exact else parity.flips
    what = "flips that are not borderline" if recipe.exact else "flips at the original's thresholds"
    if _breaks(counted, cells, budget.max_flip_rate):
        yield f"{counted} {what} ({counted / cells:.2%} of decisions, allowed {budget.max_flip_rate:.2%})"
    if not recipe.exact and _breaks(shipped_flips, cells, budget.max_flip_rate):
        yield (
            f"{shipped_flips} flips at the thresholds that it ships ({shipped_flips / cells:.2%} of decisions, "
            f"allowed {budget.max_flip_rate:.2%})"
        )
    if recipe.exact and parity.max_difference > recipe.score_tolerance:
        yield f"a score is off by {parity.max_difference:.2g} (tolerance {recipe.score_tolerance:.2g})"


def farther_off(compared: Comparison, explained: Explained) -> Iterator[str]:
    """Say that more rows are farther off than a conversion of the original by the same recipe explains."""
    farther = explained.farther_rows(compared.original, compared.worst)
    if not explained.too_many(farther, len(compared.original)):
        return
    most = np.abs(compared.original - compared.worst).max()
    yield (
        f"a score is off by {most:.2g}; a conversion of the original by the same recipe, made here, "
        f"explains {explained.most:.2g}"
    )


def _saturated(parity: Parity, farther: int, explained: Explained) -> str:
    """Say that rows lie beyond those that calibrated the file, as single ones may."""
    return (
        f"{farther} of {parity.rows:,} rows are off by up to {parity.max_difference:.2g}, where a conversion that "
        f"these rows calibrate explains {explained.most:.2g}; so are rows that lie beyond those that calibrated it"
    )


def _quality_faults(before: Quality | None, after: Quality | None, budget: Budget) -> Iterator[str]:
    """Yield where macro-F1 breaks the budget."""
    if before is None or after is None:
        return
    drop = before.macro_f1 - after.macro_f1
    if drop > budget.max_f1_drop:
        yield f"macro-F1 falls by {drop:.4f} (allowed {budget.max_f1_drop:.4f})"
