"""Options of a verification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from tagship_export.recipes import Budget, Recipe, budget_of
from tagship_runtime.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """Facts about the original that its file does not tell, and bounds on how much an artifact may differ from it.

    Attributes:
        labels: Names of the original's scores, in order, where it does not know them; without, the artifact's are
            believed, so that two that were swapped go unnoticed, and the verdict says so.
        thresholds: The original's, where it does not know them, or instead of its own.
        logits: Whether the original lacks the sigmoid at its end.
        independent: Whether the original's scores are independent probabilities, whatever its end looks like.
        recipe: Name of the recipe whose tolerance and budget apply; default: the one that is found in the artifact's
            own tensors. Whatever the contract says, it has to be the same.
        max_flip_rate: Instead of the recipe's own bound.
        max_f1_drop: Likewise.
        max_label_flips: Likewise.
        max_share_change: Likewise.
    """

    labels: Sequence[str] | None = None
    thresholds: Thresholds | None = None
    logits: bool = False
    independent: bool = False
    recipe: str | None = None
    max_flip_rate: float | None = None
    max_f1_drop: float | None = None
    max_label_flips: float | None = None
    max_share_change: float | None = None

    def budget(self, recipe: Recipe) -> Budget:
        """Return what a recipe is allowed.

        Raises:
            ExportError: A bound is out of its range.
        """
        return budget_of(recipe, self.max_flip_rate, self.max_f1_drop, self.max_label_flips, self.max_share_change)


class VerifyKeywords(TypedDict, total=False):
    """The attributes of :class:`VerifyOptions` as keywords."""

    labels: Sequence[str] | None
    thresholds: Thresholds | None
    logits: bool
    independent: bool
    recipe: str | None
    max_flip_rate: float | None
    max_f1_drop: float | None
    max_label_flips: float | None
    max_share_change: float | None
