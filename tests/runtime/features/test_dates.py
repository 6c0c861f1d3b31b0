"""Dates are days since a reference date, with month and weekday; figures by hand and by the standard library."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tagship_runtime.contract import DateFeature, read_features
from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features import encoder, moments

DAY = DateFeature(name="d", since="2024-06-15", fill="2024-06-20", indicator=True, missing=("k.A.",))
PARTS = DateFeature(name="d", since="2024-06-15", fill="2024-06-20", parts=("month", "weekday"))
STRICT = DateFeature(name="d", since="2024-01-01")
TOKYO = timezone(timedelta(hours=9))


def encoded(rows: Any, feature: DateFeature = STRICT) -> list[list[float]]:
    matrix: list[list[float]] = encoder((feature,), (None, feature.width)).encode(rows).tolist()
    return matrix


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("2024-01-01", 0),
        ("2024-12-31", 365),
        ("31.12.2024", 365),
        ("2023-12-31", -1),
        ("2024-01-01T12:00", 0.5),
        ("2024-01-01 18:00:00", 0.75),
        ("2024-01-01T00:00:00.0005", 0),  # less than a millisecond
        ("2024-01-01 06:00 PM", 0.75),
        ("2024-01-01T12:00+12:00", 0),
        ("2023-12-31T12:00-12:00", 0),
        (date(2024, 3, 1), 60),
        (datetime(2024, 1, 2, 6), 1.25),
        (datetime(2024, 1, 2, 9, tzinfo=TOKYO), 1),
        (pd.Timestamp("2024-01-02 06:00"), 1.25),
        (np.datetime64("2024-01-02T06"), 1.25),
    ],
    ids=str,
)
def test_days(cell: Any, days: float) -> None:
    assert encoded([{"d": cell}]) == [[days]]


@pytest.mark.parametrize(
    "cell", ["2024-02-30", "03/04/2024", "31.12.24", 45_000, 45_000.0, "soon", timedelta(1)], ids=str
)
def test_what_is_no_date_is_named_with_row_and_cell(cell: Any) -> None:
    with pytest.raises(InputValueError, match="row 1, column 'd'"):
        encoded({"d": ["2024-01-01", cell]})


def test_what_stands_first_is_the_contracts() -> None:
    day = DateFeature(name="d", since="2024-01-01", first="day")
    month = DateFeature(name="d", since="2024-01-01", first="month")
    assert encoded([{"d": "03/04/2024"}], day) == encoded([{"d": "2024-04-03"}])
    assert encoded([{"d": "03/04/2024"}], month) == encoded([{"d": "2024-03-04"}])
    with pytest.raises(InputValueError, match="no day of the calendar"):
        encoded([{"d": "31/12/2024"}], month)


def test_missing_is_missing() -> None:
    cells = [None, float("nan"), "", " NA ", "-", "k.A.", pd.NaT, np.datetime64("NaT")]
    for cell in cells:
        assert encoded([{"d": cell}], DAY) == [[5, 1]], cell
    assert encoded({"d": np.array([np.nan, np.nan])}, DAY) == [[5, 1], [5, 1]]
    with pytest.raises(InputValueError, match="row 0, column 'd': the value is missing"):
        encoded([{"d": None}])
    with pytest.raises(InputError, match="timedelta64"):
        encoded({"d": np.array([1], "m8[s]")})


@pytest.mark.parametrize("day", ["1970-01-01", "1969-12-31", "2024-02-29", "2000-01-01", "0001-01-01", "9999-12-31"])
def test_month_and_weekday_are_the_calendars(day: str) -> None:
    ((_, *parts),) = encoded([{"d": f"{day}T23:59:59.999"}], PARTS)
    assert parts.index(1) == date.fromisoformat(day).month - 1
    assert parts[12:].index(1) == date.fromisoformat(day).weekday()
    assert sum(parts) == 2
    assert encoded([{"d": None}], PARTS) == [[5, *[0] * 19]]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_every_library_gives_one_matrix(unit: str, zone: str | None) -> None:
    moment = datetime(2024, 7, 1, 12, 30, tzinfo=None if zone is None else UTC)
    want = [*encoded([{"d": "2024-07-01T12:30"}], DAY), [5, 1]]
    arrow = pa.table({"d": pa.array([moment, None], pa.timestamp(unit, zone))})
    pandas = pd.DataFrame({"d": pd.Series([moment, None]).astype(f"datetime64[{unit}{f', {zone}' if zone else ''}]")})
    for frame in (arrow, pandas, pandas.astype(object), pl.from_arrow(arrow)):
        assert encoded(frame, DAY) == want, type(frame)


def test_the_contract_keeps_it() -> None:
    whole = DateFeature(name="d", since="2024-06-15", fill="2024-06-20T12:00:00", parts=("weekday",), first="day")
    for feature in (DAY, PARTS, STRICT, whole):
        assert read_features([json.loads(json.dumps(feature.to_dict()))]) == (feature,)
    assert whole.describe() == (
        "date as days since 2024-06-15 with weekday, day before month, missing becomes 2024-06-20T12:00:00"
    )


def test_invented_dates_are_as_fine_as_real_ones_and_within_their_range() -> None:
    random = np.random.default_rng(0)
    days = np.array([f"2024-0{month}-1{day}" for month in range(1, 10) for day in range(10)], object)
    cells = DAY.sample(days, 200, random)
    assert {len(cell) for cell in cells if cell is not None} == {len("2024-01-01")}
    assert all("2024-01-10" <= cell <= "2024-09-20" for cell in cells if cell is not None)
    assert cells.count(None) > 0
    times = np.array(["2024-01-01T08:15", "2024-01-02T09:45"], object)
    assert all(cell.endswith(":00") for cell in STRICT.sample(times, 50, random) if "T" in cell)
    assert STRICT.from_cells(STRICT.to_cells(times)) == ["2024-01-01T08:15:00", "2024-01-02T09:45:00"]
    assert DAY.json_cells(np.array(["31.12.2024", None], object)) == ["31.12.2024", None]
    assert DAY.json_cells(np.array(["2024-12-31T01", "NaT"], "M8[h]")) == ["2024-12-31T01:00:00", None]


def test_a_moment_is_spelled_as_it_is_read() -> None:
    for text in ("0001-01-01", "1969-12-31T23:59:59.999", "2024-02-29T00:00:01", "9999-12-31"):
        assert moments.spelled(moments.parse(text, None)) == text
