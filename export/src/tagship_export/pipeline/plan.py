"""The list of artifacts that an export makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tagship_export.errors import ExportError
from tagship_export.recipes import RECIPES, Budget, Recipe, recipe_named
from tagship_export.targets.base import Target
from tagship_export.targets.registry import TARGETS, target_named

EVERYTHING = frozenset({"all", "auto"})
"""Words that stand for every recipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One artifact to make.

    Attributes:
        recipe: How it stores numbers.
        target: Its format.
        budget: How much it may differ from the original.
        asked: Whether the recipe was asked for by name.
    """

    recipe: Recipe
    target: Target
    budget: Budget
    asked: bool

    @property
    def name(self) -> str:
        """Name of its file."""
        return self.target.file_name(self.recipe.name)


def plan_recipes(names: Sequence[str], formats: Sequence[str]) -> list[Planned]:
    """List what to make, each target's float32 first.

    Args:
        names: Recipes, or ``all`` or ``auto``, which both mean every one.
        formats: Names of targets.

    Raises:
        ExportError: A name is not known, there is nothing to make, or no target knows the recipe.
    """
    if not names or not formats:
        raise ExportError("there is nothing to export; give at least one recipe and one format")
    targets = [target_named(name) for name in dict.fromkeys(formats)]
    everything = set(names) & EVERYTHING
    wanted = [] if everything else [recipe_named(name) for name in names]
    if everything and len(names) > 1:
        raise ExportError(f"{everything.pop()!r} stands alone, without other recipes")
    for recipe in wanted:
        if not any(recipe.name in target.recipes for target in targets):
            others = ", ".join(target.name for target in TARGETS.values() if recipe.name in target.recipes)
            raise ExportError(f"{recipe.name} exists for {others} only; add that to the formats")
    recipes = [recipe for recipe in RECIPES.values() if everything or recipe in wanted]
    return [
        Planned(recipe=recipe, target=target, budget=recipe.budget, asked=not everything)
        for target in targets
        for recipe in recipes
        if recipe.name in target.recipes
    ]
