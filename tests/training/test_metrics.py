"""Figures against hand calculation."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.metrics import decision_metrics, log_loss

TARGETS = np.array([[1, 0], [1, 1], [0, 0], [0, 0]], np.uint8)
DECISIONS = np.array([[1, 0], [0, 1], [1, 0], [0, 0]], bool)


def test_decision_metrics() -> None:
    figures = decision_metrics(TARGETS, DECISIONS)
    assert figures == pytest.approx(
        {
            "binary_accuracy": 6 / 8,
            "hamming_loss": 2 / 8,
            "subset_accuracy": 2 / 4,
            "micro_f1": 2 * 2 / (2 * 2 + 1 + 1),
            "macro_f1": (0.5 + 1.0) / 2,
            "worst_label_f1": 0.5,
        }
    )


def test_one_label() -> None:
    figures = decision_metrics(TARGETS[:, :1], DECISIONS[:, :1])
    assert figures["macro_f1"] == figures["micro_f1"] == figures["worst_label_f1"] == pytest.approx(0.5)


def test_log_loss() -> None:
    scores = np.array([[0.9, 0.2], [0.5, 0.5], [0.0, 0.5], [1.0, 0.5]], np.float32)
    cells = [-np.log(0.9), -np.log(0.8), *[-np.log(0.5)] * 4, -np.log(1 - 1e-7), -np.log(1e-7)]
    assert log_loss(TARGETS, scores) == pytest.approx(np.mean(cells), rel=1e-6)
