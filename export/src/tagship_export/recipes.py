"""Recipes: how an artifact stores its numbers, and how far that may take it from the original."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tagship_export.errors import ExportError
from tagship_runtime.documents import BudgetDocument

LEAST_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds on how much an artifact may differ from its original before it is rejected.

    Attributes:
        max_flip_rate: Share of decisions that may differ, in [0, 1], at the original's thresholds and again at
            those that ship. For recipes that keep float32, flips within their tolerance do not count.
        max_f1_drop: How much macro-F1 may fall, in [0, 1], from the original to what ships.
        max_label_flips: Of the rows that either side switches a label on for, the share that may differ, in [0, 1];
            what chance explains does not count.
        max_share_change: How many rows more or fewer a label may be on in, as a share of the original's, at least 0;
            a change within two standard errors of none does not count.
    """

    max_flip_rate: float
    max_f1_drop: float
    max_label_flips: float = 0.25
    max_share_change: float = 0.25

    def __post_init__(self) -> None:
        for name in ("max_flip_rate", "max_f1_drop", "max_label_flips"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ExportError(f"{name} is {value}; give a share between 0 and 1")
        if not self.max_share_change >= 0:
            raise ExportError(f"max_share_change is {self.max_share_change}; give a share of 0 or more")

    def to_dict(self) -> BudgetDocument:
        """Return it as ``export.json`` has it."""
        return {
            "max_flip_rate": self.max_flip_rate,
            "max_f1_drop": self.max_f1_drop,
            "max_label_flips": self.max_label_flips,
            "max_share_change": self.max_share_change,
        }


EIGHT_BITS = frozenset({"int8", "uint8"})
"""NumPy types of weights in eight bits; which of them is the format's affair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to store numbers.

    Attributes:
        name: As on the command line and in the contract.
        score_tolerance: A flip is borderline within it; float32 scores may be off by it.
        exact: Whether a score that is farther off fails the artifact, flips or none; then thresholds ship
            unchanged, else they are moved onto the artifact's scores.
        weights: The NumPy type that weights are stored in; for int8, uint8 will do.
        budget: What is allowed unless the user says otherwise.
        calibrated: Whether rows set the ranges of its activations.
        rounds_input: Whether it takes integers of eight bits, on one scale for all columns.
    """

    name: str
    score_tolerance: float
    exact: bool
    weights: str
    budget: Budget
    calibrated: bool = False
    rounds_input: bool = False

    def stores(self, kinds: Collection[str]) -> bool:
        """Tell whether there are weights as by this recipe among constants of some NumPy types."""
        return not (EIGHT_BITS if self.weights in EIGHT_BITS else {self.weights}).isdisjoint(kinds)

    def golden_tolerance(self, max_difference: float) -> float:
        """Return how far golden scores may be off on another machine.

        Integer kernels round differently from processor to processor and from version to version. Each is an
        approximation of the same model, as far from it as the other, so two of them are apart by at most
        twice of what was measured here; 1.8 times was the most between the kernels that can be chosen here.

        Args:
            max_difference: Between the artifact's scores and the original's.
        """
        return self.score_tolerance if self.exact else max(LEAST_TOLERANCE, 2 * max_difference)


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="float32",
            score_tolerance=1e-5,
            exact=True,
            weights="float32",
            budget=Budget(max_flip_rate=0.0, max_f1_drop=0.001),
        ),
        Recipe(
            name="float16",
            score_tolerance=0.005,
            exact=False,
            weights="float16",
            budget=Budget(max_flip_rate=0.002, max_f1_drop=0.005),
        ),
        Recipe(
            name="dynamic_int8",
            score_tolerance=0.05,
            exact=False,
            weights="int8",
            budget=Budget(max_flip_rate=0.02, max_f1_drop=0.01),
        ),
        Recipe(
            name="int8",
            score_tolerance=0.05,
            exact=False,
            weights="int8",
            budget=Budget(max_flip_rate=0.02, max_f1_drop=0.01),
            calibrated=True,
        ),
        Recipe(
            name="int16x8",
            score_tolerance=0.05,
            exact=False,
            weights="int8",
            budget=Budget(max_flip_rate=0.02, max_f1_drop=0.01),
            calibrated=True,
        ),
        Recipe(
            name="int8_io",
            score_tolerance=0.05,
            exact=False,
            weights="int8",
            budget=Budget(max_flip_rate=0.02, max_f1_drop=0.01),
            calibrated=True,
            rounds_input=True,
        ),
    )
}
"""See docs/quantization.md for the measurements behind the figures."""


def budget_of(
    recipe: Recipe,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    max_label_flips: float | None = None,
    max_share_change: float | None = None,
) -> Budget:
    """Return the recipe's budget, with what the user said instead."""
    said = {
        "max_flip_rate": max_flip_rate,
        "max_f1_drop": max_f1_drop,
        "max_label_flips": max_label_flips,
        "max_share_change": max_share_change,
    }
    return replace(recipe.budget, **{name: value for name, value in said.items() if value is not None})


def recipe_named(name: str) -> Recipe:
    """Look a recipe up.

    Raises:
        ExportError: There is none of that name.
    """
    if name not in RECIPES:
        raise ExportError(f"no recipe is called {name!r}; there are {', '.join(RECIPES)}, and all and auto")
    return RECIPES[name]
