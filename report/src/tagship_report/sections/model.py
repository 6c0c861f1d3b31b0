"""How good is the model? Figures, labels, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagship_report.checks import always_yes
from tagship_report.limits import Limits, shortened
from tagship_report.plots import figures
from tagship_report.sources import Json, Sources

METRICS: Mapping[str, tuple[str, bool]] = {
    "macro_f1": ("macro-F1", True),
    "micro_f1": ("micro-F1", True),
    "worst_label_f1": ("F1 of the weakest label", True),
    "subset_accuracy": ("rows with every label right", True),
    "binary_accuracy": ("decisions that are right", True),
    "binary_accuracy_at_0.5": ("the same at thresholds of 0.5", True),
    "log_loss": ("log loss", False),
}
"""What a metric is called, and whether more of it is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of figures."""

    title: str
    upward: bool
    held_out: float | None
    test: float | None
    interval: tuple[float, float] | None
    best_possible: float | None


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
    low: float
    high: float
    always_yes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One label's plot and slider."""

    number: int
    name: str
    average_precision: float | None
    share: float
    steps: int
    chosen: int
    threshold: float
    precision: float | None
    recall: float | None
    f1: float
    on: int
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The section on the model.

    Attributes:
        rows: How many test rows there are.
        held_out: How many rows thresholds were tuned on, where the run says so.
        objective: What they were tuned for.
        metrics: Of the network.
        baselines: As in ``run.json``.
        labels: The weakest first; as many as the page lists.
        label_count: How many there are.
        curves: Of the weakest labels; empty where the run has none.
        cuts: What the sliders need, for JSON.
        calibration: A plot, where there is one.
        learning: A plot per group of networks, with the group's name.
        diagnosis: From ``run.json``.
        older: Whether the run was made before there were curves.
    """

    rows: int
    held_out: int | None
    objective: str
    metrics: tuple[Metric, ...]
    baselines: Sequence[Json]
    labels: tuple[Label, ...]
    label_count: int
    curves: tuple[Curve, ...]
    cuts: Json
    calibration: str | None
    learning: tuple[tuple[str, str], ...]
    diagnosis: Json
    older: bool


def describe(sources: Sources, run: Json, limits: Limits) -> Model:
    """Gather the section's content, and draw its plots."""
    test_rows = run["rows"]["test"]
    weakest = sorted(run["per_label"], key=lambda name: float(run["per_label"][name]["f1"]))
    by_name = {one["label"]: one for one in (sources.curves or {}).get("labels", ())}
    drawn = [name for name in weakest if name in by_name][: limits.drawn]
    curves = tuple(_curve(number, by_name[name], test_rows, limits) for number, name in enumerate(drawn))
    anchors = {name: number for number, name in enumerate(drawn)}
    bins = (sources.curves or {}).get("calibration")
    return Model(
        rows=test_rows,
        held_out=None if sources.curves is None else sources.curves["rows"]["held_out"],
        objective=run["objective"],
        metrics=_metrics(run),
        baselines=run["baselines"],
        labels=tuple(
            _label(name, run["per_label"][name], test_rows, anchors.get(name), limits)
            for name in weakest[: limits.listed]
        ),
        label_count=len(weakest),
        curves=curves,
        cuts=_cuts([by_name[name] for name in drawn], test_rows, len(weakest)),
        calibration=figures.calibration(bins) if bins else None,
        learning=_learning(sources.history),
        diagnosis=run["diagnosis"],
        older=sources.curves is None,
    )


def _metrics(run: Json) -> tuple[Metric, ...]:
    held_out, test = run["metrics"]["held_out"], run["metrics"]["test"]
    return tuple(
        Metric(
            title=title,
            upward=upward,
            held_out=held_out.get(name),
            test=test.get(name),
            interval=tuple(run["intervals"][name]) if name in run["intervals"] else None,
            best_possible=run["diagnosis"]["optimal"] if name == "log_loss" else None,
        )
        for name, (title, upward) in METRICS.items()
    )


def _label(name: str, one: Json, rows: int, anchor: int | None, limits: Limits) -> Label:
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


def _curve(number: int, one: Json, rows: int, limits: Limits) -> Curve:
    positives, chosen = one["positives"], one["chosen"]
    counts = list(zip(one["true_positives"], one["false_positives"], strict=True))
    points = [(true / max(positives, 1), true / (true + false)) for true, false in counts if true + false]
    true, false = counts[chosen]
    on = true + false
    tuned = (true / positives, true / on) if on and positives else None
    share = positives / rows
    return Curve(
        number=number,
        name=shortened(one["label"], limits.name),
        average_precision=one["average_precision"],
        share=share,
        steps=len(counts) - 1,
        chosen=chosen,
        threshold=one["thresholds"][chosen],
        precision=true / on if on else None,
        recall=true / positives if positives else None,
        f1=2 * true / (on + positives) if on + positives else 0.0,
        on=on,
        svg=figures.curve(points, share, tuned),
    )


def _cuts(drawn: Sequence[Json], rows: int, label_count: int) -> Json:
    box = figures.CURVE_BOX
    return {
        "rows": rows,
        "labelCount": label_count,
        "box": [box.left, box.top, box.width, box.height],
        "labels": [
            {
                "name": one["label"],
                "positives": one["positives"],
                "chosen": one["chosen"],
                "thresholds": one["thresholds"],
                "right": one["true_positives"],
                "wrong": one["false_positives"],
            }
            for one in drawn
        ],
    }


def _learning(history: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in history:
        epoch = {key: float(row[key]) for key in ("epoch", "loss", "val_loss")}
        groups.setdefault(row["network"], []).append(epoch)
    return tuple((name, figures.learning(name, epochs)) for name, epochs in groups.items())
