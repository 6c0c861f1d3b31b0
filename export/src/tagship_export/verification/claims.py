"""Claims of an artifact about itself: those that a verdict depends on, and those held against the original."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_export.recipes import RECIPES, Recipe
from tagship_export.source.original import Original
from tagship_runtime.contract import Contract


def claimed_recipe(contract: Contract) -> Recipe:
    """Return the recipe that an artifact says it was made by; files made elsewhere are held to float32."""
    return RECIPES.get(contract.recipe, RECIPES["float32"])


def claimed_thresholds(contract: Contract) -> tuple[float, ...]:
    """Return the thresholds that an artifact says its original had; its own where it does not say."""
    stored = (contract.parity or {}).get("original_thresholds")
    if isinstance(stored, list) and len(stored) == len(contract.labels):
        return tuple(float(threshold) for threshold in stored)
    return contract.thresholds


def contract_faults(original: Original, contract: Contract, recipe: Recipe) -> Iterator[str]:
    """Yield what the contract says differently from the original."""
    if original.labels is not None and original.labels != contract.labels:
        yield f"its labels are {list(contract.labels)}, the original's {list(original.labels)}"
        return
    if original.features is not None and original.features != contract.features:
        yield "it describes other features than the original"
    if recipe.exact and original.thresholds is not None and original.thresholds != contract.thresholds:
        yield f"its thresholds are {contract.thresholds}, the original's {original.thresholds}"
