"""``run.json``, key by key: what a training run was made from, what it came to, and how good it is."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from tagship_runtime.documents.metrics import (
    BaselineMetrics,
    FrequentLabels,
    Intervals,
    LabelFigures,
    LabelWords,
    Metrics,
    MetricsBySplit,
    NearRow,
)
from tagship_runtime.documents.shared import FeatureDocument, Interval

RUN_FORMAT = 1
"""Format version of ``run.json``."""


class ConfigurationDocument(TypedDict):
    """Choices of the user; null where the size of the table decides.

    Attributes:
        prefer: Which size of the ladder ships.
        max_parameters: Bound of the model; null for none.
        max_bytes: Bound of its float32 LiteRT file; null for none.
        confidence: Chance that new rows reach the precision or recall; null where it is aimed at on held-out rows,
            absent in files of version 0.1.
        positive: Values of label columns that mean on, where all others mean off; empty for the usual pairs, such as
            yes and no, absent in files of version 0.1.
    """

    preset: str
    hidden: list[int] | None
    members: int | None
    dropout: float | None
    epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    class_weights: str
    prefer: NotRequired[str]
    max_parameters: int | None
    max_bytes: NotRequired[int | None]
    objective: str
    confidence: NotRequired[float | None]
    calibrate: bool
    stratify: bool
    positive: NotRequired[list[str]]
    seed: int


class NetworkDocument(TypedDict):
    """One group of networks.

    Attributes:
        members: How many networks there are.
        hidden: Units of their hidden layers.
        scale: Whether numbers are scaled inside the graph.
        keep_tails: Whether the scale is stretched so that rare large numbers stay apart.
        bins: Quantile bins per number; 0 for none.
        dropout_in: Share of inputs that are left out while learning.
        dropout: Share of hidden units that are left out while learning.
        terms: The most n-grams of texts that are looked at; left out for all.
        linear: Whether inputs lead straight to the labels as well, beside the hidden layers.
        unit_length: Whether rows are divided by their length inside the graph.
        final: Whether the network that ships learned from all rows, and the others judge.
        share: How much the group counts in the scores.
    """

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
    terms: NotRequired[int]
    linear: NotRequired[bool]
    unit_length: NotRequired[bool]
    final: NotRequired[bool]
    share: float


class TeacherDocument(TypedDict):
    """One of the models that students of all sizes learned from.

    Attributes:
        share: How much its scores count in what students are taught.
    """

    name: str
    share: float


class SizeDocument(TypedDict):
    """One size of the ladder.

    Attributes:
        name: As ``tagship export --size`` takes it.
        chosen: Whether it is the model of the run.
        bytes: Of its float32 LiteRT file without the contract.
        microseconds: For one row through LiteRT, on one thread of the machine that trained.
        thresholds: Tuned for this size.
        notices: Labels whose goal no threshold of this size is sure to reach, in sentences.
        goal_missed_by: As of the run, for this size's thresholds.
    """

    name: str
    chosen: bool
    parameters: int
    bytes: int
    microseconds: float
    thresholds: list[float]
    metrics: MetricsBySplit
    notices: NotRequired[list[str]]
    goal_missed_by: NotRequired[list[str]]


class DiagnosisDocument(TypedDict):
    """Mean log losses in nats, and what they say together.

    Attributes:
        learned: Of rows by networks that learned from them.
        held_out: Of the same rows by networks that did not.
        test: Of the test rows.
        optimal: The least that any model can reach on the test rows; null where it is not known.
        curve: Of the test rows, after training on a share of the rows; null where it was not asked for.
        falling: Share by which the held-out loss fell over the last tenth of the epochs; null after one.
        gap: What held-out rows cost more than learned ones, as a share of what they cost.
        unfinished: Whether the loss still fell when training ended.
        verdict: What this says, in words.
    """

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
    """A simpler model on the same rows.

    Attributes:
        simple: Whether it is a simpler thing to ship than a network.
        log_loss_difference: 95% interval of the network's log loss less its own; null where it has none.
        macro_f1_difference: 95% interval of the network's macro-F1 less its own.
        by_decisions: Whether macro-F1 counts, as it does where thresholds are tuned for F1.
        as_good: Whether the test rows do not show the network to be better.
    """

    title: str
    simple: bool
    figures: BaselineMetrics
    log_loss_difference: Interval | None
    macro_f1_difference: Interval
    by_decisions: bool
    as_good: bool


class RowCounts(TypedDict):
    """Rows by purpose.

    Attributes:
        validation: Where thresholds were tuned on others than the training rows.
    """

    train: int
    test: int
    validation: NotRequired[int]


class RepeatedRows(TypedDict):
    """Rows that have the features of a training row, by purpose."""

    test: int
    validation: NotRequired[int]


class RepeatedTest(TypedDict):
    """Test rows that have the features of a training row, and whether they make figures too good.

    Attributes:
        expected: Share of the training rows that have the features of another training row.
        more: Whether the share among the test rows is larger, by more than chance.
        worse: Whether log loss without these rows is higher, by more than chance.
        others: Figures of the other test rows; null where there is none.
    """

    expected: float
    more: bool
    worse: bool
    others: Metrics | None


class StreamDocument(TypedDict):
    """A table that memory did not hold, from which the rows of the run were drawn.

    Attributes:
        files: How many.
        rows: Of all files.
        learned: Rows that networks learned from: all but those that tune and judge.
        passes: How often each of them was read.
    """

    files: int
    rows: int
    learned: int
    passes: int


class RunDocument(TypedDict):
    """Record of a training run: what it was made from, what it came to, and how good it is.

    Attributes:
        tagship_run: The format version.
        labels: In the order of the scores.
        features: The caller's columns, in order.
        thresholds: One per label, in (0, 1).
        objective: What the thresholds were tuned for.
        goal_missed_by: Labels whose goal no threshold reaches on held-out rows, or is sure to reach with the
            confidence asked for; absent without any.
        teachers: Models that students learned from; absent where one network was described.
        ladder: All sizes that were trained, from small to large; likewise.
        parameters: Of all networks together.
        per_label: By the label's name.
        words: Of texts, by the label's name; absent without texts.
        nearest: Test rows nearest to a threshold, the nearest first; absent without texts.
        frequent: Macro-F1 of the labels that are frequent enough for an interval; null where none is, absent in files
            of version 0.1.
        baselines: Empty where they were not asked for.
        baseline_verdict: How the network compares with them; null without any.
        repeated_test: Whether repeated test rows make figures too good; null without any, absent in files of
            version 0.1.
        label_words: Values of each label's column as the table had them, in lower case and without blank ones, by the
            label's name; absent where they are not known, as in files of version 0.1.
        stream: The table that the rows were drawn from; absent where they are all.
        epochs: Of all networks together.
        notices: What was noticed about the data, a sentence each.
        versions: Of the packages that trained it.
        seconds: What training took.
    """

    tagship_run: int
    labels: list[str]
    features: list[FeatureDocument]
    thresholds: list[float]
    objective: str
    configuration: ConfigurationDocument
    networks: list[NetworkDocument]
    goal_missed_by: NotRequired[list[str]]
    teachers: NotRequired[list[TeacherDocument]]
    ladder: NotRequired[list[SizeDocument]]
    parameters: int
    metrics: MetricsBySplit
    intervals: Intervals
    frequent: NotRequired[FrequentLabels | None]
    per_label: dict[str, LabelFigures]
    words: NotRequired[dict[str, LabelWords]]
    nearest: NotRequired[list[NearRow]]
    diagnosis: DiagnosisDocument
    baselines: list[BaselineDocument]
    baseline_verdict: str | None
    rows: RowCounts
    repeated_rows: RepeatedRows
    repeated_test: NotRequired[RepeatedTest | None]
    label_words: NotRequired[dict[str, list[str]]]
    stream: NotRequired[StreamDocument]
    epochs: int
    notices: list[str]
    versions: dict[str, str]
    seconds: float
