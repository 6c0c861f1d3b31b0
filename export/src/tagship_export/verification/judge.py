"""From scores to a verdict: the rules by which an artifact is rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tagship_export.recipes import Budget, Recipe
from tagship_export.verification.bounds import clustered_upper_bound
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.histograms import count_differences
from tagship_export.verification.label_budgets import label_faults
from tagship_export.verification.metrics import Quality, measure
from tagship_export.verification.parity import Parity, compare, worst_rows
from tagship_export.verification.verdict import Verification


def judge(
    compared: Comparison, recipe: Recipe, budget: Budget, *, name: str = "", size: int = 0, faults: Sequence[str] = ()
) -> Verification:
    """Judge an artifact by its scores.

    Args:
        compared: Both sides' scores of the same rows.
        recipe: How the artifact stores numbers; it says which differences matter.
        budget: What is allowed.
        name: Of the artifact, for people.
        size: In bytes, likewise.
        faults: What is wrong with it besides, in words.
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
            *(() if recipe.exact else label_faults(wanted, shipped, labels, budget)),
            *_quality_faults(before, after, budget),
        ),
    )


def _parity_faults(parity: Parity, shipped_flips: int, recipe: Recipe, budget: Budget) -> Iterator[str]:
    """Yield where scores and decisions break the budget."""
    cells = parity.rows * len(parity.flips_per_label)
    counted = parity.firm_flips if recipe.exact else parity.flips
    what = "flips that are not borderline" if recipe.exact else "flips at the original's thresholds"
    if counted / cells > budget.max_flip_rate:
        yield f"{counted} {what} ({counted / cells:.2%} of decisions, allowed {budget.max_flip_rate:.2%})"
    if not recipe.exact and shipped_flips / cells > budget.max_flip_rate:
        yield (
            f"{shipped_flips} flips at the thresholds that it ships ({shipped_flips / cells:.2%} of decisions, "
            f"allowed {budget.max_flip_rate:.2%})"
        )
    if recipe.exact and parity.max_difference > recipe.score_tolerance:
        yield f"a score is off by {parity.max_difference:.2g} (tolerance {recipe.score_tolerance:.2g})"


def _quality_faults(before: Quality | None, after: Quality | None, budget: Budget) -> Iterator[str]:
    """Yield where macro-F1 breaks the budget."""
    if before is None or after is None:
        return
    drop = before.macro_f1 - after.macro_f1
    if drop > budget.max_f1_drop:
        yield f"macro-F1 falls by {drop:.4f} (allowed {budget.max_f1_drop:.4f})"
