"""Bounds of what goes onto the page, so that it stays below 2 MB whatever the run is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one attempt.

    Attributes:
        drawn: Labels with a curve and a slider; the weakest ones.
        listed: Labels in the table, likewise.
        features: Features in the table.
        words: Words of a category.
        notices: Notices, reasons and the like, of each kind.
        artifacts: Artifacts with plots.
        name: Characters of a name; of a longer one the middle is left out.
        sentence: Characters of a notice or reason.
    """

    drawn: int
    listed: int
    features: int
    words: int = 12
    notices: int = 40
    artifacts: int = 24
    name: int = 300
    sentence: int = 600


ATTEMPTS: Sequence[Limits] = (
    Limits(drawn=48, listed=1000, features=400),
    Limits(drawn=48, listed=1000, features=200, name=60),
    Limits(drawn=24, listed=400, features=100, name=60, words=6, notices=20, artifacts=12, sentence=300),
    Limits(drawn=6, listed=50, features=20, name=40, words=3, notices=10, artifacts=6, sentence=200),
)
"""Tried in turn until the page is small enough; the last one always is."""


def shortened(text: str, most: int) -> str:
    """Leave out the middle of a text that is too long; names often differ at their ends."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 3
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"
