"""Metrics of multilabel scores, each under the name that the literature has for it."""

from __future__ import annotations

from tagship_runtime.documents import FrequentLabels, LabelFigures, Metrics
from tagship_runtime.evaluation.decision_metrics import decision_metrics, label_metrics
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Scores, Targets
from tagship_training.evaluation.intervals import (
    LEAST_POSITIVES,
    f1_interval,
    frequent_labels,
    macro_f1_interval,
)
from tagship_training.network.log_loss import log_loss


def evaluate(targets: Targets, scores: Scores, thresholds: tuple[float, ...]) -> Metrics:
    """Metrics of the scores, of decisions at 0.5 (which others report), and at the thresholds."""
    decisions = decide(scores, thresholds)
    present = targets.any(axis=0)
    f1 = label_metrics(targets, decisions)[2][present]
    return {
        "log_loss": log_loss(targets, scores),
        "binary_accuracy_at_0.5": decision_metrics(targets, scores >= 0.5)["binary_accuracy"],
        **decision_metrics(targets, decisions),
        "macro_f1_present": float(f1.mean()) if present.any() else 0.0,
    }


def per_label(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], labels: tuple[str, ...]
) -> dict[str, LabelFigures]:
    """Positives, threshold, precision, recall and F1 of each label, the last with its interval where it has one."""
    decisions = decide(scores, thresholds)
    precision, recall, f1 = label_metrics(targets, decisions)
    figures: dict[str, LabelFigures] = {}
    for position, label in enumerate(labels):
        truth, on = targets[:, position] == 1, decisions[:, position]
        positives, hits = int(truth.sum()), int((truth & on).sum())
        enough = positives >= LEAST_POSITIVES
        low, high = f1_interval(hits, int((truth | on).sum())) if enough else (None, None)
        figures[label] = {
            "positives": positives,
            "threshold": thresholds[position],
            "precision": float(precision[position]),
            "recall": float(recall[position]),
            "f1": float(f1[position]),
            "f1_low": low,
            "f1_high": high,
        }
    return figures


def frequent(
    targets: Targets,
    scores: Scores,
    thresholds: tuple[float, ...],
    labels: tuple[str, ...],
    held_out_targets: Targets,
) -> FrequentLabels | None:
    """Macro-F1 of the labels that are frequent enough for an interval; None where no label is."""
    positions = frequent_labels(held_out_targets, len(targets))
    if not positions:
        return None
    decisions = decide(scores, thresholds)
    return {
        "labels": [labels[position] for position in positions],
        "macro_f1": float(label_metrics(targets, decisions)[2][list(positions)].mean()),
        "interval": list(macro_f1_interval(targets, decisions, positions)),
    }
