"""Metrics of multilabel scores, each under the name that the literature has for it."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import f1_score, hamming_loss, precision_score, recall_score

from tagship_runtime.documents import LabelFigures, Metrics
from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_runtime.typing import Scores
from tagship_training.data.dataset import Targets
from tagship_training.evaluation.bootstrap import bootstrap, interval
from tagship_training.network.log_loss import log_loss


def evaluate(targets: Targets, scores: Scores, thresholds: tuple[float, ...]) -> Metrics:
    """Metrics of the scores, of decisions at 0.5 (which others report), and at the thresholds."""
    return {
        "log_loss": log_loss(targets, scores),
        "binary_accuracy_at_0.5": 1 - float(hamming_loss(targets, scores >= 0.5)),
        **decision_metrics(targets, scores >= np.array(thresholds, np.float32)),
    }


def per_label(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], labels: tuple[str, ...], seed: int = 0
) -> dict[str, LabelFigures]:
    """Positives, threshold, precision, recall and F1 of each label, the last with its interval."""
    decisions = scores >= np.array(thresholds, np.float32)
    spread = bootstrap(targets, scores, thresholds, seed)
    figures: dict[str, LabelFigures] = {}
    for position, label in enumerate(labels):
        truth, on = targets[:, position], decisions[:, position]
        low, high = interval(spread["f1_per_label"][:, position])
        figures[label] = {
            "positives": int(truth.sum(dtype=np.int64)),
            "threshold": thresholds[position],
            "precision": float(precision_score(truth, on, zero_division=0)),
            "recall": float(recall_score(truth, on, zero_division=0)),
            "f1": float(f1_score(truth, on, zero_division=0)),
            "f1_low": low,
            "f1_high": high,
        }
    return figures
