"""Figures as they are written on the page."""

from __future__ import annotations

from typing import Any

import pytest

from tagship_report import formatting


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("count", (1234567,), "1,234,567"),
        ("figure", (0.12345,), "0.123"),
        ("figure", (None,), "\u2013"),
        ("signed", (-0.005, 4), "\u22120.0050"),
        ("signed", (-0.00001,), "+0.000"),
        ("percent", (0,), "0%"),
        ("percent", (1,), "100%"),
        ("percent", (0.257,), "26%"),
        ("percent", (0.00257,), "0.26%"),
        ("percent", (2e-9,), "0.0000%"),
        ("change", (12, 40), "\u221270%"),
        ("change", (401, 400), "as large"),
        ("power", (0,), "0"),
        ("power", (1.5e-7,), "1.5\u202f\u00d7\u202f10\u207b\u2077"),
        ("number", (12345.678,), "12,346"),
        ("number", (999.96,), "1000"),
        ("number", (0.00012345,), "0.0001234"),
        ("number", (-2.5e7,), "-2.5e+07"),
        ("threshold", (0.0004567,), "0.00046"),
        ("size", (9999,), "9,999 B"),
        ("size", (12_000,), "12 kB"),
        ("size", (1_234_567,), "1.23 MB"),
        ("microseconds", (5.04,), "5.0 µs"),
        ("microseconds", (1234.5,), "1,234 µs"),
    ],
)
def test_a_figure(name: str, arguments: tuple[Any, ...], text: str) -> None:
    assert getattr(formatting, name)(*arguments) == text
