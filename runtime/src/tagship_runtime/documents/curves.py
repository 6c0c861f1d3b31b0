"""``curves.json``, key by key: counts over all test rows that plots are drawn from, and no row's own values."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from tagship_runtime.documents.shared import Interval

CURVES_FORMAT = 1
"""Format version of ``curves.json``."""


class CurveRows(TypedDict):
    """Rows that curves and thresholds come from."""

    test: int
    held_out: int


class ThresholdCounts(TypedDict):
    """Counts of one label's decisions at rising thresholds.

    Attributes:
        positives: Test rows that have the label.
        average_precision: Area below the curve; null without positives.
        thresholds: Where decisions were counted.
        chosen: Position of the tuned threshold among them.
        true_positives: Rows that are switched on and have the label, per threshold.
        false_positives: Rows that are switched on and do not have it, per threshold.
    """

    positives: int
    average_precision: float | None
    thresholds: list[float]
    chosen: int
    true_positives: list[int]
    false_positives: list[int]


class LabelCurve(ThresholdCounts):
    """Counts of a label's decisions, with its name."""

    label: str


class CalibrationBin(TypedDict):
    """Decisions scored alike.

    Attributes:
        low: Lowest score of the bin.
        high: Score where the next one begins.
        cells: Decisions, one per row and label.
        rows: Different rows among them.
        positives: Decisions where the row has the label.
        interval: Of the share of positives.
    """

    low: float
    high: float
    cells: int
    rows: int
    mean_score: float
    positives: int
    interval: Interval


class FeatureSummary(TypedDict):
    """Summary of training rows in one feature; each kind has keys of its own.

    Attributes:
        low: Of a number: the 1% quantile.
        median: Of a number: the 50% quantile.
        high: Of a number: the 99% quantile.
        missing: Of a number whose missing values are flagged: the share of them.
        shares: Of a category: the share of each word, in order.
        ngrams: Of a text: how many n-grams of the vocabulary one has in the mean.
        empty: Of a text: the share of those without any.
    """

    low: NotRequired[float]
    median: NotRequired[float]
    high: NotRequired[float]
    missing: NotRequired[float]
    shares: NotRequired[list[float]]
    ngrams: NotRequired[float]
    empty: NotRequired[float]


class CurvesDocument(TypedDict):
    """Counts over all test rows that plots are drawn from, and no row's own values.

    Attributes:
        tagship_curves: The format version.
        labels: In the order of the run's.
        calibration: Bins that are not empty, by rising score.
        features: In the order of the run's.
    """

    tagship_curves: int
    rows: CurveRows
    labels: list[LabelCurve]
    calibration: list[CalibrationBin]
    features: list[FeatureSummary]
