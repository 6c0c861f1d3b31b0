"""Binary cross-entropy of scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Scores, Targets

EPSILON = 1e-7
"""Scores are clipped to [EPSILON, 1 - EPSILON], as Keras does."""


def row_losses(targets: Targets, scores: Scores) -> NDArray[np.float64]:
    """Binary cross-entropy of each row, the mean over its labels, in nats, (rows,)."""
    p = np.clip(scores.astype(np.float64), EPSILON, 1 - EPSILON)
    return np.asarray(-np.mean(np.where(targets == 1, np.log(p), np.log1p(-p)), axis=1), np.float64)


def log_loss(targets: Targets, scores: Scores) -> float:
    """Mean binary cross-entropy over all cells, in nats."""
    return float(row_losses(targets, scores).mean())
