"""Curves of labels, with what their sliders need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from tagship_report.limits import Limits, shortened
from tagship_report.plots import precision_recall
from tagship_runtime.documents import LabelCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One label's plot and slider.

    Attributes:
        number: Its place among the curves.
        name: The label's.
        average_precision: None without positives.
        share: Of positives among the test rows.
        steps: The slider's last position.
        chosen: The position of the tuned threshold.
        threshold: The tuned one.
        precision, recall, f1, on: What it comes to; None where nothing is switched on, or nothing is positive.
        svg: The plot.
    """

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


class LabelCuts(TypedDict):
    """One label's counts, by threshold, as the page's script names them."""

    name: str
    positives: int
    chosen: int
    thresholds: list[float]
    right: list[int]
    wrong: list[int]


class Cuts(TypedDict):
    """Data of the sliders, for the page's script."""

    rows: int
    labelCount: int
    box: list[float]
    labels: list[LabelCuts]


def curve_of(number: int, counts: LabelCurve, rows: int, limits: Limits) -> Curve:
    """Draw one label's curve, and say where its tuned threshold is on it.

    Args:
        number: Its place among the curves.
        counts: From ``curves.json``.
        rows: Test rows.
        limits: Of the page.
    """
    positives, chosen = counts["positives"], counts["chosen"]
    reached = list(zip(counts["true_positives"], counts["false_positives"], strict=True))
    points = [(true / max(positives, 1), true / (true + false)) for true, false in reached if true + false]
    true, false = reached[chosen]
    on = true + false
    tuned = (true / positives, true / on) if on and positives else None
    share = positives / rows
    return Curve(
        number=number,
        name=shortened(counts["label"], limits.name),
        average_precision=counts["average_precision"],
        share=share,
        steps=len(reached) - 1,
        chosen=chosen,
        threshold=counts["thresholds"][chosen],
        precision=true / on if on else None,
        recall=true / positives if positives else None,
        f1=2 * true / (on + positives) if on + positives else 0.0,
        on=on,
        svg=precision_recall.draw(points, share, tuned),
    )


def cuts_of(drawn: Sequence[LabelCurve], rows: int, label_count: int) -> Cuts:
    """Gather what sliders need of the labels that are drawn."""
    box = precision_recall.BOX
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
