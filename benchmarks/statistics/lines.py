"""One line of the table: what is claimed, and how often it held under the earlier rule and under the present one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one simulation.

    Attributes:
        case: The setting, and what was counted.
        claimed: What it should be.
        before: What it is by the rule of version 0.1.
        after: What it is by the present rule.
    """

    case: str
    claimed: str
    before: str
    after: str


def share(hits: Sequence[object]) -> str:
    """Percentage of what is true."""
    return f"{sum(map(bool, hits)) / len(hits):.1%}" if len(hits) else "-"
