"""The verdict on one artifact."""

from __future__ import annotations

from dataclasses import dataclass

from tagship_export.recipes import Budget
from tagship_export.verification.bounds import upper_bound
from tagship_export.verification.histograms import Histograms
from tagship_export.verification.layerwise import Divergence
from tagship_export.verification.metrics import Quality
from tagship_export.verification.parity import Parity, WorstRow
from tagship_runtime.documents import ParityDocument, QualityPair, VerdictDocument


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
        recipe: Name of the recipe that it was judged by.
        origin: Where that is known from: ``asked``, ``found`` in the payload, or ``claimed`` by the contract.
        unchecked: What the file says of itself and nobody checked, in words.
        notes: What else there is to know of the verdict.
        unproven: Why the artifact itself was not run, so that figures are those of what it was made from; None where
            it was.
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
    recipe: str
    origin: str = "found"
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unproven: str | None = None

    @property
    def passed(self) -> bool:
        """True where nothing is wrong."""
        return not self.faults

    @property
    def distances(self) -> Histograms:
        """Earlier name of :attr:`histograms`."""
        return self.histograms

    @property
    def parting(self) -> Divergence | None:
        """Earlier name of :attr:`divergence`."""
        return self.divergence

    def to_dict(self) -> VerdictDocument:
        """Return the entry of ``export.json`` and of ``verify --json``."""
        return {
            "artifact": self.artifact,
            "bytes": self.size,
            "passed": self.passed,
            "faults": list(self.faults),
            "notes": list(self.notes),
            "recipe": self.recipe,
            "judged_by": self.origin,
            "unchecked": list(self.unchecked),
            "unproven": self.unproven,
            "parity": self.parity_dict(),
            "distances": self.histograms.to_dict(),
            "quality": self.quality(),
            "quality_unmoved": None if self.unmoved is None else self.unmoved.to_dict(),
            "budget": self.budget.to_dict(),
            "worst_rows": [row.to_dict() for row in self.worst],
            "parting": None if self.divergence is None else self.divergence.to_dict(),
        }

    def parity_dict(self) -> ParityDocument:
        """Return parity, with the thresholds that it was measured at."""
        cells = self.parity.rows * len(self.thresholds)
        return {
            **self.parity.to_dict(),
            "original_thresholds": list(self.thresholds),
            "shipped_flips": self.shipped_flips,
            "shipped_flip_rate": self.shipped_flips / cells,
            "shipped_flip_rate_upper": upper_bound(self.shipped_flips, cells),
            "shipped_flip_rate_upper_clustered": self.shipped_flip_rate_upper_clustered,
        }

    def quality(self) -> QualityPair | None:
        """Return the quality of both sides' decisions; None where the rows have no labels."""
        if self.before is None or self.after is None:
            return None
        return {"original": self.before.to_dict(), "artifact": self.after.to_dict()}
