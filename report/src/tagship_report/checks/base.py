"""Outcomes of checks, and how they name labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tagship_report.formatting import isolated
from tagship_report.limits import Limits, shortened
from tagship_runtime.documents import LabelFigures

NAMED = 3
"""As many labels, or notices, are named in a sentence; of more, the others are counted."""


class State(StrEnum):
    """Outcome of a check."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, and how it came out."""

    state: State
    text: str


def named(names: Sequence[str], limits: Limits, per_label: Mapping[str, LabelFigures] | None = None) -> str:
    """Return the first few names as a list, with their F1 where that is given."""
    shown = ", ".join(
        isolated(shortened(name, min(limits.name, 80))) + (f" (F1 {per_label[name]['f1']:.3f})" if per_label else "")
        for name in names[:NAMED]
    )
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
