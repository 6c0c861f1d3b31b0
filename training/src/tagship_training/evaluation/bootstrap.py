"""Figures on resampled rows, to compare models in pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.evaluation.intervals import CONFIDENCE
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Scores, Targets
from tagship_training.network.log_loss import row_losses

RESAMPLES = 1000
"""Bootstrap samples behind an interval."""

CELLS_AT_ONCE = 1_000_000


def bootstrap(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Figures on resampled rows; the same seed draws the same rows, so that models can be compared in pairs.

    Returns:
        (RESAMPLES,) for each figure, (RESAMPLES, labels) for ``f1_per_label``.
    """
    rows, labels = targets.shape
    truth, on = targets == 1, decide(scores, thresholds)
    right = (on == truth).mean(axis=1)
    # Everything is a weighted sum over rows, so a resample is a row of weights.
    sums = np.hstack(
        [
            row_losses(targets, scores)[:, None],
            ((scores >= 0.5) == truth).mean(axis=1)[:, None],
            right[:, None],
            (on == truth).all(axis=1)[:, None],
            truth & on,
            on,
            truth,
        ]
    ).astype(np.float64)
    random = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // rows)
    parts = []
    for start in range(0, RESAMPLES, at_once):
        count = min(at_once, RESAMPLES - start)
        draws = random.integers(0, rows, (count, rows))
        weights = np.stack([np.bincount(draw, minlength=rows) for draw in draws]).astype(np.float64)
        parts.append(weights @ sums)
    totals = np.concatenate(parts)
    both, switched, positives = (totals[:, 4 + i * labels : 4 + (i + 1) * labels] for i in range(3))
    f1 = 2 * both / np.maximum(switched + positives, 1)
    return {
        "log_loss": totals[:, 0] / rows,
        "binary_accuracy_at_0.5": totals[:, 1] / rows,
        "binary_accuracy": totals[:, 2] / rows,
        "subset_accuracy": totals[:, 3] / rows,
        "micro_f1": 2 * both.sum(axis=1) / np.maximum((switched + positives).sum(axis=1), 1),
        "macro_f1": f1.mean(axis=1),
        "f1_per_label": f1,
    }


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95% percentile interval of a figure's resampled values, (RESAMPLES,)."""
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """95% interval of ``first - second`` over the same resamples."""
    return interval(first - second)
