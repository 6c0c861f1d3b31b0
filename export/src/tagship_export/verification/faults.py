"""What is wrong with an artifact, in words: the rules by which it is rejected."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_export.recipes import Budget, Recipe
from tagship_export.source.original import Original
from tagship_export.verification.metrics import Quality
from tagship_export.verification.parity import Parity
from tagship_runtime.contract import Contract


def contract_faults(original: Original, contract: Contract, recipe: Recipe) -> Iterator[str]:
    """What the contract says differently from the original."""
    if original.labels is not None and original.labels != contract.labels:
        yield f"its labels are {list(contract.labels)}, the original's {list(original.labels)}"
        return
    if original.features is not None and original.features != contract.features:
        yield "it describes other features than the original"
    if recipe.exact and original.thresholds is not None and original.thresholds != contract.thresholds:
        yield f"its thresholds are {contract.thresholds}, the original's {original.thresholds}"


def parity_faults(parity: Parity, shipped_flips: int, recipe: Recipe, budget: Budget) -> Iterator[str]:
    """Where scores and decisions break the budget."""
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


def quality_faults(before: Quality | None, after: Quality | None, budget: Budget) -> Iterator[str]:
    """Where macro-F1 breaks the budget."""
    if before is None or after is None:
        return
    drop = before.macro_f1 - after.macro_f1
    if drop > budget.max_f1_drop:
        yield f"macro-F1 falls by {drop:.4f} (allowed {budget.max_f1_drop:.4f})"
