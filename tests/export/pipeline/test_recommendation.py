"""One artifact of each format is recommended, of those that passed, and what it gains is said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tagship_export.pipeline.selection import Prefer, choose, describe_gain, recommend


def candidate(
    name: str,
    size: int = 100,
    one_row_us: float = 10.0,
    difference: float = 0.0,
    passed: bool = True,
    flips: int = 0,
    unproven: str | None = None,
) -> Any:
    recipe, kind = name.split(".")
    return SimpleNamespace(
        name=name,
        kind=kind,
        recipe=SimpleNamespace(name=recipe),
        size=size,
        one_row_us=one_row_us,
        max_difference=difference,
        verification=SimpleNamespace(passed=passed, shipped_flips=flips, unproven=unproven),
    )


def test_the_smallest_is_the_nearest_of_equal_ones() -> None:
    far, near, large = candidate("int8.onnx", 40, 1, 0.2), candidate("a.onnx", 40, 90, 0.1), candidate("b.onnx", 41)
    assert choose([far, near, large], Prefer.SIZE) is near
    assert choose([large, far], Prefer.SIZE) is far


@pytest.mark.parametrize(("slower", "equal"), [(1.049, True), (1.051, False)])
def test_latencies_within_a_twentieth_count_as_equal(slower: float, equal: bool) -> None:
    fast, near = candidate("int8.onnx", 40, 10.0, 0.2), candidate("float32.onnx", 100, 10 * slower, 0.1)
    slow = candidate("float16.onnx", 1, 100.0)
    assert choose([near, fast, slow], Prefer.LATENCY) is (near if equal else fast)
    assert choose([slow, fast], Prefer.LATENCY) is fast


def test_a_latency_at_the_bound_counts_as_equal() -> None:
    fast, near = candidate("int8.onnx", one_row_us=1.0, difference=0.2), candidate("float32.onnx", one_row_us=1.05)
    assert choose([fast, near], Prefer.LATENCY) is near


def test_of_equally_fast_and_near_ones_the_smaller() -> None:
    large, small = candidate("float32.onnx", 100), candidate("int8.onnx", 40)
    assert choose([large, small], Prefer.LATENCY) is small


def test_what_nobody_ran_is_not_recommended() -> None:
    found = recommend([candidate("float32.onnx"), candidate("float32.c", unproven="not compiled")], Prefer.SIZE)
    assert found.names == ("float32.onnx",)


def test_each_format_has_its_own() -> None:
    found = recommend(
        [
            candidate("float32.tflite", 100),
            candidate("float32.onnx", 1000),
            candidate("int8.tflite", 30, flips=3),
            candidate("int8.onnx", 300, passed=False),
            candidate("float32.c", 500),
            candidate("int8.sole", 5),
            candidate("float16.sole", 50),
            candidate("float32.none", passed=False),
        ],
        Prefer.SIZE,
    )
    assert found.names == ("int8.tflite", "float32.onnx", "float32.c", "int8.sole")
    first, second = found.notes  # one alone is compared with none, nor is one without a float32 beside it
    assert first.startswith("int8.tflite: 30 bytes instead of 100 (-70%)")
    assert first.endswith("for 3 changed decisions")
    assert second.startswith("float32.onnx: quantization buys nothing here")


def test_what_is_gained() -> None:
    chosen, float32 = candidate("int8.onnx", 1500, 2.0), candidate("float32.onnx", 3000, 4.0)
    said = "int8.onnx: 1,500 bytes instead of 3,000 (-50%), one row in 2.0 us instead of 4.0, for"
    assert describe_gain(chosen, float32, 1) == f"{said} 1 changed decision"
    assert describe_gain(chosen, float32, 2) == f"{said} 2 changed decisions"
    assert "buys nothing" in describe_gain(float32, float32, 0)


def test_one_that_is_as_fast_as_float32_and_as_near_is_worth_having() -> None:
    float32, small = candidate("float32.onnx", 100), candidate("int8.onnx", 40)
    assert choose([float32, small], Prefer.LATENCY, float32) is small
    slower = candidate("int8.onnx", 40, 10.01)
    assert choose([float32, slower], Prefer.LATENCY, float32) is float32


@pytest.mark.parametrize(("passed", "want"), [(True, "float32.onnx"), (False, "int8.onnx")])
def test_a_gain_is_asked_for_where_float32_kept_its_budget(passed: bool, want: str) -> None:
    found = recommend([candidate("float32.onnx", 100, passed=passed), candidate("int8.onnx", 99)], Prefer.SIZE)
    assert found.names == (want,)
