"""``export.json``, key by key: what was exported, how it was proved, and what is recommended."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from tagship_runtime.documents.shared import FeatureDocument

EXPORT_FORMAT = 1
"""Format version of ``export.json``; files of version 0.1 have the same keys but this one."""


class ParityFigures(TypedDict):
    """An artifact's scores and decisions against the original's, both sides at the original's thresholds.

    Attributes:
        rows: How many were compared.
        max_difference: The largest absolute difference of two scores.
        mean_difference: Over all scores.
        p99_difference: What 99% of the differences stay below.
        flips: Decisions that differ at the original's thresholds.
        firm_flips: Those of them where the original's score is farther than ``tolerance`` from its threshold.
        flips_per_label: ``flips`` by the label's name.
        flip_rate: ``flips`` over all decisions.
        flip_rate_upper: 95% upper bound of ``flip_rate`` if all decisions were independent.
        flip_rate_upper_clustered: 95% upper bound of ``flip_rate`` where flips of one row come together; absent in
            files of version 0.1.
        tolerance: Distance to the threshold within which a flip is borderline.
        batch_difference: The largest difference of a row's scores alone and among others.
    """

    rows: int
    max_difference: float
    mean_difference: float
    p99_difference: float
    flips: int
    firm_flips: int
    flips_per_label: dict[str, int]
    flip_rate: float
    flip_rate_upper: float
    flip_rate_upper_clustered: NotRequired[float]
    tolerance: float
    batch_difference: float


class ParityDocument(ParityFigures):
    """An artifact's scores and decisions against the original's, on rows that were used for nothing else.

    Attributes:
        original_thresholds: One per label.
        shipped_flips: Decisions that differ, each side at its own thresholds.
        shipped_flip_rate: ``shipped_flips`` over all decisions.
        shipped_flip_rate_upper: 95% upper bound of ``shipped_flip_rate`` if all decisions were independent.
        shipped_flip_rate_upper_clustered: 95% upper bound of ``shipped_flip_rate`` where flips of one row come
            together; absent in files of version 0.1.
    """

    original_thresholds: list[float]
    shipped_flips: int
    shipped_flip_rate: float
    shipped_flip_rate_upper: float
    shipped_flip_rate_upper_clustered: NotRequired[float]


class DifferenceHistogram(TypedDict):
    """Decisions by the absolute difference of the two scores.

    Attributes:
        zero: Where the scores do not differ at all.
        exponents: Edges of the bins, as powers of ten; one more than counts.
        counts: The others, per bin; the first one also holds what is smaller.
    """

    zero: int
    exponents: list[float]
    counts: list[int]


class FlipHistogram(TypedDict):
    """Decisions by the distance of the original's score from its threshold.

    Attributes:
        edges: Of the bins; one more than counts.
        decisions: All of them, per bin.
        flips: Those that differ at the original's thresholds, per bin.
    """

    edges: list[float]
    decisions: list[int]
    flips: list[int]


class DistancesDocument(TypedDict):
    """Histograms of score differences, and of flips by their distance to the threshold."""

    differences: DifferenceHistogram
    flips: FlipHistogram


class QualityDocument(TypedDict):
    """Quality of one set of decisions."""

    micro_f1: float
    macro_f1: float
    worst_label_f1: float
    hamming_loss: float
    subset_accuracy: float


class QualityPair(TypedDict):
    """Quality of both sides' decisions, each at its own thresholds."""

    original: QualityDocument
    artifact: QualityDocument


class BudgetDocument(TypedDict):
    """Limits to how much an artifact may differ.

    Attributes:
        max_flip_rate: Share of decisions that may differ.
        max_f1_drop: How much macro-F1 may fall.
        max_label_flips: Share of the rows that either side switches a label on for that may differ; absent in files of
            version 0.1.
        max_share_change: How many rows more or fewer a label may be on in, as a share; absent likewise.
    """

    max_flip_rate: float
    max_f1_drop: float
    max_label_flips: NotRequired[float]
    max_share_change: NotRequired[float]


class WorstRowDocument(TypedDict):
    """One of the rows whose scores are farthest apart.

    Attributes:
        row: Its position, from 0.
        label: The one that is farthest apart.
        original: The original's score.
        artifact: The artifact's score.
        flipped: Whether the two fall on different sides of the original's threshold.
    """

    row: int
    label: str
    original: float
    artifact: float
    flipped: bool


class DivergenceDocument(TypedDict):
    """The first layer whose values differ.

    Attributes:
        layer: Its name in Keras.
        difference: The largest absolute difference.
        relative: The same over the standard deviation of the layer's values.
    """

    layer: str
    difference: float
    relative: float


class VerdictDocument(TypedDict):
    """The verdict on one file, as ``tagship verify --json`` gives it as well.

    Attributes:
        artifact: Name of the file.
        bytes: Its size.
        passed: Whether nothing is wrong with it.
        faults: What is wrong with it, a sentence each.
        notes: What else there is to know, a sentence each; absent in files of version 0.1.
        recipe: How it stores numbers, which says what is allowed.
        judged_by: Where the recipe is known from: asked for by the caller, found in the file's own tensors, or claimed
            by the contract alone; absent in files of version 0.1.
        unchecked: What the file says of itself and nothing was there to check by; absent likewise.
        unproven: Why the file itself was not run, so that figures are those of what it was made from; null where it
            was, absent likewise.
        quality: Null where the rows have no labels.
        quality_unmoved: Of the artifact's decisions at the original's thresholds; null likewise.
        worst_rows: The worst first.
        parting: Null where it was not looked for, or not found.
    """

    artifact: str
    bytes: int
    passed: bool
    faults: list[str]
    notes: NotRequired[list[str]]
    recipe: str
    judged_by: NotRequired[str]
    unchecked: NotRequired[list[str]]
    unproven: NotRequired[str | None]
    parity: ParityDocument
    distances: DistancesDocument
    quality: QualityPair | None
    quality_unmoved: QualityDocument | None
    budget: BudgetDocument
    worst_rows: list[WorstRowDocument]
    parting: DivergenceDocument | None


class ArtifactDocument(VerdictDocument):
    """One file that was made, and the verdict on it.

    Attributes:
        format: Its suffix.
        one_row_us: Microseconds for one row in one thread on the machine that exported; 0 where the file was not run.
        thresholds: Those that it ships, one per label.
        digest: The one in its contract; null without a contract.
        path: Where it is, from this file's folder; null where it was measured and not kept.
    """

    format: str
    one_row_us: float
    thresholds: list[float]
    digest: str | None
    path: str | None


class ExportRows(TypedDict):
    """Rows by purpose.

    Attributes:
        calibration: Rows that ranges of activations were measured on.
        tuning: Rows that thresholds were moved by.
        tuned_on: Where those come from, in words.
        verdict: Rows that artifacts were compared on.
    """

    calibration: int
    tuning: int
    tuned_on: str
    verdict: int


class SourceDocument(TypedDict):
    """Origin of the artifacts.

    Attributes:
        sha256: Of the model file; null where the model came from memory.
        framework: What the model is of.
        tools: Versions of the packages that took part.
        size: Of the sizes of a run the one that they are of; absent for the run's own choice.
        objective: What a run tuned its thresholds for, where that is not F1, such as ``precision=0.9``.
        confidence: Chance that new rows reach it, where one was asked for.
        goal_missed_by: Labels of which that is not shown; absent without any.
    """

    sha256: str | None
    framework: str
    tools: dict[str, str]
    size: NotRequired[str]
    objective: NotRequired[str]
    confidence: NotRequired[float]
    goal_missed_by: NotRequired[list[str]]


class ExportDocument(TypedDict):
    """Artifacts of an export, their proof, and which are recommended.

    Attributes:
        tagship_export: The format version; absent in files of version 0.1.
        artifacts: In the order in which they were tried.
        refused: Recipes that gave no file: what it would have been called, and why.
        recommended: Names of the files to ship, one per format that has any.
        notes: What quantization bought, a line per format.
        labels: In the order of the scores; empty where the model does not name them.
        features: Null where the model takes arrays.
    """

    tagship_export: int
    artifacts: list[ArtifactDocument]
    refused: dict[str, str]
    recommended: list[str]
    notes: list[str]
    rows: ExportRows
    labels: list[str]
    features: list[FeatureDocument] | None
    source: SourceDocument
