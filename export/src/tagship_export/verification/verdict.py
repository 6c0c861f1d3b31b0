"""The verdict on one artifact, and how it comes about from scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tagship_export.recipes import Budget, Recipe
from tagship_export.verification.bounds import clustered_upper_bound, upper_bound
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.faults import parity_faults, quality_faults
from tagship_export.verification.histograms import Histograms, count_differences
from tagship_export.verification.label_budgets import label_faults
from tagship_export.verification.layerwise import Divergence
from tagship_export.verification.metrics import Quality, measure
from tagship_export.verification.parity import Parity, WorstRow, compare, worst_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict on one artifact.

    Attributes:
        artifact: Its name.
        size: In bytes.
        parity: Score differences and flips at the original's thresholds.
        histograms: The same as counts.
        thresholds: The original's.
        shipped_flips: Decisions that differ from the original's, each side at its own thresholds.
        shipped_flip_rate_upper_clustered: 95% upper bound of their share, where those of one row come together.
        before: Quality of the original's decisions; None where the rows have no labels.
        unmoved: Quality of the artifact's decisions at the original's thresholds.
        after: Quality of the artifact's decisions at the thresholds that it ships.
        budget: What was allowed.
        worst: The rows that are farthest apart.
        divergence: The first layer whose values differ, looked for if something is wrong.
        faults: What is wrong with it, in words; empty if it passed.
    """

    artifact: str
    size: int
    parity: Parity
    histograms: Histograms
    thresholds: tuple[float, ...]
    shipped_flips: int
    shipped_flip_rate_upper_clustered: float
    before: Quality | None
    unmoved: Quality | None
    after: Quality | None
    budget: Budget
    worst: tuple[WorstRow, ...]
    divergence: Divergence | None
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def distances(self) -> Histograms:
        """Earlier name of :attr:`histograms`."""
        return self.histograms

    @property
    def parting(self) -> Divergence | None:
        """Earlier name of :attr:`divergence`."""
        return self.divergence

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "artifact": self.artifact,
            "bytes": self.size,
            "passed": self.passed,
            "faults": list(self.faults),
            "parity": self.parity_dict(),
            "distances": self.histograms.to_dict(),
            "quality": self.quality(),
            "quality_unmoved": None if self.unmoved is None else self.unmoved.to_dict(),
            "budget": asdict(self.budget),
            "worst_rows": [asdict(row) for row in self.worst],
            "parting": None if self.divergence is None else asdict(self.divergence),
        }

    def parity_dict(self) -> dict[str, Any]:
        """Parity, and what it was measured at, for JSON."""
        cells = self.parity.rows * len(self.thresholds)
        return self.parity.to_dict() | {
            "original_thresholds": list(self.thresholds),
            "shipped_flips": self.shipped_flips,
            "shipped_flip_rate": self.shipped_flips / cells,
            "shipped_flip_rate_upper": upper_bound(self.shipped_flips, cells),
            "shipped_flip_rate_upper_clustered": self.shipped_flip_rate_upper_clustered,
        }

    def quality(self) -> dict[str, Any] | None:
        """Both sides' quality, for JSON."""
        if self.before is None or self.after is None:
            return None
        return {"original": self.before.to_dict(), "artifact": self.after.to_dict()}


def judge(
    compared: Comparison, recipe: Recipe, budget: Budget, *, name: str, size: int, faults: Sequence[str] = ()
) -> Verification:
    """Judge an artifact by its scores.

    Args:
        compared: Both sides' scores.
        recipe: How the artifact stores numbers; it says which differences matter.
        budget: What is allowed.
        name: Of the artifact.
        size: In bytes.
        faults: What is wrong with it besides.
    """
    worst, decisions = compared.worst, compared.wanted
    parity = compare(
        compared.original,
        worst,
        compared.thresholds,
        compared.labels,
        recipe.score_tolerance,
        compared.batch_difference,
    )
    before, unmoved, after = _qualities(compared)
    decided = compared.shipped_decisions(worst)
    shipped_flipped = decided != decisions
    shipped_flips = int(shipped_flipped.sum())
    return Verification(
        artifact=name,
        size=size,
        parity=parity,
        histograms=count_differences(compared.original, worst, compared.thresholds),
        thresholds=compared.thresholds,
        shipped_flips=shipped_flips,
        shipped_flip_rate_upper_clustered=clustered_upper_bound(shipped_flipped),
        before=before,
        unmoved=unmoved,
        after=after,
        budget=budget,
        worst=worst_rows(compared.original, worst, compared.thresholds, compared.labels),
        divergence=None,
        faults=(
            *faults,
            *parity_faults(parity, shipped_flips, recipe, budget),
            *(() if recipe.exact else label_faults(decisions, decided, compared.labels, budget)),
            *quality_faults(before, after, budget),
        ),
    )


def _qualities(compared: Comparison) -> tuple[Quality | None, Quality | None, Quality | None]:
    """Of the original's decisions, and of the artifact's at the original's thresholds and at its own."""
    targets = compared.targets
    if targets is None:
        return None, None, None
    before = measure(targets, compared.wanted)
    after = measure(targets, compared.shipped_decisions(compared.batch))
    if compared.thresholds == compared.shipped:
        return before, after, after
    return before, measure(targets, compared.batch >= np.array(compared.thresholds, np.float32)), after
