"""The logistic regression is scikit-learn's at the same C, chosen by held-out rows, on sparse rows as on dense ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from tagship_training import Config
from tagship_training.data.folds import LearningRows, deal
from tagship_training.data.sparse_rows import all_rows
from tagship_training.network import linear, preprocessing, sparse_linear
from tagship_training.network.architecture import Architecture
from tagship_training.network.choose_architectures import choose_architectures, linear_architectures
from tagship_training.network.graph import build
from tagship_training.network.sparse_linear import importance


def lines(rows: LearningRows, *, words: bool = False) -> tuple[Architecture, ...]:
    shape = {"rows": len(rows.matrix), "width": rows.matrix.shape[1], "numeric": 0, "labels": rows.targets.shape[1]}
    like = choose_architectures(Config(members=3), **shape)[0]
    return linear_architectures(like, words=words, crossed=True)


@pytest.fixture
def rows() -> LearningRows:
    random = np.random.default_rng(0)
    matrix = (random.random((300, 40)) < 0.1).astype(np.float32)
    logits = matrix @ random.normal(0, 2, (40, 2)) - 0.5
    targets = (random.random((300, 2)) < 1 / (1 + np.exp(-logits))).astype(np.uint8)
    return LearningRows(matrix=matrix, targets=targets, folds=deal(targets, 3, 0))


@pytest.mark.parametrize("unit_length", [False, True])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_weights_are_scikit_learns(
    rows: LearningRows, unit_length: bool, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "SPARSE", share)
    architecture = replace(lines(rows)[0], unit_length=unit_length)
    group = build(architecture, preprocessing.fit(architecture, rows.matrix, []), 40, np.full(2, 0.5, np.float32))
    strength = linear.fit(group, rows)
    kernel, bias = group.model.get_layer("scores").get_weights()
    assert kernel.shape == (4, 40, 2)  # a network for each fold, and one for all rows
    x = all_rows(rows.matrix).astype(np.float64)
    x = x / np.sqrt((x * x).sum(axis=1, keepdims=True) + 1e-6) if unit_length else x
    for network in (0, 3):
        learned = rows.folds != network
        for label in range(2):
            own = LogisticRegression(C=strength, tol=1e-8, max_iter=5000).fit(x[learned], rows.targets[learned, label])
            np.testing.assert_allclose(kernel[network, :, label], own.coef_[0], rtol=0, atol=0.03)  # measured 0.008
            assert bias[network, 0, label] == pytest.approx(own.intercept_[0], abs=0.03)


def test_words_try_both_kinds_of_rows(rows: LearningRows) -> None:
    assert [line.unit_length for line in lines(rows, words=True)] == [False, True]
    assert [line.unit_length for line in lines(rows)] == [False]


def test_words_that_tell_more_of_a_label_are_penalised_less() -> None:
    random = np.random.default_rng(1)
    counts = (random.random((200, 6)) < 0.3).astype(np.float64)
    truth = np.stack([counts[:, 1], (random.random(200) < 0.5), np.zeros(200)], axis=1).astype(np.uint8)
    found = importance(sparse.csr_matrix(counts), truth, words=5)
    assert found.shape == (6, 3)
    np.testing.assert_array_equal(found[0], 1.0)  # a number, which is no word
    np.testing.assert_allclose((found[1:] ** 2).mean(axis=0), 1.0, rtol=1e-6)
    np.testing.assert_allclose(found[2:, 0].max() / found[1, 0], 0.1, atol=0.12)  # the others tell nothing of it
    np.testing.assert_allclose(found[:, 2], 1.0)  # nor does any word of a label without a positive


def test_importance_is_a_penalty_of_each_weight() -> None:
    random = np.random.default_rng(2)
    rows = sparse.csr_matrix(random.random((120, 4)) * (random.random((120, 4)) < 0.5))
    truth = (random.random((120, 1)) < 0.4).astype(np.uint8)
    scale = np.array([[3.0], [0.2], [1.0], [0.5]])
    found = sparse_linear.minimum(rows, truth, 2.0, scale)[:, 0]

    def loss(weights: np.ndarray) -> float:
        logits = rows @ weights[:-1] + weights[-1]
        penalty = ((weights[:-1] / scale[:, 0]) ** 2).sum() + (weights[-1] / sparse_linear.INTERCEPT) ** 2
        return float((np.logaddexp(0, logits) - truth[:, 0] * logits).sum() + penalty / (2 * 2.0))

    want = minimize(loss, np.zeros(5), method="BFGS").x
    np.testing.assert_allclose(found, want, rtol=0, atol=0.02)  # measured 0.003; without a scale 0.6 and more apart
    assert abs(sparse_linear.minimum(rows, truth, 2.0)[0, 0] - want[0]) > 0.1


def test_rows_whose_numbers_are_in_no_order() -> None:
    random = np.random.default_rng(3)
    sorted_rows = sparse.csr_matrix(random.random((150, 8)) * (random.random((150, 8)) < 0.6))
    truth = (random.random((150, 6)) < 0.4).astype(np.uint8)
    rows = sorted_rows.copy()
    for start, end in pairwise(rows.indptr.tolist()):  # as products of sparse matrices leave them
        rows.indices[start:end], rows.data[start:end] = rows.indices[start:end][::-1], rows.data[start:end][::-1]
    rows.has_sorted_indices = False
    places = rows.indices.copy()
    scale = np.exp(random.normal(size=(8, 6)))
    found = sparse_linear.minimum(rows, truth, 1.0, scale)
    np.testing.assert_array_equal(found, sparse_linear.minimum(sorted_rows, truth, 1.0, scale))
    np.testing.assert_array_equal(rows.indices, places)  # the caller's rows are left as they are
