"""Metrics of the model, on both sets of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tagship_runtime.documents import Interval, RunDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line of figures.

    Attributes:
        title: What it is called.
        upward: Whether more of it is better.
        held_out: The figure on held-out rows; None where labels are chosen by the test rows.
        test: The figure on test rows.
        interval: Of the test figure; None where there is none.
        best_possible: The best that any model can reach on the test rows, where that is known.
    """

    title: str
    upward: bool = True
    held_out: float | None
    test: float
    interval: Interval | None
    best_possible: float | None = None


def metrics_of(run: RunDocument) -> tuple[Metric, ...]:
    """Gather the lines, the most telling first."""
    held_out, test, intervals = run["metrics"]["held_out"], run["metrics"]["test"], run["intervals"]
    return (
        Metric(
            title="macro-F1",
            held_out=held_out["macro_f1"],
            test=test["macro_f1"],
            interval=intervals["macro_f1"],
        ),
        *_macro_f1_of_some(run),
        Metric(
            title="micro-F1",
            held_out=held_out["micro_f1"],
            test=test["micro_f1"],
            interval=intervals["micro_f1"],
        ),
        Metric(
            title="F1 of the weakest label",
            held_out=held_out["worst_label_f1"],
            test=test["worst_label_f1"],
            interval=None,
        ),
        Metric(
            title="rows with every label right",
            held_out=held_out["subset_accuracy"],
            test=test["subset_accuracy"],
            interval=intervals["subset_accuracy"],
        ),
        Metric(
            title="decisions that are right",
            held_out=held_out["binary_accuracy"],
            test=test["binary_accuracy"],
            interval=intervals["binary_accuracy"],
        ),
        Metric(
            title="the same at thresholds of 0.5",
            held_out=held_out["binary_accuracy_at_0.5"],
            test=test["binary_accuracy_at_0.5"],
            interval=intervals["binary_accuracy_at_0.5"],
        ),
        Metric(
            title="log loss",
            upward=False,
            held_out=held_out["log_loss"],
            test=test["log_loss"],
            interval=intervals["log_loss"],
            best_possible=run["diagnosis"]["optimal"],
        ),
    )


def _macro_f1_of_some(run: RunDocument) -> Iterator[Metric]:
    """Yield macro-F1 without labels that have no positive test row, and that of labels which have an interval."""
    present = run["metrics"]["test"].get("macro_f1_present")
    if present is not None and any(not one["positives"] for one in run["per_label"].values()):
        yield Metric(title="macro-F1 of labels with positives", held_out=None, test=present, interval=None)
    frequent = run["frequent"]
    if frequent is not None and len(frequent["labels"]) < len(run["labels"]):
        yield Metric(
            title=f"macro-F1 of {len(frequent['labels'])} frequent labels",
            held_out=None,
            test=frequent["macro_f1"],
            interval=frequent["interval"],
        )
