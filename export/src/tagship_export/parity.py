"""Artifact against original: how far scores are apart and which decisions that turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from tagship_export.errors import ExportError
from tagship_runtime.arrays import Scores

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """What a comparison measured.

    Attributes:
        rows: How many rows were compared; never 0.
        max_difference, mean_difference, p99_difference: Of absolute score differences over all cells.
        flips: Decisions that differ at the original's thresholds.
        firm_flips: Those among them whose original score is farther than ``tolerance`` from its threshold.
        flips_per_label: ``flips`` by label.
        flip_rate: ``flips`` over all decisions.
        flip_rate_upper: 95% upper bound of the flip rate (Clopper & Pearson 1934, one-sided).
        tolerance: What counts as borderline.
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
    tolerance: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def compare(
    original: Scores, artifact: Scores, thresholds: Sequence[float], labels: Sequence[str], tolerance: float
) -> Parity:
    """Compare scores of the same rows.

    Args:
        original: float32 (rows, labels).
        artifact: The same shape.
        thresholds: The original's, one per label; both sides are decided by them.
        labels: Their names.
        tolerance: Absolute score difference within which a flip is borderline.

    Raises:
        ExportError: Shapes differ, there are no rows, or a score is not in [0, 1] (NaN included).
    """
    if original.shape != artifact.shape or original.shape[1:] != (len(labels),):
        raise ExportError(f"scores have shapes {original.shape} and {artifact.shape} for {len(labels)} labels")
    if not len(original):
        raise ExportError("there are no rows to compare, so nothing would be proved; give some")
    for side, scores in (("original", original), ("artifact", artifact)):
        sound = (scores >= 0) & (scores <= 1)
        if not sound.all():
            row, label = (int(i) for i in np.argwhere(~sound)[0])
            raise ExportError(
                f"the {side}'s score for {labels[label]!r} in row {row} is {scores[row, label]}; scores have to lie "
                "in [0, 1], so the model has to end in a sigmoid"
            )
    cut = np.array(thresholds, np.float32)
    difference = np.abs(original.astype(np.float64) - artifact.astype(np.float64))
    flipped = (original >= cut) != (artifact >= cut)
    firm = flipped & (np.abs(original.astype(np.float64) - cut) > tolerance)
    flips, cells = int(flipped.sum()), flipped.size
    exact = binomtest(flips, cells, alternative="less").proportion_ci(CONFIDENCE, method="exact")
    return Parity(
        rows=len(original),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        p99_difference=float(np.quantile(difference, 0.99)),
        flips=flips,
        firm_flips=int(firm.sum()),
        flips_per_label={label: int(count) for label, count in zip(labels, flipped.sum(axis=0), strict=True)},
        flip_rate=flips / cells,
        flip_rate_upper=float(exact.high),
        tolerance=tolerance,
    )
