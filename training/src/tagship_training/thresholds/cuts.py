"""Every cut of one label's scores, with what it switches on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Scores

Counts = NDArray[np.float64]
Flags = NDArray[np.bool_]

EDGE = 1e-6
"""Thresholds stay this far from 0 and 1."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cuts of one label below each of its rows, the highest first.

    Attributes:
        true_positives: Number of positive rows that a cut switches on.
        switched_on: Number of rows that a cut switches on.
        real: Whether it lies between two different scores; rows of one score are switched on together.
        thresholds: Halfway between the two scores.
    """

    true_positives: Counts
    switched_on: Counts
    real: Flags
    thresholds: Counts

    @property
    def positives(self) -> float:
        """Number of positive rows in all."""
        return float(self.true_positives[-1])


def all_cuts(targets: NDArray[np.uint8], scores: Scores, weights: Counts | None = None) -> Cuts:
    """Count what each cut of one label switches on.

    Args:
        targets: 0 or 1, (rows,).
        scores: float32, (rows,).
        weights: Number of times that each row counts.
    """
    order = np.argsort(-scores, kind="stable")
    if weights is not None:
        order = order[weights[order] > 0]
    counts = np.ones(len(order)) if weights is None else weights[order]
    ranked = scores[order].astype(np.float64)
    below = np.append(ranked[1:], 0.0)
    return Cuts(
        true_positives=np.cumsum(counts * targets[order]),
        switched_on=np.cumsum(counts),
        real=ranked > below,
        thresholds=np.clip((ranked + below) / 2, EDGE, 1 - EDGE),
    )
