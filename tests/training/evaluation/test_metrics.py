"""Figures against hand calculation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_training.evaluation.bootstrap import bootstrap
from tagship_training.evaluation.intervals import macro_f1_interval
from tagship_training.evaluation.metrics import evaluate
from tagship_training.network.log_loss import log_loss

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


def test_resampled_figures_centre_on_the_real_ones() -> None:
    random = np.random.default_rng(0)
    targets = random.integers(0, 2, (400, 3)).astype(np.uint8)
    scores = np.clip(targets * 0.3 + random.random((400, 3)) * 0.7, 0, 1).astype(np.float32)
    thresholds = (0.4, 0.5, 0.6)
    spread = bootstrap(targets, scores, thresholds)
    figures: dict[str, Any] = {**evaluate(targets, scores, thresholds)}
    for name, values in spread.items():
        if name in figures:
            assert abs(values.mean() - figures[name]) < 3 * values.std() / 10, name
    low, high = macro_f1_interval(targets, scores >= np.array(thresholds, np.float32), range(3))
    assert low < figures["macro_f1"] < high
    weights = np.bincount(np.random.default_rng(0).integers(0, 400, (1000, 400))[0], minlength=400)
    repeated = np.repeat(np.arange(400), weights)
    again: dict[str, Any] = {**evaluate(targets[repeated], scores[repeated], thresholds)}
    for name in ("log_loss", "micro_f1", "macro_f1", "subset_accuracy", "binary_accuracy"):
        assert spread[name][0] == pytest.approx(again[name]), name
