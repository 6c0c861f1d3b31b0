"""Scores of the same rows from both sides, which is what a verdict is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tagship_export.targets.artifact import OpenArtifact
from tagship_export.verification.parity import worse_of
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Decisions, Features, Scores, Targets


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of an original and of an artifact for the same rows.

    Attributes:
        labels: Names of the scores.
        targets: The truth, uint8 (rows, labels); None where it is not known.
        thresholds: The original's, one per label.
        shipped_thresholds: The artifact's, likewise.
        original: The original's scores, float32 (rows, labels).
        batch: The artifact's scores, all rows as one batch.
        alone: The artifact's scores of the first rows, each scored on its own.
    """

    labels: tuple[str, ...]
    targets: Targets | None
    thresholds: tuple[float, ...]
    shipped_thresholds: tuple[float, ...]
    original: Scores
    batch: Scores
    alone: Scores

    @classmethod
    def of(
        cls,
        artifact: OpenArtifact,
        matrix: Features,
        *,
        original: Scores,
        thresholds: Sequence[float],
        targets: Targets | None,
    ) -> Comparison:
        """Score rows with the artifact, as one batch and one by one.

        Args:
            artifact: Which is open.
            matrix: The rows, encoded as it takes them.
            original: The original's scores of the same rows.
            thresholds: The original's.
            targets: The truth, where it is known.
        """
        batch, alone = artifact.score_both_ways(matrix)
        return cls(
            labels=artifact.labels,
            targets=targets,
            thresholds=tuple(thresholds),
            shipped_thresholds=artifact.contract.thresholds,
            original=original,
            batch=batch,
            alone=alone,
        )

    @cached_property
    def worst(self) -> Scores:
        """The artifact's scores, for rows that were scored both ways from the one that does worse."""
        scores, some = self.batch.copy(), slice(len(self.alone))
        scores[some] = worse_of(self.original[some], self.thresholds, self.batch[some], self.alone)
        return scores

    @property
    def batch_difference(self) -> float:
        """Largest difference between a row's scores alone and among others."""
        return float(np.abs(self.batch[: len(self.alone)] - self.alone).max())

    @property
    def original_decisions(self) -> Decisions:
        """Decisions of the original."""
        return decide(self.original, self.thresholds)

    @property
    def unmoved_decisions(self) -> Decisions:
        """Decisions of the artifact if it had the original's thresholds."""
        return decide(self.batch, self.thresholds)

    @property
    def shipped_decisions(self) -> Decisions:
        """Decisions of the artifact as it ships."""
        return decide(self.batch, self.shipped_thresholds)

    @property
    def worst_decisions(self) -> Decisions:
        """Decisions of the artifact as it ships, by the worse of both ways to score a row."""
        return decide(self.worst, self.shipped_thresholds)
