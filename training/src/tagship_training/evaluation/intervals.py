"""95% intervals of test figures over samples of test rows; what training again would change is not in them.

Each is Wilson's (1927) score interval of a share, for as many independent trials as give the variance that the rows
show (Kish 1965: an effective sample size). F1 is 2J / (1 + J) of the Jaccard index J = TP / (TP + FP + FN), a share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from tagship_runtime.documents import Interval, Intervals
from tagship_runtime.evaluation.intervals import CONFIDENCE, wilson
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Decisions, Scores, Targets
from tagship_training.network.log_loss import row_losses

LEAST_POSITIVES = 6
"""A label with fewer positive test rows has no interval: none would hold its true F1 as often as it says."""

Values = NDArray[np.float64]


def intervals(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], macro_f1: Interval | None = None
) -> Intervals:
    """Intervals of the main figures.

    Args:
        targets: 0 or 1, (rows, labels).
        scores: float32, (rows, labels).
        thresholds: One per label.
        macro_f1: Its interval, where every label is frequent enough to have one.
    """
    truth, on = targets == 1, decide(scores, thresholds)
    right = on == truth
    return {
        "log_loss": _of_losses(row_losses(targets, scores).astype(np.float64)),
        "binary_accuracy_at_0.5": _of_shares(((scores >= 0.5) == truth).mean(axis=1), targets.size),
        "binary_accuracy": _of_shares(right.mean(axis=1), targets.size),
        "subset_accuracy": list(wilson(float(right.all(axis=1).mean()), len(targets))),
        "micro_f1": _of_micro_f1(truth, on),
        "macro_f1": macro_f1,
    }


def f1_interval(hits: int, union: int) -> tuple[float, float]:
    """Interval of one label's F1: Wilson's of its Jaccard index.

    Args:
        hits: Rows that are positive and switched on.
        union: Rows that are positive or switched on, at least one.
    """
    low, high = wilson(hits / union, union)
    return _f1_of(low), _f1_of(high)


def frequent_labels(held_out_targets: Targets, test_rows: int) -> tuple[int, ...]:
    """Return positions of labels of which enough positive test rows are to be expected.

    They are chosen by their share in other rows: choosing by the test rows takes labels that happen to have many there,
    whose precision is then too good (the interval of their macro-F1 holds in half of the samples).
    """
    expected = held_out_targets.mean(axis=0, dtype=np.float64) * test_rows
    return tuple(int(label) for label in np.flatnonzero(expected >= LEAST_POSITIVES - 1e-9))


def macro_f1_interval(targets: Targets, decisions: Decisions, labels: Sequence[int]) -> tuple[float, float]:
    """Interval of the mean F1 of some labels, at least one.

    A label's variance is the larger of what its rows show and what its own interval implies, so that one that is never
    hit is not taken for certain. That labels are right or wrong in the same rows is counted as it shows. The bias of
    F1, a ratio of counts, is taken off.
    """
    rows = len(targets)
    together, alone, variance, bias, f1, trials = np.zeros(rows), 0.0, 0.0, 0.0, 0.0, 0
    for label in labels:
        truth, on = targets[:, label] == 1, decisions[:, label]
        counted = truth.astype(np.float64) + on
        hits, both = int((truth & on).sum()), float(counted.sum())
        union = max(int(both) - hits, 1)
        own, both = 2 * hits / max(both, 1.0), max(both, 1.0)
        influence = (2.0 * (truth & on) - own * counted) / both
        shown = float(influence @ influence)
        low, high = f1_interval(hits, union)
        together += influence
        alone += shown
        variance += max(shown, ((high - low) / (2 * _z())) ** 2)
        bias += (own * float(counted @ counted) - 4 * hits) / both**2
        f1 += own
        trials += union
    count = len(labels)
    clustering = max(float(together @ together) / alone, 1.0) if alone > 0 else 1.0
    mean, less_biased = f1 / count, (f1 - bias) / count
    low, high = _of_f1(less_biased, clustering * variance / count**2 * rows / max(rows - 1, 1), trials)
    return min(low, mean), max(high, mean)


def _of_micro_f1(truth: Decisions, on: Decisions) -> Interval:
    hits = (truth & on).sum(axis=1, dtype=np.float64)
    counted = truth.sum(axis=1, dtype=np.float64) + on.sum(axis=1, dtype=np.float64)
    both = float(counted.sum())
    if not both:
        return [0.0, 1.0]
    value = 2 * float(hits.sum()) / both
    influence = (2 * hits - value * counted) / both
    rows = len(truth)
    return list(_of_f1(value, float(influence @ influence) * rows / max(rows - 1, 1), int(both - hits.sum())))


def _of_f1(value: float, variance: float, most: int) -> tuple[float, float]:
    """Interval of an F1 with this variance, by its Jaccard index; ``most`` cells can be its trials."""
    value = min(max(value, 0.0), 1.0)
    slope = 2 / (2 - value) ** 2
    low, high = _of_share(value / (2 - value), variance * slope**2, max(most, 1))
    return _f1_of(low), _f1_of(high)


def _of_shares(by_row: Values, cells: int) -> Interval:
    """Interval of the mean of each row's share."""
    rows = len(by_row)
    variance = float(by_row.var()) / max(rows - 1, 1)
    return list(_of_share(float(by_row.mean()), variance, cells))


def _of_share(share: float, variance: float, most: int) -> tuple[float, float]:
    trials = min(share * (1 - share) / variance, float(most)) if variance > 0 else float(most)
    return wilson(share, max(trials, 1.0))


def _of_losses(losses: Values) -> Interval:
    """Student's interval of a mean, drawn up on a logarithmic axis since losses are skewed."""
    mean, rows = float(losses.mean()), len(losses)
    if rows < 2 or not mean:
        return [mean, mean]
    factor = math.exp(float(t.ppf((1 + CONFIDENCE) / 2, rows - 1)) * float(losses.std(ddof=1)) / rows**0.5 / mean)
    return [mean / factor, mean * factor]


def _f1_of(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


def _z() -> float:
    return float(norm.ppf((1 + CONFIDENCE) / 2))
