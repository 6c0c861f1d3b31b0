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


def test_a_gain_has_to_be_worth_having() -> None:
    float32 = Measured("float32", 1000, 10.0, 0.0)
    little = Measured("little", 951, 10.0, 0.1)
    enough = Measured("enough", 950, 20.0, 0.1)
    slow = Measured("slow", 300, 20.1, 0.1)
    assert choose([float32, little], Prefer.SIZE, float32) is float32
    assert choose([float32, enough], Prefer.SIZE, float32) is enough
    assert choose([float32, slow], Prefer.SIZE, float32) is float32
    assert choose([float32, little, enough, slow], Prefer.SIZE, float32) is enough
    assert choose([slow], Prefer.SIZE) is slow  # float32 broke its budget
    assert choose([float32, slow, Measured("quick", 990, 5.0, 0.2)], Prefer.LATENCY, float32).name == "quick"  # type: ignore[union-attr]
    assert choose([float32, slow], Prefer.LATENCY, float32) is float32
