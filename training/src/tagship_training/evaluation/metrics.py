"""Metrics of multilabel scores, each under the name that the literature has for it."""

from __future__ import annotations

import numpy as np

from tagship_runtime.documents import LabelFigures, Metrics
from tagship_runtime.evaluation.decision_metrics import decision_metrics, label_metrics
from tagship_runtime.typing import Scores, Targets
from tagship_training.evaluation.bootstrap import bootstrap, interval
from tagship_training.network.log_loss import log_loss


def evaluate(targets: Targets, scores: Scores, thresholds: tuple[float, ...]) -> Metrics:
    """Metrics of the scores, of decisions at 0.5 (which others report), and at the thresholds."""
    return {
        "log_loss": log_loss(targets, scores),
        "binary_accuracy_at_0.5": decision_metrics(targets, scores >= 0.5)["binary_accuracy"],
        **decision_metrics(targets, scores >= np.array(thresholds, np.float32)),
    }


def per_label(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], labels: tuple[str, ...], seed: int = 0
) -> dict[str, LabelFigures]:
    """Positives, threshold, precision, recall and F1 of each label, the last with its interval."""
    precision, recall, f1 = label_metrics(targets, scores >= np.array(thresholds, np.float32))
    resampled = bootstrap(targets, scores, thresholds, seed)["f1_per_label"]
    figures: dict[str, LabelFigures] = {}
    for position, label in enumerate(labels):
        low, high = interval(resampled[:, position])
        figures[label] = {
            "positives": int(targets[:, position].sum(dtype=np.int64)),
            "threshold": thresholds[position],
            "precision": float(precision[position]),
            "recall": float(recall[position]),
            "f1": float(f1[position]),
            "f1_low": low,
            "f1_high": high,
        }
    return figures
