"""Parity of artifact and original: differences of scores, and the decisions that flip by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagship_export.errors import ExportError, NothingComparedError
from tagship_export.verification.bounds import clustered_upper_bound, upper_bound
from tagship_runtime.documents import ParityFigures, WorstRowDocument
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Decisions, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """Figures of a comparison.

    Attributes:
        rows: How many rows were compared; never 0.
        max_difference, mean_difference, p99_difference: Of absolute score differences over all cells.
        flips: Decisions that differ at the original's thresholds.
        firm_flips: Flips that are not borderline: the original score is farther than ``tolerance`` from its
            threshold.
        flips_per_label: ``flips`` by label.
        flip_rate: ``flips`` over all decisions.
        flip_rate_upper: 95% upper bound of the flip rate if all decisions were independent (Clopper & Pearson 1934,
            one-sided).
        flip_rate_upper_clustered: The bound that holds where flips of one row come together.
        tolerance: What counts as borderline.
        batch_difference: Largest difference between a row's scores alone and among others; its own defect of
            recipes that quantize a batch by one scale.
    """

    rows: int
    max_difference: float
    mean_difference: float
    p99_difference: float
    flips: int
    firm_flips: int
    flips_per_label: dict[str, int]
    flip_rate: float
    flip_rate_upper: float
    flip_rate_upper_clustered: float
    tolerance: float
    batch_difference: float

    def to_dict(self) -> ParityFigures:
        """Return the figures by name."""
        return {
            "rows": self.rows,
            "max_difference": self.max_difference,
            "mean_difference": self.mean_difference,
            "p99_difference": self.p99_difference,
            "flips": self.flips,
            "firm_flips": self.firm_flips,
            "flips_per_label": self.flips_per_label,
            "flip_rate": self.flip_rate,
            "flip_rate_upper": self.flip_rate_upper,
            "flip_rate_upper_clustered": self.flip_rate_upper_clustered,
            "tolerance": self.tolerance,
            "batch_difference": self.batch_difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """One of the rows whose scores are farthest apart.

    Attributes:
        row: Its position, from 0.
        label: The label that it is worst in.
        original, artifact: The two scores.
        flipped: Whether they fall on different sides of the original's threshold.
    """

    row: int
    label: str
    original: float
    artifact: float
    flipped: bool

    def to_dict(self) -> WorstRowDocument:
        """Return it as ``export.json`` has it."""
        return {
            "row": self.row,
            "label": self.label,
            "original": self.original,
            "artifact": self.artifact,
            "flipped": self.flipped,
        }


def compare(
    original: Scores,
    artifact: Scores,
    thresholds: Sequence[float],
    labels: Sequence[str],
    tolerance: float,
    batch_difference: float = 0.0,
) -> Parity:
    """Compare scores of the same rows.

    Args:
        original: float32 (rows, labels).
        artifact: The same shape.
        thresholds: The original's, one per label; both sides are decided by them.
        labels: Their names.
        tolerance: Absolute score difference within which a flip is borderline.
        batch_difference: From :func:`worse_of`.

    Raises:
        ExportError: Shapes differ, there are no rows, or a score is not in [0, 1] (NaN included).
    """
    check_scores(original, artifact, labels)
    cut = np.array(thresholds, np.float32)
    difference = np.abs(original.astype(np.float64) - artifact.astype(np.float64))
    flipped = find_flips(original, artifact, thresholds)
    certain = flipped & (np.abs(original.astype(np.float64) - cut) > tolerance)
    flips, cells = int(flipped.sum()), flipped.size
    return Parity(
        rows=len(original),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        p99_difference=float(np.quantile(difference, 0.99)),
        flips=flips,
        firm_flips=int(certain.sum()),
        flips_per_label={label: int(count) for label, count in zip(labels, flipped.sum(axis=0), strict=True)},
        flip_rate=flips / cells,
        flip_rate_upper=upper_bound(flips, cells),
        flip_rate_upper_clustered=clustered_upper_bound(flipped),
        tolerance=tolerance,
        batch_difference=batch_difference,
    )


def find_flips(original: Scores, artifact: Scores, thresholds: Sequence[float]) -> Decisions:
    """Return where a decision at the original's thresholds differs between the two sides, bool (rows, labels)."""
    flipped: Decisions = decide(original, thresholds) != decide(artifact, thresholds)
    return flipped


def check_scores(original: Scores, artifact: Scores, labels: Sequence[str]) -> None:
    """Refuse scores that cannot be compared; see :func:`compare`."""
    if original.shape != artifact.shape or original.shape[1:] != (len(labels),):
        raise ExportError(f"scores have shapes {original.shape} and {artifact.shape} for {len(labels)} labels")
    if not len(original):
        raise NothingComparedError
    for side, scores in (("original", original), ("artifact", artifact)):
        sound = (scores >= 0) & (scores <= 1)
        if not sound.all():
            row, label = (int(i) for i in np.argwhere(~sound)[0])
            raise ExportError(
                f"the {side}'s score for {labels[label]!r} in row {row} is {scores[row, label]}; scores have to lie "
                "in [0, 1], so the model has to end in a sigmoid"
            )


def worse_of(original: Scores, thresholds: Sequence[float], batch: Scores, alone: Scores) -> Scores:
    """Return, for each cell, the one of two ways to score it that does worse: by flipping, then by distance."""
    flips = [find_flips(original, scores, thresholds) for scores in (batch, alone)]
    farther = np.abs(alone - original) > np.abs(batch - original)
    return np.where((flips[1] & ~flips[0]) | ((flips[1] == flips[0]) & farther), alone, batch)


def worst_rows(
    original: Scores, artifact: Scores, thresholds: Sequence[float], labels: Sequence[str], count: int = 10
) -> tuple[WorstRow, ...]:
    """Return the rows that are farthest apart, worst first."""
    difference = np.abs(original.astype(np.float64) - artifact.astype(np.float64))
    flipped = find_flips(original, artifact, thresholds)
    found = []
    for row in np.argsort(-difference.max(axis=1), kind="stable")[:count].tolist():
        label = int(difference[row].argmax())
        found.append(
            WorstRow(
                row=row,
                label=labels[label],
                original=float(original[row, label]),
                artifact=float(artifact[row, label]),
                flipped=bool(flipped[row, label]),
            )
        )
    return tuple(found)
