"""Weights of several models in a blend: greedy selection by held-out log loss (Caruana et al., 2004)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tagship_runtime.typing import Scores, Targets
from tagship_training.network.log_loss import log_loss

STEPS = 20
"""Models are added one at a time, the same ones again if that helps, so shares are multiples of 1 / STEPS or more."""


def blend(targets: Targets, by_model: Sequence[Scores]) -> tuple[float, ...]:
    """Shares that sum to 1, chosen one step at a time: each adds the model that lowers the mean's log loss most.

    Args:
        targets: uint8, (rows, labels).
        by_model: Scores of each model for rows that it did not learn from, float32 (rows, labels).
    """
    if len(by_model) == 1:
        return (1.0,)
    total = np.zeros(targets.shape)
    counts = np.zeros(len(by_model))
    best_loss, best = np.inf, counts
    for step in range(1, STEPS + 1):
        losses = [log_loss(targets, ((total + scores) / step).astype(np.float32)) for scores in by_model]
        chosen = int(np.argmin(losses))
        total += by_model[chosen]
        counts[chosen] += 1
        if losses[chosen] < best_loss:
            best_loss, best = losses[chosen], counts / step
    return tuple(float(np.float32(share)) for share in best)


def weighted_mean(by_model: Sequence[Scores], shares: Sequence[float]) -> Scores:
    """The weighted mean of several models' scores, float32, of their shape."""
    total = np.zeros(by_model[0].shape, np.float32)
    for scores, share in zip(by_model, shares, strict=True):
        if share:
            total += np.float32(share) * scores
    return total
