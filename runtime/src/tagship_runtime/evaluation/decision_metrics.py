"""Figures that depend on decisions and the truth alone, under the names that the literature has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import DecisionMetrics
    from tagship_runtime.typing import Decisions, Targets


def decision_metrics(targets: Targets, decisions: Decisions) -> DecisionMetrics:
    """Compare decisions with the truth, both (rows, labels), at least one row.

    F1 is 2 TP / (2 TP + FP + FN), and 0 where a label has neither positives nor decisions; micro-F1 counts over all
    cells, macro-F1 is the mean over labels (Yang, "An Evaluation of Statistical Approaches to Text Categorization",
    1999).
    Subset accuracy is the share of rows with every label right.
    """
    truth = targets == 1
    wrong = truth != decisions
    hits = (truth & decisions).sum(axis=0, dtype=np.int64)
    misses = wrong.sum(axis=0, dtype=np.int64)
    per_label = [_f1(int(hit), int(miss)) for hit, miss in zip(hits, misses, strict=True)]
    hamming = int(misses.sum()) / wrong.size
    return {
        "binary_accuracy": 1 - hamming,
        "hamming_loss": hamming,
        "subset_accuracy": float((~wrong.any(axis=1)).mean()),
        "micro_f1": _f1(int(hits.sum()), int(misses.sum())),
        "macro_f1": float(np.mean(per_label)),
        "worst_label_f1": float(np.min(per_label)),
    }


def label_metrics(
    targets: Targets, decisions: Decisions
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each label, (labels,); 0 where there is nothing to divide by."""
    truth = targets == 1
    hits = np.count_nonzero(truth & decisions, axis=0)
    switched_on, positives = np.count_nonzero(decisions, axis=0), np.count_nonzero(truth, axis=0)
    return _share(hits, switched_on), _share(hits, positives), _share(2 * hits, switched_on + positives)


def _share(part: NDArray[np.intp], whole: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(part / np.maximum(whole, 1), np.float64)


def _f1(hits: int, misses: int) -> float:
    """Of counts: 2 TP over 2 TP + FP + FN."""
    return 2 * hits / (2 * hits + misses) if hits else 0.0
