"""Check the rows that the model is judged by: whether they are new to it, and enough."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_report.checks.base import Check, State
from tagship_report.formatting import count, percent
from tagship_report.limits import Limits
from tagship_runtime.documents import RunDocument

WIDE = 0.1
"""An interval of macro-F1 wider than this leaves it open how good the model is."""


def rows_are_new(run: RunDocument) -> bool:
    """Tell whether test rows repeat training rows no more than is to be expected, and figures do not hang on those."""
    repeated = run["repeated_test"]
    return repeated is None or not (repeated["more"] or repeated["worse"])


def new_to_the_model(run: RunDocument, _: Limits) -> Iterator[Check]:
    """Warn where test rows repeat training rows so that figures may be too good."""
    repeated, counted = run["repeated_test"], run["repeated_rows"]["test"]
    if repeated is None or rows_are_new(run):
        return
    said = f"{count(counted)} of {count(run['rows']['test'])} test rows have the same features as a training row"
    if repeated["others"] is None:
        yield Check(State.WARN, f"{said}; if they are the same rows, the figures say nothing about new ones.")
        return
    expected = f"where {percent(repeated['expected'])} is" if repeated["more"] else "as many as are"
    test, others = run["metrics"]["test"], repeated["others"]
    yield Check(  # macro-F1 is left out: without those rows a label may have no positive left
        State.WARN,
        f"{said}, {expected} to be expected. Log loss is {test['log_loss']:.4f} with them and "
        f"{others['log_loss']:.4f} without, micro-F1 {test['micro_f1']:.3f} and {others['micro_f1']:.3f}.",
    )


def enough_rows(run: RunDocument, _: Limits) -> Iterator[Check]:
    """Warn where the interval of macro-F1 is wide."""
    if not run["frequent"]:
        return
    low, high = run["frequent"]["interval"]
    some = " of frequent labels" if len(run["frequent"]["labels"]) < len(run["labels"]) else ""
    if high - low > WIDE:
        yield Check(
            State.WARN,
            f"{count(run['rows']['test'])} test rows leave macro-F1{some} anywhere from {low:.3f} to {high:.3f}; more "
            "rows would tell.",
        )
