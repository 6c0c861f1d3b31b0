"""Which artifact of a format to ship, and what quantization bought."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

NOISE = 1.05
"""A latency within 5% of the least is not worth a larger difference to the original."""


class Prefer(StrEnum):
    """What to ship the least of."""

    SIZE = "size"
    LATENCY = "latency"


class Measured(Protocol):
    """What is known of an artifact."""

    @property
    def name(self) -> str:
        """Of its file."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def one_row_us(self) -> float:
        """Microseconds for one row."""

    @property
    def max_difference(self) -> float:
        """To the original's scores."""


def choose(passed: Sequence[Measured], prefer: Prefer) -> Measured | None:
    """The best of one format's artifacts that kept their budgets; None if there is none."""
    return PICK[prefer](passed) if passed else None


def _smallest(passed: Sequence[Measured]) -> Measured:
    return min(passed, key=lambda artifact: (artifact.size, artifact.max_difference))


def _fastest(passed: Sequence[Measured]) -> Measured:
    least = min(artifact.one_row_us for artifact in passed)
    quick = [artifact for artifact in passed if artifact.one_row_us <= least * NOISE]
    return min(quick, key=lambda artifact: (artifact.max_difference, artifact.size))


PICK: Mapping[Prefer, Callable[[Sequence[Measured]], Measured]] = {
    Prefer.SIZE: _smallest,
    Prefer.LATENCY: _fastest,
}


def bought(chosen: Measured, float32: Measured, flips: int) -> str:
    """What the chosen artifact gains over float32, in words."""
    if chosen.name == float32.name:
        return f"{chosen.name}: quantization buys nothing here; float32 is the best of those within their budgets"
    size = f"{chosen.size:,} bytes instead of {float32.size:,} ({chosen.size / float32.size - 1:+.0%})"
    speed = f"one row in {chosen.one_row_us:.1f} us instead of {float32.one_row_us:.1f}"
    return f"{chosen.name}: {size}, {speed}, for {flips} changed decision{'' if flips == 1 else 's'}"
