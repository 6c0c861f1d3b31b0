"""Figures of ``run.json``: of a split, of a label, and their intervals."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from tagship_runtime.documents.shared import Interval


class DecisionMetrics(TypedDict):
    """Figures that depend on decisions alone.

    Attributes:
        binary_accuracy: Share of decisions that are right.
        hamming_loss: Share of decisions that are wrong.
        subset_accuracy: Share of rows with every label right.
        micro_f1: F1 over all decisions.
        macro_f1: Mean of the labels' F1.
        worst_label_f1: F1 of the weakest label.
    """

    binary_accuracy: float
    hamming_loss: float
    subset_accuracy: float
    micro_f1: float
    macro_f1: float
    worst_label_f1: float


AccuracyAtHalf = TypedDict("AccuracyAtHalf", {"binary_accuracy_at_0.5": float})
"""Share of decisions that are right at thresholds of 0.5; a key that no class body can spell."""

ScoredAccuracyAtHalf = TypedDict("ScoredAccuracyAtHalf", {"binary_accuracy_at_0.5": NotRequired[float]})
"""The same, of models whose scores may be no probabilities."""

AccuracyAtHalfInterval = TypedDict("AccuracyAtHalfInterval", {"binary_accuracy_at_0.5": Interval})
"""The same with its interval."""


class Metrics(DecisionMetrics, AccuracyAtHalf):
    """Figures of scores, and of the decisions made from them.

    Attributes:
        log_loss: Mean over rows and labels, in nats.
        binary_accuracy_at_0.5: Share of decisions that are right at thresholds of 0.5.
        macro_f1_present: Mean F1 of the labels that have positives among these rows.
    """

    log_loss: float
    macro_f1_present: NotRequired[float]


class BaselineMetrics(DecisionMetrics, ScoredAccuracyAtHalf):
    """Figures of a simpler model.

    Attributes:
        log_loss: Mean over rows and labels, in nats; absent where its scores are no probabilities.
        binary_accuracy_at_0.5: Share of decisions that are right at thresholds of 0.5; absent likewise.
        macro_f1_present: Mean F1 of the labels that have positives among these rows.
    """

    log_loss: NotRequired[float]
    macro_f1_present: NotRequired[float]


class Intervals(AccuracyAtHalfInterval):
    """95% intervals of the test metrics over samples of test rows; training again is not in them.

    Attributes:
        macro_f1: Null where labels are too rare for one; see ``frequent``.
    """

    log_loss: Interval
    binary_accuracy: Interval
    subset_accuracy: Interval
    micro_f1: Interval
    macro_f1: Interval | None


class FrequentLabels(TypedDict):
    """Macro-F1 of the labels that are frequent enough for an interval.

    Attributes:
        labels: Those of which six positive test rows or more are to be expected, by their share in the other rows.
        macro_f1: Mean of their F1 on the test rows.
        interval: Of that mean.
    """

    labels: list[str]
    macro_f1: float
    interval: Interval


class MetricsBySplit(TypedDict):
    """Metrics by the rows that they were measured on.

    Attributes:
        held_out: Rows by networks that did not learn from them, on which thresholds were tuned.
        test: Rows that nothing was fitted to.
    """

    held_out: Metrics
    test: Metrics


class LabelFigures(TypedDict):
    """Figures of one label on the test rows.

    Attributes:
        positives: Test rows that have the label.
        threshold: The tuned one.
        f1_low: Lower bound of the 95% interval of F1; null for a label with fewer than six positives.
        f1_high: Upper bound of the 95% interval of F1; null likewise.
    """

    positives: int
    threshold: float
    precision: float
    recall: float
    f1: float
    f1_low: float | None
    f1_high: float | None


class LabelWords(TypedDict):
    """Words of texts that move a label's score most, by a logistic regression on the same rows.

    Attributes:
        speak_for: Words that raise it, the strongest first.
        speak_against: Words that lower it, likewise.
    """

    speak_for: list[str]
    speak_against: list[str]


class NearRow(TypedDict):
    """Test row whose decision on a label nearly was the other one.

    Attributes:
        row: Its number in the test table, from 0.
        truth: 1 if it has the label.
    """

    row: int
    label: str
    score: float
    threshold: float
    truth: int
