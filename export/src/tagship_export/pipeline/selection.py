"""Choice of the artifact of a format to ship, and what quantization bought."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tagship_export.pipeline.results import Candidate

NOISE = 1.05
"""Latencies within 5% of the least count as equal; there the smaller difference to the original decides."""


LEAST_GAIN = 0.05
"""Share of float32's bytes that a smaller artifact has to save before it is worth its changed decisions."""

MOST_TIME = 2.0
"""Times of float32's latency that a smaller artifact may take."""


class Prefer(StrEnum):
    """Figure that the recommended artifact has least of."""

    SIZE = "size"
    LATENCY = "latency"


class Measured(Protocol):
    """Figures of an artifact that a choice depends on."""

    @property
    def name(self) -> str:
        """Name of its file."""

    @property
    def size(self) -> int:
        """Bytes of its file."""

    @property
    def one_row_us(self) -> float:
        """Microseconds for one row."""

    @property
    def max_difference(self) -> float:
        """Largest difference to the original's scores."""


def choose(passed: Sequence[Measured], prefer: Prefer, float32: Measured | None = None) -> Measured | None:
    """Return the best of one format's artifacts that kept their budgets; None if there is none.

    Args:
        passed: What kept its budget.
        prefer: What to have least of.
        float32: The one of ``passed`` that the others have to gain something over to be chosen; None if none has to.
    """
    worth = [one for one in passed if float32 is None or one is float32 or GAINS[prefer](one, float32)]
    return PICK[prefer](worth) if worth else None


def _smaller(artifact: Measured, float32: Measured) -> bool:
    few_bytes = artifact.size <= (1 - LEAST_GAIN) * float32.size
    return few_bytes and artifact.one_row_us <= MOST_TIME * float32.one_row_us


def _faster(artifact: Measured, float32: Measured) -> bool:
    return artifact.one_row_us <= float32.one_row_us


def _smallest(passed: Sequence[Measured]) -> Measured:
    return min(passed, key=lambda artifact: (artifact.size, artifact.max_difference))


def _fastest(passed: Sequence[Measured]) -> Measured:
    least = min(artifact.one_row_us for artifact in passed)
    quick = [artifact for artifact in passed if artifact.one_row_us <= least * NOISE]
    return min(quick, key=lambda artifact: (artifact.max_difference, artifact.size))


GAINS: Mapping[Prefer, Callable[[Measured, Measured], bool]] = {Prefer.SIZE: _smaller, Prefer.LATENCY: _faster}
"""Tells whether an artifact gains anything worth having over float32."""

PICK: Mapping[Prefer, Callable[[Sequence[Measured]], Measured]] = {
    Prefer.SIZE: _smallest,
    Prefer.LATENCY: _fastest,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Artifacts to ship.

    Attributes:
        names: Of the recommended artifacts, one per format where any kept its budget.
        notes: What they gain over float32, a line per format.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...]


def recommend(candidates: Sequence[Candidate], prefer: Prefer) -> Recommendation:
    """Choose one artifact of each format, among those that kept their budgets."""
    names, notes = [], []
    for kind in dict.fromkeys(candidate.kind for candidate in candidates):
        of_kind = {candidate.name: candidate for candidate in candidates if candidate.kind == kind}
        passed = [one for one in of_kind.values() if one.verification.passed and one.verification.unproven is None]
        float32 = next((one for one in of_kind.values() if one.recipe.name == "float32"), None)
        best = choose(passed, prefer, float32 if float32 in passed else None)
        if best is None:
            continue
        names.append(best.name)
        if float32 is not None and len(of_kind) > 1:
            notes.append(describe_gain(best, float32, of_kind[best.name].verification.shipped_flips))
    return Recommendation(names=tuple(names), notes=tuple(notes))


def describe_gain(chosen: Measured, float32: Measured, flips: int) -> str:
    """Say what the chosen artifact gains over float32."""
    if chosen.name == float32.name:
        return (
            f"{chosen.name}: quantization buys nothing here that is worth having (5% of the bytes, at most twice the "
            "time); float32 is the best of those within their budgets"
        )
    size = f"{chosen.size:,} bytes instead of {float32.size:,} ({chosen.size / float32.size - 1:+.0%})"
    speed = f"one row in {chosen.one_row_us:.1f} us instead of {float32.one_row_us:.1f}"
    return f"{chosen.name}: {size}, {speed}, for {flips} changed decision{'' if flips == 1 else 's'}"
