"""How an artifact stores its numbers, and how far that may take it from the original."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagship_export.errors import ExportError


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much an artifact may differ from its original before it is rejected.

    Attributes:
        max_flip_rate: Share of decisions that may differ at the original's thresholds, in [0, 1]; flips whose
            original score is within the recipe's tolerance of its threshold do not count.
        max_f1_drop: How much macro-F1 may fall, in [0, 1].
    """

    max_flip_rate: float
    max_f1_drop: float

    def __post_init__(self) -> None:
        for name in ("max_flip_rate", "max_f1_drop"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ExportError(f"{name} is {value}; give a share between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to store numbers.

    Attributes:
        name: As on the command line and in the contract.
        score_tolerance: How far a score may be off before it is a fault; a flip is borderline within it.
        exact: Whether a score that is farther off fails the artifact, flips or none.
        budget: What is allowed unless the user says otherwise.
    """

    name: str
    score_tolerance: float
    exact: bool
    budget: Budget


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="float32",
            score_tolerance=1e-5,
            exact=True,
            budget=Budget(max_flip_rate=0.0, max_f1_drop=0.001),
        ),
    )
}


def budget_of(recipe: Recipe, max_flip_rate: float | None = None, max_f1_drop: float | None = None) -> Budget:
    """The recipe's budget, with what the user said instead."""
    own = recipe.budget
    return Budget(
        max_flip_rate=own.max_flip_rate if max_flip_rate is None else max_flip_rate,
        max_f1_drop=own.max_f1_drop if max_f1_drop is None else max_f1_drop,
    )


def recipe_named(name: str) -> Recipe:
    """Look a recipe up.

    Raises:
        ExportError: There is none of that name.
    """
    if name not in RECIPES:
        raise ExportError(f"no recipe is called {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]
