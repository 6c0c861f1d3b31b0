"""The logistic regression is scikit-learn's at the same C, chosen by held-out rows, on sparse rows as on dense ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tagship_training import Config
from tagship_training.data.folds import LearningRows, deal
from tagship_training.data.sparse_rows import all_rows
from tagship_training.network import linear, preprocessing
from tagship_training.network.architecture import Architecture
from tagship_training.network.choose_architectures import choose_architectures, linear_architectures
from tagship_training.network.graph import build


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
@pytest.mark.parametrize("sparse", [0.0, 1.0])
def test_weights_are_scikit_learns(
    rows: LearningRows, unit_length: bool, sparse: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "SPARSE", sparse)
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
