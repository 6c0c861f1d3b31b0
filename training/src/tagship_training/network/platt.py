"""Scores that match observed frequencies: a slope and an offset for each label's logit (Platt 1999)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tagship_runtime.typing import Features, Scores, Targets

EDGE = 1e-6
"""Scores are kept this far from 0 and 1 before their logit is taken."""

MOST = 60.0
"""No offset is larger: it takes the smallest score to the largest and back."""


FEW = 30
"""With fewer positives, or fewer negatives, a label gets an offset and no slope; measured by
``benchmarks/statistics --only calibration``."""


def fit(targets: Targets, scores: Scores) -> tuple[Features, Features]:
    """Slope and offset of each label, from rows that the scores were not learned from; float32 (labels,).

    A slope needs positives and negatives to be steady: with fewer than 30 of either, or where it would be negative and
    so reverse the order of the rows, there is only an offset, which makes the mean score the share of positives.
    """
    lines = [_line(truth, _logits(own)) for truth, own in zip(targets.T, scores.T, strict=True)]
    slopes, offsets = zip(*lines, strict=True)
    return np.array(slopes, np.float32), np.array(offsets, np.float32)


def _line(truth: NDArray[np.uint8], logits: Features) -> tuple[float, float]:
    """Slope and offset of one label."""
    positives = int(truth.sum(dtype=np.int64))
    rarer = min(positives, len(truth) - positives)
    if not rarer:
        return 1.0, 0.0
    if rarer >= FEW:
        regression = LogisticRegression(C=1e3).fit(logits[:, None], truth)
        slope = float(regression.coef_[0, 0])
        if slope > 0:
            return slope, float(regression.intercept_[0])
    return 1.0, _offset(positives / len(truth), logits)


def _offset(share: float, logits: Features) -> float:
    """Offset of greatest likelihood: the one at which the mean score is the share of positives."""
    wide = logits.astype(np.float64)
    return float(brentq(lambda offset: expit(wide + offset).mean() - share, -MOST, MOST))


def apply(scores: Scores, slopes: Features, offsets: Features) -> Scores:
    """Calibrate scores as :func:`layers` does inside the graph; float32 (rows, labels)."""
    return np.asarray(expit(_logits(scores) * slopes + offsets), np.float32)


def layers(scores: Any, slopes: Features, offsets: Features) -> Any:
    """Keras tensor of the calibrated scores."""
    from keras import ops

    inside = ops.clip(scores, EDGE, 1 - EDGE)
    logits = ops.subtract(ops.log(inside), ops.log(ops.subtract(1.0, inside)))
    return ops.sigmoid(ops.add(ops.multiply(logits, slopes), offsets))


def _logits(scores: Scores) -> Features:
    return np.asarray(logit(np.clip(scores.astype(np.float64), EDGE, 1 - EDGE)), np.float32)
