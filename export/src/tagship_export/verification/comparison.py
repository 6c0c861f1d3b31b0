"""Scores of the same rows from both sides, which is all that a verdict needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ExportError
from tagship_export.targets.base import Runner
from tagship_export.verification.parity import worse_of
from tagship_runtime.typing import Decisions, Features, Scores

ALONE_ROWS = 1000
"""So many rows are also scored one by one, because that is how most of them will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an original and an artifact say of the same rows.

    Attributes:
        labels: Names of the scores.
        thresholds: The original's, one per label.
        shipped: The artifact's, likewise.
        original: The original's scores, float32 (rows, labels).
        batch: The artifact's, all rows as one batch.
        alone: The artifact's for the first rows, each scored on its own.
        targets: uint8 (rows, labels), None where the truth is not known.
    """

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    shipped: tuple[float, ...]
    original: Scores
    batch: Scores
    alone: Scores
    targets: NDArray[np.uint8] | None

    @property
    def worst(self) -> Scores:
        """The artifact's scores, for rows that were scored both ways the one that does worse."""
        scores, some = self.batch.copy(), slice(len(self.alone))
        scores[some] = worse_of(self.original[some], self.thresholds, self.batch[some], self.alone)
        return scores

    @property
    def batch_difference(self) -> float:
        """Largest difference between a row's scores alone and among others."""
        return float(np.abs(self.batch[: len(self.alone)] - self.alone).max())

    @property
    def wanted(self) -> Decisions:
        """The original's decisions."""
        return self.original >= np.array(self.thresholds, np.float32)

    def shipped_decisions(self, scores: Scores) -> Decisions:
        """Return decisions at the thresholds that the artifact ships."""
        return scores >= np.array(self.shipped, np.float32)


def score_both_ways(runner: Runner, matrix: Features) -> tuple[Scores, Scores]:
    """Return the scores of all encoded rows as one batch, and of the first 1,000 one by one.

    Raises:
        ExportError: There are no rows.
    """
    if not len(matrix):
        raise ExportError("there are no rows to compare, so nothing would be proved; give some")
    return runner.scores(matrix), np.concatenate([runner.scores(row[None]) for row in matrix[:ALONE_ROWS]])
