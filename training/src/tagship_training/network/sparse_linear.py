"""Logistic regression on sparse rows, one label at a time, by scikit-learn's liblinear."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tagship_runtime.typing import Targets

TOLERANCE = 1e-3

INTERCEPT = 10.0
"""Value of the column of the intercept, which is penalised as other weights are and so should not have to be large."""

AT_ONCE = 2
"""Labels that are learned at the same time; liblinear leaves the interpreter to others meanwhile."""


def minimum(rows: Any, targets: Targets, strength: float) -> NDArray[np.float64]:
    """Weights with the least sum of cross-entropies and half the squared weights / C (Lin, Weng & Keerthi 2008).

    Args:
        rows: scipy's sparse rows, float64 (rows, width).
        targets: uint8, (rows, labels).
        strength: C.

    Returns:
        (width + 1, labels); the last row is the bias.
    """
    with ThreadPoolExecutor(AT_ONCE, "tagship-labels") as pool:
        found = list(pool.map(lambda truth: _label(rows, truth, strength), targets.T))
    return np.stack(found, axis=1)


def _label(rows: Any, truth: NDArray[np.uint8], strength: float) -> NDArray[np.float64]:
    """Weights and bias of one label, (width + 1,)."""
    share = float(truth.mean())
    if share in (0.0, 1.0):  # of a fold without a positive, say
        bias = np.log((share * len(truth) + 0.5) / ((1 - share) * len(truth) + 0.5))
        return np.append(np.zeros(rows.shape[1]), bias)
    regression = LogisticRegression(C=strength, solver="liblinear", tol=TOLERANCE, intercept_scaling=INTERCEPT)
    regression.fit(rows, truth)
    return np.append(regression.coef_[0], regression.intercept_[0])
