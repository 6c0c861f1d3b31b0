"""Section on the model: figures, labels, curves, training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tagship_report.checks.constant_answers import always_yes
from tagship_report.documents import Documents, Epoch
from tagship_report.limits import Limits, shortened
from tagship_report.plots import calibration, learning, trained_sizes
from tagship_report.sections.curves import Curve, Cuts, curve_of, cuts_of
from tagship_report.sections.metrics import Metric, metrics_of
from tagship_report.sections.words import Words, nearest_of, words_of
from tagship_runtime.documents import (
    BaselineDocument,
    DiagnosisDocument,
    LabelFigures,
    NearRow,
    RunDocument,
    SizeDocument,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label's figures on the test rows, and where its curve is."""

    name: str
    anchor: int | None
    positives: int
    threshold: float
    precision: float
    recall: float
    f1: float
    low: float | None
    high: float | None
    always_yes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Content of the section.

    Attributes:
        rows: How many test rows there are.
        held_out: How many rows thresholds were tuned on, where the run says so.
        objective: What they were tuned for.
        metrics: Of the network.
        baselines: As in ``run.json``.
        sizes: All that were trained, likewise; empty where one network was.
        ladder: A plot of them, where there are several.
        labels: The weakest first; as many as the page lists.
        label_count: How many there are.
        curves: Of the weakest labels; empty where the run has none.
        cuts: What the sliders need, for JSON.
        calibration: A plot, where there is one.
        learning: A plot per group of networks, with the group's name.
        diagnosis: From ``run.json``.
        words: Words of texts by label; empty without texts.
        nearest: Test rows nearest to a threshold; likewise.
        older: Whether the run was made before there were curves.
    """

    rows: int
    held_out: int | None
    objective: str
    metrics: tuple[Metric, ...]
    baselines: Sequence[BaselineDocument]
    sizes: Sequence[SizeDocument]
    ladder: str | None
    labels: tuple[Label, ...]
    label_count: int
    curves: tuple[Curve, ...]
    cuts: Cuts
    calibration: str | None
    learning: tuple[tuple[str, str], ...]
    diagnosis: DiagnosisDocument
    words: tuple[Words, ...]
    nearest: Sequence[NearRow]
    older: bool


def _objective(run: RunDocument) -> str:
    confidence = run["configuration"].get("confidence")
    return run["objective"] if confidence is None else f"{run['objective']} with confidence {confidence:g}"


def describe(documents: Documents, run: RunDocument, limits: Limits) -> Model:
    """Gather the section's content, and draw its plots."""
    test_rows, curves = run["rows"]["test"], documents.curves
    weakest = sorted(run["per_label"], key=lambda name: run["per_label"][name]["f1"])
    by_name = {} if curves is None else {one["label"]: one for one in curves["labels"]}
    drawn = [by_name[name] for name in weakest if name in by_name][: limits.drawn]
    anchors = {one["label"]: number for number, one in enumerate(drawn)}
    sizes = run.get("ladder", [])
    bins = None if curves is None else curves["calibration"]
    return Model(
        rows=test_rows,
        held_out=None if curves is None else curves["rows"]["held_out"],
        objective=_objective(run),
        metrics=metrics_of(run),
        baselines=run["baselines"],
        sizes=sizes,
        ladder=trained_sizes.draw(sizes) if len(sizes) > 1 else None,
        labels=tuple(
            _label(name, run["per_label"][name], test_rows, anchors.get(name), limits)
            for name in weakest[: limits.listed]
        ),
        label_count=len(weakest),
        curves=tuple(curve_of(number, one, test_rows, limits) for number, one in enumerate(drawn)),
        cuts=cuts_of(drawn, test_rows, len(weakest)),
        calibration=calibration.draw(bins) if bins else None,
        learning=_learning([epoch for epoch in documents.history if not sizes or epoch.network in _shipped(run)]),
        diagnosis=run["diagnosis"],
        words=words_of(run, weakest, limits),
        nearest=nearest_of(run),
        older=curves is None,
    )


def _label(name: str, one: LabelFigures, rows: int, anchor: int | None, limits: Limits) -> Label:
    return Label(
        name=shortened(name, limits.name),
        anchor=anchor,
        positives=one["positives"],
        threshold=one["threshold"],
        precision=one["precision"],
        recall=one["recall"],
        f1=one["f1"],
        low=one["f1_low"],
        high=one["f1_high"],
        always_yes=always_yes(one["positives"], rows),
    )


def _shipped(run: RunDocument) -> set[str]:
    """Names of the groups of networks in the model, as the history has them."""
    return {network["name"].removesuffix("-averaged") for network in run["networks"]}


def _learning(history: Sequence[Epoch]) -> tuple[tuple[str, str], ...]:
    groups: dict[str, list[Epoch]] = {}
    for epoch in history:
        groups.setdefault(epoch.network, []).append(epoch)
    return tuple((name, learning.draw(name, epochs)) for name, epochs in groups.items())
