"""The reference that every artifact of one export is measured against."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tagship_export.data.splits import HeldOutSplits
from tagship_export.errors import ExportError
from tagship_export.original.open_original import Original
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.verification.comparison import Comparison
from tagship_runtime.features.rounding import rounding_notes
from tagship_runtime.typing import Features, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The original and the held-out splits; each row was encoded, and scored by Keras, once.

    Attributes:
        original: Keras, with labels and thresholds.
        labels: Of the original.
        thresholds: Likewise.
        splits: Rows as callers have them.
        calibration, tuning, verdict: The same, encoded.
        tuning_scores, verdict_scores: The original's scores of them.
    """

    original: Original
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    splits: HeldOutSplits
    calibration: Features
    tuning: Features
    verdict: Features
    tuning_scores: Scores
    verdict_scores: Scores

    @classmethod
    def of(cls, original: Original, splits: HeldOutSplits) -> Reference:
        """Encode the rows and score them with Keras.

        Raises:
            ExportError: The labels of the scores are not known.
        """
        if original.labels is None or original.thresholds is None:
            raise ExportError("the labels of the model's scores are not known; name them with --labels")
        encode = original.encoder.encode
        rounded = rounding_notes(original.encoder.rounded(splits.verdict.table))
        tuning, verdict = encode(splits.tuning.table), encode(splits.verdict.table)
        return cls(
            original=replace(original, notes=(*original.notes, *rounded)),
            labels=original.labels,
            thresholds=original.thresholds,
            splits=splits,
            calibration=encode(splits.calibration.table),
            tuning=tuning,
            verdict=verdict,
            tuning_scores=original.scores_of(splits.tuning.table, tuning),
            verdict_scores=original.scores_of(splits.verdict.table, verdict),
        )

    def compared_with(self, artifact: OpenArtifact) -> Comparison:
        """Score the verdict's rows with an artifact as well."""
        return Comparison.of(
            artifact,
            self.verdict,
            original=self.verdict_scores,
            thresholds=self.thresholds,
            targets=self.splits.verdict.targets,
        )
