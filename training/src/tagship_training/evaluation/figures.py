"""Figures of a trained model."""

from __future__ import annotations

from dataclasses import dataclass

from tagship_runtime.documents import (
    CurvesDocument,
    FrequentLabels,
    Intervals,
    LabelFigures,
    LabelWords,
    MetricsBySplit,
    NearRow,
    RepeatedTest,
)
from tagship_training.evaluation.baselines import Baseline
from tagship_training.evaluation.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of a trained model.

    Attributes:
        metrics: Metrics on the held-out and the test rows.
        intervals: 95% intervals of the test metrics.
        frequent: Macro-F1 of the labels that are frequent enough for an interval; None where no label is.
        repeated: Whether test rows that repeat a training row make figures too good; None without any.
        per_label: Test figures of each label.
        diagnosis: Bias or variance.
        baselines: Simpler models on the same rows, where they were asked for.
        baseline_verdict: Whether a network was the right choice, in a sentence; None without baselines.
        curves: Counts that plots are drawn from.
        words: Words of texts that move each label's score most; None without texts.
        nearest: Test rows nearest to a threshold; None without texts.
    """

    metrics: MetricsBySplit
    intervals: Intervals
    frequent: FrequentLabels | None
    repeated: RepeatedTest | None
    per_label: dict[str, LabelFigures]
    diagnosis: Diagnosis
    baselines: tuple[Baseline, ...]
    baseline_verdict: str | None
    curves: CurvesDocument
    words: dict[str, LabelWords] | None = None
    nearest: list[NearRow] | None = None
