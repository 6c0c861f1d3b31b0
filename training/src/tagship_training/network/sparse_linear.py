"""Logistic regression on sparse rows, one label at a time, by scikit-learn's liblinear.

Words that tell more of a label may be penalised less in its regression, which is what multiplying their columns by a
number of their own comes to. So a label with few rows learns from the few words that are about it, while all the
others, with their many chances to fit these rows by accident, have to be small.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from tagship_runtime.typing import Targets
from tagship_training.data.information import information_by_label

TOLERANCE = 1e-3

INTERCEPT = 10.0
"""Value of the column of the intercept, which is penalised as other weights are and so should not have to be large."""

AT_ONCE = 2
"""Labels that are learned at the same time; liblinear leaves the interpreter to others meanwhile."""


LEAST_IMPORTANCE = 0.1
"""Importance of a word that tells nothing of a label, beside 1 for the one that tells most."""


def importance(weights: Any, targets: Targets, words: int) -> NDArray[np.float64]:
    """Numbers by which columns are multiplied for each label, (width, labels).

    A word has the square root of its mutual information with the label, as a share of the largest, and
    :data:`LEAST_IMPORTANCE`; all of a label's are scaled so that their mean square is 1, the number of other columns.

    Args:
        weights: Of words in the last columns, scipy's sparse rows (rows, width).
        targets: uint8, (rows, labels).
        words: How many of the columns count words.
    """
    width = weights.shape[1]
    found = np.ones((width, targets.shape[1]))
    told = np.sqrt(information_by_label(weights[:, width - words :], targets), dtype=np.float64)
    most = told.max(axis=0, initial=0.0)
    told = told / np.where(most > 0, most, 1.0) + LEAST_IMPORTANCE
    found[width - words :] = told / np.sqrt(np.mean(told**2, axis=0))
    return found


def minimum(
    rows: Any, targets: Targets, strength: float, scale: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Weights with the least sum of cross-entropies and half the squared weights / C (Lin, Weng & Keerthi 2008).

    Args:
        rows: scipy's sparse rows, float64 (rows, width).
        targets: uint8, (rows, labels).
        strength: C.
        scale: As :func:`importance` gives it: weights are penalised after division by it; None for 1.

    Returns:
        (width + 1, labels); the last row is the bias.
    """
    # Sorted here, since threads share the places of the numbers, which whoever needs them sorted would sort in place.
    rows = rows.sorted_indices()
    scales = [None] * targets.shape[1] if scale is None else list(scale.T)
    with ThreadPoolExecutor(AT_ONCE, "tagship-labels") as pool:
        found = list(pool.map(lambda truth, own: _label(rows, truth, strength, own), targets.T, scales))
    return np.stack(found, axis=1)


def _label(
    rows: Any, truth: NDArray[np.uint8], strength: float, scale: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Weights and bias of one label, (width + 1,)."""
    share = float(truth.mean())
    if share in (0.0, 1.0):  # of a fold without a positive, say
        bias = np.log((share * len(truth) + 0.5) / ((1 - share) * len(truth) + 0.5))
        return np.append(np.zeros(rows.shape[1]), bias)
    regression = LogisticRegression(C=strength, solver="liblinear", tol=TOLERANCE, intercept_scaling=INTERCEPT)
    if scale is None:
        regression.fit(rows, truth)
        return np.append(regression.coef_[0], regression.intercept_[0])
    scaled = sparse.csr_matrix((rows.data * scale[rows.indices], rows.indices, rows.indptr), rows.shape)
    regression.fit(scaled, truth)
    return np.append(regression.coef_[0] * scale, regression.intercept_[0])
