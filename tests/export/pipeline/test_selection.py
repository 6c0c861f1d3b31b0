"""The recommended artifact is the smallest or the fastest of those that passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tagship_export.pipeline.selection import Prefer, choose

Command = Callable[..., Any]


@dataclass
class Measured:
    name: str
    size: int
    one_row_us: float
    max_difference: float


def test_choice() -> None:
    float32, int8, slow = (
        Measured("float32", 100, 10.0, 0.0),
        Measured("int8", 40, 9.8, 0.1),
        Measured("slow", 30, 99.0, 0.2),
    )
    assert choose([float32, int8, slow], Prefer.SIZE) is slow
    assert choose([float32, int8, slow], Prefer.LATENCY) is float32  # 2% is noise, a difference of 0.1 is not
    assert choose([], Prefer.SIZE) is None
