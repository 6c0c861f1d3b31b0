"""Check the rows that the model is judged by: whether they are new to it, and enough."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_report.checks.base import Check, State
from tagship_report.formatting import count
from tagship_report.limits import Limits
from tagship_runtime.documents import RunDocument

MANY_REPEATED = 0.05
"""With more test rows than this share that have the features of a training row, figures may be those of known rows."""

WIDE = 0.1
"""An interval of macro-F1 wider than this leaves it open how good the model is."""


def mostly_new(run: RunDocument) -> bool:
    """Tell whether test rows differ from training rows in their features, but for a few."""
    return run["repeated_rows"]["test"] / max(1, run["rows"]["test"]) <= MANY_REPEATED


def new_to_the_model(run: RunDocument, limits: Limits) -> Iterator[Check]:
    """Warn where many test rows look like training rows."""
    del limits
    if not mostly_new(run):
        yield Check(
            State.WARN,
            f"{count(run['repeated_rows']['test'])} of {count(run['rows']['test'])} test rows have the same features "
            "as a training row; if they are the same rows, the figures say nothing about new ones.",
        )


def enough_rows(run: RunDocument, limits: Limits) -> Iterator[Check]:
    """Warn where the interval of macro-F1 is wide."""
    del limits
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
