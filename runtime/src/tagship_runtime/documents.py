"""Documents that the distributions pass to each other: ``run.json`` and ``curves.json``, key by key.

Import this module for typing, and its format versions where a document is written or read; predicting needs neither.
A key that a later version added is missing in files of earlier ones: whoever reads files fills it in, in one place.
"""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict

RUN_FORMAT = 1
"""Format version of ``run.json``."""

CURVES_FORMAT = 1
"""Format version of ``curves.json``."""

Interval: TypeAlias = list[float]
"""Lower and upper bound of a 95% interval."""


class FeatureDocument(TypedDict):
    """One of the caller's columns, as contracts describe it; each kind has keys of its own."""

    name: str
    kind: str
    fill: NotRequired[float | None]
    indicator: NotRequired[bool]
    values: NotRequired[list[str]]


class DecisionMetrics(TypedDict):
    """Figures that depend on decisions alone."""

    binary_accuracy: float
    hamming_loss: float
    subset_accuracy: float
    micro_f1: float
    macro_f1: float
    worst_label_f1: float


Metrics = TypedDict(
    "Metrics",
    {
        "log_loss": float,
        "binary_accuracy_at_0.5": float,
        "binary_accuracy": float,
        "hamming_loss": float,
        "subset_accuracy": float,
        "micro_f1": float,
        "macro_f1": float,
        "worst_label_f1": float,
    },
)
"""Figures of scores and of the decisions made from them."""

BaselineMetrics = TypedDict(
    "BaselineMetrics",
    {
        "log_loss": NotRequired[float],
        "binary_accuracy_at_0.5": NotRequired[float],
        "binary_accuracy": float,
        "hamming_loss": float,
        "subset_accuracy": float,
        "micro_f1": float,
        "macro_f1": float,
        "worst_label_f1": float,
    },
)
"""Figures of a simpler model; without the first two where its scores are no probabilities."""

Intervals = TypedDict(
    "Intervals",
    {
        "log_loss": Interval,
        "binary_accuracy_at_0.5": Interval,
        "binary_accuracy": Interval,
        "subset_accuracy": Interval,
        "micro_f1": Interval,
        "macro_f1": Interval,
    },
)
"""Bootstrap intervals of the test metrics."""


class MetricsBySplit(TypedDict):
    """Metrics on the rows that thresholds were tuned on, and on the test rows."""

    held_out: Metrics
    test: Metrics


class LabelFigures(TypedDict):
    """Figures of one label on the test rows, with the interval of F1."""

    positives: int
    threshold: float
    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float


class ConfigurationDocument(TypedDict):
    """Choices of the user; None where the size of the table decides."""

    preset: str
    hidden: list[int] | None
    members: int | None
    dropout: float | None
    epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    class_weights: str
    max_parameters: int
    objective: str
    calibrate: bool
    stratify: bool
    seed: int


class NetworkDocument(TypedDict):
    """One group of networks, and how much it counts in the scores."""

    name: str
    members: int
    hidden: list[int]
    scale: bool
    keep_tails: bool
    bins: int
    dropout_in: float
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float | None
    share: float


class DiagnosisDocument(TypedDict):
    """Mean log losses in nats, and what they say together."""

    learned: float
    held_out: float
    test: float
    optimal: float | None
    curve: dict[str, float] | None
    falling: float | None
    gap: float
    unfinished: bool
    verdict: str


class BaselineDocument(TypedDict):
    """A simpler model on the same rows, and what the network gains over it."""

    title: str
    simple: bool
    figures: BaselineMetrics
    log_loss_difference: Interval | None
    macro_f1_difference: Interval
    by_decisions: bool
    as_good: bool


class RowCounts(TypedDict):
    """Rows by purpose; ``validation`` where those are others than the training rows."""

    train: int
    test: int
    validation: NotRequired[int]


class RepeatedRows(TypedDict):
    """Rows that have the features of a training row, by purpose."""

    test: int
    validation: NotRequired[int]


class RunDocument(TypedDict):
    """``run.json``: what a training run was made from, what it came to, and how good it is."""

    tagship_run: int
    labels: list[str]
    features: list[FeatureDocument]
    thresholds: list[float]
    objective: str
    configuration: ConfigurationDocument
    networks: list[NetworkDocument]
    parameters: int
    metrics: MetricsBySplit
    intervals: Intervals
    per_label: dict[str, LabelFigures]
    diagnosis: DiagnosisDocument
    baselines: list[BaselineDocument]
    baseline_verdict: str | None
    rows: RowCounts
    repeated_rows: RepeatedRows
    epochs: int
    notices: list[str]
    versions: dict[str, str]
    seconds: float


class CurveRows(TypedDict):
    """Rows that curves and thresholds come from."""

    test: int
    held_out: int


class ThresholdCounts(TypedDict):
    """Counts of one label's decisions at rising thresholds; ``chosen`` is the position of the tuned one."""

    positives: int
    average_precision: float | None
    thresholds: list[float]
    chosen: int
    true_positives: list[int]
    false_positives: list[int]


class LabelCurve(ThresholdCounts):
    """The same with the label's name."""

    label: str


class CalibrationBin(TypedDict):
    """Decisions scored alike: how many there are, and how many are positive."""

    low: float
    high: float
    cells: int
    rows: int
    mean_score: float
    positives: int
    interval: Interval


class FeatureSummary(TypedDict):
    """What training rows hold in one feature; each kind has keys of its own."""

    low: NotRequired[float]
    median: NotRequired[float]
    high: NotRequired[float]
    missing: NotRequired[float]
    shares: NotRequired[list[float]]


class CurvesDocument(TypedDict):
    """``curves.json``: counts over all test rows that plots are drawn from, and no row's own values."""

    tagship_curves: int
    rows: CurveRows
    labels: list[LabelCurve]
    calibration: list[CalibrationBin]
    features: list[FeatureSummary]
