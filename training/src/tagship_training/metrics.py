"""Figures for multilabel scores, each under the name the literature has for it; computed by scikit-learn."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, hamming_loss

from tagship_runtime.arrays import Decisions, Scores
from tagship_training.tables import Targets

EPSILON = 1e-7
"""Scores are clipped to [EPSILON, 1 - EPSILON] for the log loss, as Keras does."""


def log_loss(targets: Targets, scores: Scores) -> float:
    """Mean binary cross-entropy over all cells, in nats."""
    p = np.clip(scores.astype(np.float64), EPSILON, 1 - EPSILON)
    return float(-np.mean(np.where(targets == 1, np.log(p), np.log1p(-p))))


def decision_metrics(targets: Targets, decisions: Decisions) -> dict[str, float]:
    """Figures that depend on decisions alone; a label without positives and decisions has F1 0."""
    per_label = [f1_score(truth, on, zero_division=0) for truth, on in zip(targets.T, decisions.T, strict=True)]
    return {
        "binary_accuracy": 1 - float(hamming_loss(targets, decisions)),
        "hamming_loss": float(hamming_loss(targets, decisions)),
        "subset_accuracy": float(accuracy_score(targets, decisions)),
        "micro_f1": float(f1_score(targets.ravel(), decisions.ravel(), zero_division=0)),  # over all cells
        "macro_f1": float(np.mean(per_label)),
        "worst_label_f1": float(np.min(per_label)),
    }
