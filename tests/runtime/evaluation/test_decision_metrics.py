"""The figures are scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, hamming_loss, precision_score, recall_score

from tagship_runtime.evaluation.decision_metrics import decision_metrics, label_metrics


@pytest.mark.parametrize("rows", [1, 2, 500])
@pytest.mark.parametrize("labels", [1, 2, 9])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 1.0])
def test_as_scikit_learn(rows: int, labels: int, share: float) -> None:
    random = np.random.default_rng(rows * 100 + labels)
    targets = (random.random((rows, labels)) < share).astype(np.uint8)
    decisions = random.random((rows, labels)) < 0.4
    per_label = [f1_score(t, d, zero_division=0) for t, d in zip(targets.T, decisions.T, strict=True)]
    want = {
        "binary_accuracy": 1 - hamming_loss(targets, decisions),
        "hamming_loss": hamming_loss(targets, decisions),
        "subset_accuracy": accuracy_score(targets, decisions),
        "micro_f1": f1_score(targets.ravel(), decisions.ravel(), zero_division=0),
        "macro_f1": np.mean(per_label),
        "worst_label_f1": np.min(per_label),
    }
    got = decision_metrics(targets, decisions)
    assert got.keys() == want.keys()
    for name, value in want.items():
        np.testing.assert_allclose(got[name], value, rtol=0, atol=1e-12)  # type: ignore[literal-required]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 1.0])
def test_every_label_as_scikit_learn(share: float) -> None:
    random = np.random.default_rng(5)
    targets = (random.random((300, 5)) < share).astype(np.uint8)
    decisions = random.random((300, 5)) < [0.0, 0.1, 0.4, 0.9, 1.0]
    scores = (precision_score, recall_score, f1_score)
    want = [score(targets, decisions, average=None, zero_division=0) for score in scores]
    np.testing.assert_allclose(label_metrics(targets, decisions), want, rtol=0, atol=1e-12)
