"""Durations and times of day are seconds, however they are spelled."""

from __future__ import annotations

import json
from datetime import time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tagship_runtime.contract import DurationFeature, read_features
from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features import encoder

SPAN = DurationFeature(name="d", fill=7.0, indicator=True, missing=("ohne",))


def encoded(rows: Any) -> list[list[float]]:
    matrix: list[list[float]] = encoder((SPAN,), (None, 2)).encode(rows).tolist()
    return matrix


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("1:30", 5400),
        ("1:30:00", 5400),
        ("26:00:00.5", 93600.5),
        ("-0:00:00.25", -0.25),
        ("1 day, 2:00:00", 93600),
        ("-1 days +23:59:59.5", -0.5),
        ("PT90M", 5400),
        ("P1DT2H", 93600),
        ("90", 90),
        (90, 90),
        (timedelta(seconds=-0.5), -0.5),
        (pd.Timedelta("350ns"), 350e-9),
        (np.timedelta64(1500, "ms"), 1.5),
        (time(1, 30), 5400),
    ],
    ids=str,
)
def test_seconds(cell: Any, seconds: float) -> None:
    assert encoded([{"d": cell}]) == [[np.float32(seconds), 0]]


def test_missing_is_missing() -> None:
    for cell in (None, "", "NA", "-", "ohne", pd.NaT, np.timedelta64("NaT")):
        assert encoded([{"d": cell}]) == [[7, 1]], cell


@pytest.mark.parametrize("cell", ["1:75", "P1Y", "1h", "2024-01-01", "soon", np.datetime64("2024-01-01")], ids=str)
def test_what_is_no_duration_is_named(cell: Any) -> None:
    with pytest.raises((InputValueError, InputError), match="column 'd'"):
        encoded([{"d": "1:00"}, {"d": cell}])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_library_gives_one_matrix(unit: str) -> None:
    span = timedelta(minutes=-3)
    arrow = pa.table({"d": pa.array([span, None], pa.duration(unit))})
    pandas = pd.DataFrame({"d": pd.Series([span, None]).astype(f"timedelta64[{unit}]")})
    for frame in (arrow, pandas, pandas.astype(object), pl.from_arrow(arrow)):
        assert encoded(frame) == [[-180, 0], [7, 1]], type(frame)


def test_the_contract_keeps_it() -> None:
    assert read_features([json.loads(json.dumps(SPAN.to_dict()))]) == (SPAN,)
    assert SPAN.describe() == "duration in seconds, missing becomes 7 and is flagged"
    assert SPAN.json_cells(np.array(["1:30", None], object)) == ["1:30", None]
