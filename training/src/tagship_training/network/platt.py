"""Scores that match observed frequencies: a slope and an offset for each label's logit (Platt 1999)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tagship_runtime.typing import Features, Scores, Targets

EDGE = 1e-6
"""Scores are kept this far from 0 and 1 before their logit is taken."""


def fit(targets: Targets, scores: Scores) -> tuple[Features, Features]:
    """Slope and offset of each label, from rows that the scores were not learned from; float32 (labels,)."""
    slopes, offsets = [], []
    for truth, own in zip(targets.T, scores.T, strict=True):
        if truth.min() == truth.max():
            slopes.append(1.0)
            offsets.append(0.0)
            continue
        line = LogisticRegression(C=1e3).fit(_logits(own)[:, None], truth)
        slopes.append(float(line.coef_[0, 0]))
        offsets.append(float(line.intercept_[0]))
    return np.array(slopes, np.float32), np.array(offsets, np.float32)


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
