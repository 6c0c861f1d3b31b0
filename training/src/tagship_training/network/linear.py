"""Logistic regression of all labels at once, with a strength of regularisation that held-out rows choose.

It is a group of networks without hidden layers, and so ships, blends and teaches like any other; only its weights come
from L-BFGS on all rows at once instead of steps on batches.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from tagship_runtime.typing import Targets
from tagship_training.data.folds import NOBODY, Folds, LearningRows
from tagship_training.data.sparse_rows import Matrix, SparseRows, rows_at_once
from tagship_training.network import sparse_linear
from tagship_training.network.graph import Group
from tagship_training.network.log_loss import log_loss
from tagship_training.network.preprocessing import encode, encode_sparse, unit_length

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Candidates for C, the inverse of the penalty on squared weights; tried from small to large while that helps."""

TEXT_STRENGTHS = (1.0, 3.0, 10.0, 30.0)
"""Candidates for C where the columns are weights of words."""

UNIT_LENGTH_GAIN = 30.0
"""Rows divided by their length have small numbers, which need weights so much less penalised."""

SPARSE = 0.2
"""With a smaller share of numbers that are not zero, the matrix is kept sparse."""

ITERATIONS = 150
CHUNK_ROWS = 2048

Weights = NDArray[np.float64]
"""(width + 1, labels); the last row is the bias."""


def fit(group: Group, rows: LearningRows) -> float:
    """Set a group's weights: each network's from the rows that it learns from.

    Args:
        group: Without hidden layers.
        rows: Rows, each with the network that does not learn from it.

    Returns:
        The chosen C.
    """
    encoded, targets, folds = _encoded(group, rows.matrix), rows.targets, rows.folds
    words = 0 if group.encoding is None or group.encoding.bag is None else group.encoding.bag.terms
    minimum = partial(_minimum_of_texts, words=words) if words else _minimum
    scale = UNIT_LENGTH_GAIN if group.architecture.unit_length else 1.0
    held, learned = _judged_by(0, folds), _learned_by(0, folds)
    best, chosen, weights, found = np.inf, 1.0, None, None
    for strength in TEXT_STRENGTHS if words else STRENGTHS:
        weights = minimum(encoded[learned], targets[learned], scale * strength, weights)
        loss = log_loss(targets[held], expit(_logits(encoded[held], weights)).astype(np.float32))
        if loss >= best:
            break
        best, chosen, found = loss, scale * strength, weights
    networks = [found]
    for network in range(1, group.architecture.networks):
        learned = _learned_by(network, folds)
        networks.append(minimum(encoded[learned], targets[learned], chosen, networks[-1]))
    both = np.stack([np.asarray(network, np.float32) for network in networks])
    layer = group.model.get_layer("scores")
    if group.architecture.networks == 1:
        layer.set_weights([both[0, :-1], both[0, -1]])
    else:
        layer.set_weights([both[:, :-1], both[:, -1:]])
    return chosen


def _learned_by(network: int, folds: Folds) -> NDArray[np.intp]:
    return np.flatnonzero((folds != network) & (folds != NOBODY))


def _judged_by(network: int, folds: Folds) -> NDArray[np.intp]:
    return np.flatnonzero((folds == network) | (folds == NOBODY))


def _minimum_of_texts(rows: Any, targets: Targets, strength: float, _: Weights | None, *, words: int) -> Weights:
    return sparse_linear.minimum(rows, targets, strength, sparse_linear.importance(rows, targets, words))


def _encoded(group: Group, matrix: Matrix) -> Any:
    """Columns as the layers of the group see them, float64, sparse where most of them are zero."""
    if isinstance(matrix, SparseRows) and group.encoding is not None and group.encoding.bag is not None:
        return encode_sparse(matrix, group.encoding)
    parts: list[Any] = []
    at_once = rows_at_once(matrix.shape[1], CHUNK_ROWS)
    for start in range(0, len(matrix), at_once):
        x = matrix[start : start + at_once]
        x = x if group.encoding is None else encode(x, group.encoding)
        part = np.asarray(unit_length(x) if group.architecture.unit_length else x, np.float64)
        parts.append(sparse.csr_matrix(part) if np.count_nonzero(part) < SPARSE * part.size else part)
    if all(sparse.issparse(part) for part in parts):
        return sparse.vstack(parts, format="csr")
    return np.concatenate([part.toarray() if sparse.issparse(part) else part for part in parts])


def _logits(rows: Any, weights: Weights) -> Any:
    return rows @ weights[:-1] + weights[-1]


def _minimum(rows: Any, targets: Targets, strength: float, start: Weights | None) -> Weights:
    """Weights with the least sum of cross-entropies and half the squared weights / C (Liu & Nocedal's L-BFGS)."""
    truth = targets.astype(np.float64)
    transposed = rows.T.tocsr() if sparse.issparse(rows) else rows.T
    shape = (rows.shape[1] + 1, truth.shape[1])
    if start is None:
        start = np.zeros(shape)
        share = np.clip(truth.mean(axis=0), 1e-3, 1 - 1e-3)
        start[-1] = np.log(share / (1 - share))

    def value(flat: Weights) -> tuple[float, Weights]:
        weights = flat.reshape(shape)
        logits = _logits(rows, weights)
        loss = np.logaddexp(0, logits).sum() - (truth * logits).sum() + (weights[:-1] ** 2).sum() / (2 * strength)
        surplus = expit(logits) - truth
        gradient = np.concatenate([transposed @ surplus + weights[:-1] / strength, surplus.sum(axis=0)[None]])
        return float(loss), gradient.ravel()

    options = {"maxiter": ITERATIONS, "ftol": 1e-7, "gtol": 1e-4 * len(truth) ** 0.5}
    found = minimize(value, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float64).reshape(shape)
