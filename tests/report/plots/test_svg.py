"""Plots as they go into the page: the same bytes each time, no colours, dates or sizes of their own."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from report.pages import ladder_json
from tagship_report.documents import Epoch
from tagship_report.plots import (
    calibration,
    flips,
    learning,
    precision_recall,
    score_differences,
    size_ladder,
    trained_sizes,
)
from tagship_report.plots.axes import Box, power_of_ten

SIZES: Any = [
    {"artifact": "float32.onnx", "bytes": 40_000, "passed": True},
    {"artifact": "int8_io.tflite", "bytes": 11_000, "passed": False},
    {"artifact": "int8.tflite", "bytes": 12_000, "passed": True},
]

LADDER: Any = ladder_json()

PLOTS = {
    "trained_sizes": lambda: trained_sizes.draw(LADDER),
    "size_ladder": lambda: size_ladder.draw(SIZES, ["int8.tflite"]),
    "precision_recall": lambda: precision_recall.draw([(1.0, 0.2), (0.5, 0.7), (0.1, 1.0)], 0.2, (0.5, 0.7)),
    "calibration": lambda: calibration.draw(
        [
            {
                "low": 0.0,
                "high": 0.1,
                "cells": 70,
                "rows": 50,
                "mean_score": 0.04,
                "positives": 3,
                "interval": [0.0, 0.1],
            }
        ]
    ),
    "learning": lambda: learning.draw("wide", [Epoch(network="wide", epoch=1, loss=0.5, val_loss=0.6)]),
    "score_differences": lambda: score_differences.draw(
        {"zero": 4, "exponents": [-9.0, -6.0, -3.0, 0.0], "counts": [1, 0, 2]}, 0.05
    ),
    "flips": lambda: flips.draw({"edges": [0.0, 0.1, 1.0], "decisions": [5, 6], "flips": [2, 1]}),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot(name: str) -> None:
    text = PLOTS[name]()
    assert PLOTS[name]() == text
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert not {"width", "height"} & set(root.attrib)
    assert root.get("viewBox")
    assert not re.findall(r"#[0-9a-f]{6}|<style|<metadata|\d{4}-\d\d-\d\d", text)
    assert set(re.findall(r"var\(--(\w+)\)", text)) <= {"ink", "muted", "grid", "accent", "second", "warn"}


def test_places_in_the_square() -> None:
    box = Box(34, 8, 198, 156)
    assert [box.at(0, 0), box.at(1, 1), box.at(0.5, 0.25)] == [(34, 164), (232, 8), (133, 125)]


@pytest.mark.parametrize(("exponent", "text"), [(0, "1"), (1, "10"), (2, "10\u00b2"), (-9, "10\u207b\u2079")])
def test_powers_of_ten(exponent: int, text: str) -> None:
    assert power_of_ten(exponent) == text


def test_the_ladder_says_what_it_shows() -> None:
    text = size_ladder.draw(SIZES, ["int8.tflite"])
    assert 'aria-label="Sizes of the files, from float32.onnx with 40 kB down to int8_io.tflite with 11 kB"' in text
    shown = re.findall(r"<text[^>]*>([^<]+)</text>", text)
    assert shown == ["int8_io.tflite", "int8.tflite", "float32.onnx", "11 kB", "12 kB", "40 kB"]
    ends = [float(x) for x in re.findall(r'd="M [\d.]+ [\d.]+ L ([\d.]+) [\d.]+"', text)]
    widths = [end - size_ladder.LEFT for end in sorted(ends)[-3:]]
    assert widths == pytest.approx([178 * 11 / 40, 178 * 12 / 40, 178], abs=0.1)
