"""Parts of dates as categories, where they lower the loss on held-out rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.features.date import PARTS, part_of
from tagship_runtime.features.moments import DAY
from tagship_runtime.typing import Targets

FEWEST_ROWS = 100
"""With fewer rows, twelve months are not to be told from chance."""

PERIODS = 6
"""Periods of about as many rows each, which stand for all that the days alone say."""

FOLDS = 5
STEPS = 12
"""Newton's steps; the penalty keeps them short."""

PENALTY = 1.0
BEYOND_CHANCE = 2.0
"""Standard errors by which the loss has to fall."""


def helps(part: str, moments: NDArray[np.float64], targets: Targets) -> bool:
    """Tell whether a part of dates lowers the cross-entropy of held-out rows, beyond what the days alone explain.

    Two logistic regressions with a penalty on squared weights are compared by cross-validation, one of which knows the
    period, the other one also the part. Both know nothing else, so that rows of equal cells can be counted together.

    Args:
        part: ``month`` or ``weekday``.
        moments: Milliseconds since 1970 of rows whose date is known, (rows,).
        targets: Their labels, uint8 (rows, labels).
    """
    days = moments.astype(np.int64) // DAY
    if len(days) < FEWEST_ROWS or len(np.unique(days)) < 2:
        return False
    cuts = np.unique(np.quantile(days, np.arange(1, PERIODS) / PERIODS))
    period = np.searchsorted(cuts, days, side="right")
    cell = period * PARTS[part] + part_of(part, days)
    folds = np.random.default_rng(0).permutation(len(days)) % FOLDS
    size = (len(cuts) + 1) * PARTS[part]
    with_part, alone = _design(size, PARTS[part])
    totals = np.stack([np.bincount(cell[folds == fold], minlength=size) for fold in range(FOLDS)])
    gains = [_gains(totals, _positives(cell, folds, truth, size), with_part, alone) for truth in targets.T]
    gain, squares = (sum(parts) for parts in zip(*gains, strict=True))
    mean = gain / len(days)
    error = np.sqrt(max(squares / len(days) - mean**2 * len(gains), 0) / len(days))
    return bool(mean > BEYOND_CHANCE * error)


def _design(size: int, values: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the columns of each cell with the part, and those without it: the bias, the period, the part."""
    place = np.arange(size)
    period = (place[:, None] // values == np.arange(size // values)).astype(np.float64)
    part = (place[:, None] % values == np.arange(values)).astype(np.float64)
    bias = np.ones((size, 1))
    return np.hstack([bias, period, part]), np.hstack([bias, period])


def _positives(
    cell: NDArray[np.intp], folds: NDArray[np.intp], truth: NDArray[np.uint8], size: int
) -> NDArray[np.intp]:
    """Return the rows with a label, by fold and cell."""
    on = truth == 1
    return np.stack([np.bincount(cell[on & (folds == fold)], minlength=size) for fold in range(FOLDS)])


def _gains(totals: NDArray[np.intp], positives: NDArray[np.intp], *designs: NDArray[np.float64]) -> tuple[float, float]:
    """Return the sum over held-out rows of what the first design's loss is lower, and the sum of its square."""
    gain = squares = 0.0
    for fold in range(FOLDS):
        rest = np.arange(FOLDS) != fold
        logits = [_fit(design, totals[rest].sum(axis=0), positives[rest].sum(axis=0)) for design in designs]
        for sign, rows in ((-1, positives[fold]), (1, totals[fold] - positives[fold])):
            lower = np.logaddexp(0, sign * logits[1]) - np.logaddexp(0, sign * logits[0])
            gain += float((rows * lower).sum())
            squares += float((rows * lower**2).sum())
    return gain, squares


def _fit(design: NDArray[np.float64], totals: NDArray[np.intp], positives: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the logits of each cell by penalised logistic regression, with Newton's method."""
    weights = np.zeros(design.shape[1])
    penalty = np.full(design.shape[1], PENALTY)
    penalty[0] = 1e-3  # the bias
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (positives - totals * share) - penalty * weights
        curvature = (design.T * (totals * share * (1 - share))) @ design + np.diag(penalty)
        weights += np.linalg.solve(curvature, gradient)
    logits: NDArray[np.float64] = np.clip(design @ weights, -30, 30)
    return logits
