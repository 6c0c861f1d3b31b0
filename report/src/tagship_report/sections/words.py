"""Words of texts that move each label's score, and the rows whose decision was the least certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tagship_report.limits import Limits, shortened
from tagship_runtime.documents import NearRow, RunDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of one label, the strongest first."""

    label: str
    speak_for: tuple[str, ...]
    speak_against: tuple[str, ...]


def words_of(run: RunDocument, weakest: Sequence[str], limits: Limits) -> tuple[Words, ...]:
    """Words by label, those of the weakest label first; none without texts.

    Args:
        run: The run.
        weakest: Labels in the order in which they are listed.
        limits: Of the page.
    """
    words = run.get("words", {})
    return tuple(
        Words(
            label=shortened(label, limits.name),
            speak_for=tuple(shortened(word, 40) for word in words[label]["speak_for"][: limits.words]),
            speak_against=tuple(shortened(word, 40) for word in words[label]["speak_against"][: limits.words]),
        )
        for label in weakest[: limits.listed]
        if label in words
    )


def nearest_of(run: RunDocument) -> Sequence[NearRow]:
    """Test rows nearest to a threshold; none without texts."""
    return run.get("nearest", [])
