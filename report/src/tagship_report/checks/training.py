"""Check how training went: whether it ended too soon, and what it noticed."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_report.checks.base import NAMED, Check, State
from tagship_report.formatting import falling
from tagship_report.limits import Limits, shortened
from tagship_runtime.documents import RunDocument


def trained_long_enough(run: RunDocument, _: Limits) -> Iterator[Check]:
    """Warn where the held-out loss still fell when training ended."""
    if run["diagnosis"]["unfinished"]:
        yield Check(State.WARN, f"Training ended too soon: {falling(run['diagnosis']['falling'])}.")


def notices(run: RunDocument, limits: Limits) -> Iterator[Check]:
    """Pass on what training noticed about the data."""
    if len(run["notices"]) > NAMED:
        yield Check(State.OPEN, f"Training left {len(run['notices'])} notices; they are listed under What is inside.")
    else:
        yield from (Check(State.OPEN, f"{shortened(notice, limits.sentence)}.") for notice in run["notices"])
