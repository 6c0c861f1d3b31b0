"""Integers above 2^24 that float32 takes for a neighbour are told, by how much, and none that it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.features import encoder
from tagship_runtime.features.offset import OffsetFeature
from tagship_runtime.features.rounding import rounded_by, rounding_notes

WHOLE = 2**24


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        (np.array([WHOLE + 1]), 1.0),
        (np.array([-WHOLE - 1, 5]), 1.0),
        (np.array([WHOLE, -WHOLE, 2 * WHOLE, WHOLE + 2]), 0.0),
        (np.array([WHOLE + 1, 4 * WHOLE + 3]), 3.0),
        (np.array([16 * WHOLE + 7]), 7.0),
        (np.array([16 * WHOLE + 23]), 9.0),
        (np.array([2**53 + 1]), 1.0),
        (np.array([2**64 - 1], np.uint64), 1.0),
        (np.array([WHOLE + 1.0]), 1.0),
        (np.array([WHOLE + 1.0, np.nan, np.inf]), 1.0),
        (np.array([WHOLE + 0.5, 1e9 + 0.25]), 0.0),
        (np.array([np.nan, np.nan]), 0.0),
        (np.array([1e300]), 0.0),
        (np.array([], np.int64), 0.0),
        (np.array([True]), 0.0),
        (np.array([WHOLE + 2], np.float32), 0.0),
        (np.array([[1, WHOLE + 1], [2, 3]], np.int32), 1.0),
        (np.array(["16777217"]), 0.0),
    ],
)
def test_by_how_much_integers_are_rounded(values: Any, amount: float) -> None:
    assert rounded_by(values) == amount


NAMES = (NumericFeature(name="id"), NumericFeature(name="x"), CategoryFeature(name="w", values=("16777217",)))


@pytest.mark.parametrize(
    "rows",
    [
        [[WHOLE + 1, 0.5, "16777217"], [3, 1, "a"]],
        [{"id": WHOLE + 1, "x": 0.5, "w": 16777217}],
        {"id": ["16777217"], "x": np.array([0.5]), "w": ["a"]},
        {"id": np.array([WHOLE + 1]), "x": [0.5], "w": np.array(["a"])},
    ],
)
def test_columns_whose_integers_are_rounded_are_named(rows: Any) -> None:
    codec = encoder(NAMES, (None, 3))
    assert codec.encode(rows)[0, 0] == WHOLE
    assert codec.rounded(rows) == {"id": 1.0}


def test_an_offset_leaves_what_float32_holds() -> None:
    near = OffsetFeature(name="t", offset=1.7e9)
    codec = encoder((near,), (None, 1))
    assert codec.rounded({"t": np.array([1_700_000_001, 1_716_777_215])}) == {}
    assert codec.rounded({"t": np.array([1_700_000_000 + WHOLE + 1])}) == {"t": 1.0}


def test_inputs_without_columns_and_inputs_of_integers() -> None:
    rows = np.array([[1, WHOLE + 1]])
    assert encoder(None, (None, 2)).rounded(rows) == {"": 1.0}
    assert encoder(None, (None, 2)).rounded(rows.tolist()) == {"": 1.0}
    assert encoder(None, (None, 2)).rounded(np.array([[1, 2]])) == {}
    assert encoder(None, (None, 2), "int64").rounded(rows) == {}
    assert encoder(NAMES[:2], (None, 2), "int64").rounded(rows) == {}


def test_notes_name_the_column_or_the_input() -> None:
    assert rounding_notes({"id": 3.0, "": 0.0}) == (
        "column 'id' holds integers above 16,777,216, which float32, the type of the model's input, rounds by up to 3",
    )
    assert rounding_notes({"": 1.0})[0].startswith("the input holds integers above 16,777,216")
