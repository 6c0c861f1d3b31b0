"""Columns of dates and durations are found by their cells; what may mean two things is an error that asks."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import CategoryFeature, DateFeature, DurationFeature
from tagship_runtime.features.moments import DAY
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data import columns
from tagship_training.data.kinds.calendar import helps
from tagship_training.data.kinds.choose import kind_of
from tagship_training.data.kinds.times import kind_of_times, order_of
from tagship_training.errors import TableError


def cells(*values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (cells("2024-12-31", None, "-"), DateFeature),
        (cells("31.12.2024", "1.1.2024 08:00"), DateFeature),
        (cells(date(2024, 1, 1), None), DateFeature),
        (np.array(["2024-01-01"], "M8[ns]"), DateFeature),
        (cells("1:30:00", "PT5M", "n/a"), DurationFeature),
        (cells(timedelta(1)), DurationFeature),
        (cells(time(8), time(9)), DurationFeature),
        (np.array([1], "m8[ms]"), DurationFeature),
        (cells("8-16", "16:9", "x"), CategoryFeature),
        (cells("2024", "B1"), CategoryFeature),
    ],
    ids=str,
)
def test_what_a_column_is(values: Any, kind: type) -> None:
    assert kind_of("d", values, Kinds()) is kind


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (cells("2024-01-01", "2024-01-02", "soon"), "column 'd' holds dates, but 'soon' in row 2; mend it"),
        (cells("1:00", "2:00", "late"), "column 'd' holds durations, but 'late' in row 2"),
        (cells("31.12.24", "1.1.25"), "'31.12.24'; if these are dates, write years with four digits"),
    ],
    ids=["date", "duration", "short"],
)
def test_what_is_nearly_one_is_an_error(values: Any, message: str) -> None:
    with pytest.raises(TableError, match=message):
        kind_of("d", values, Kinds())
    assert kind_of("d", values, Kinds(categorical=("d",))) is CategoryFeature


def test_a_word_that_is_named_as_missing_is_none() -> None:
    values = cells("2024-01-01", "2024-01-02", "k.A.")
    assert kind_of("d", values, Kinds(missing=("k.A.",))) is DateFeature


def test_some_cell_of_some_table_tells_what_stands_first() -> None:
    assert order_of("d", [cells("03/04/2024", "13/04/2024")], Kinds()) == "day"
    assert order_of("d", [cells("03/04/2024"), cells("04-13-2024")], Kinds()) == "month"
    assert order_of("d", [cells("2024-04-03", "3.4.2024", None)], Kinds()) is None
    assert order_of("d", [cells("03/04/2024")], Kinds(first="month")) == "month"
    assert order_of("d", [cells("2024-04-03")], Kinds(first="month")) is None
    with pytest.raises(TableError, match="'03/04/2024', and no other cell tells; say which with --dates day-first"):
        order_of("d", [cells("03/04/2024", "05/06/2024")], Kinds())
    with pytest.raises(TableError, match="day first in '13/04/2024' and its month in '04/13/2024'"):
        order_of("d", [cells("13/04/2024", "04/13/2024")], Kinds())


def test_times_with_and_without_a_zone_are_not_mixed() -> None:
    with pytest.raises(TableError, match="a time with a zone, and '2024-01-01 08:00', one without"):
        order_of("d", [cells("2024-01-01T08:00Z", "2024-01-01 08:00", "2024-01-01")], Kinds())
    assert order_of("d", [cells("2024-01-01T08:00Z", "2024-01-01")], Kinds()) is None


def dataset(values: Any, targets: Any) -> Dataset:
    return Dataset(table={"d": values}, targets=np.asarray(targets, np.uint8)[:, None], labels=("late",))


def test_an_impossible_date_names_row_and_cell() -> None:
    rows = dataset(cells("2024-02-29", "2024-02-30"), [0, 1])
    with pytest.raises(TableError, match="row 1, column 'd': '2024-02-30' is no day of the calendar"):
        columns.check(rows, Kinds())


def fitted(values: Any, targets: Any, kinds: Kinds | None = None) -> tuple[Any, list[str]]:
    rows = dataset(values, targets)
    kinds = kinds or Kinds()
    orders = columns.find_orders([rows], kinds)
    (feature,), notes = columns.infer(rows, kinds, columns.check(rows, kinds, orders), orders=orders)
    return feature, notes


def test_days_are_counted_from_the_middle_and_missing_ones_become_the_median() -> None:
    feature, notes = fitted(cells("13/01/2024", "03/01/2024", "01/01/2024", None), [0, 1, 0, 1])
    assert feature == DateFeature(name="d", since="2024-01-07", fill="2024-01-03", first="day")
    assert notes == ["column 'd' holds dates, the day first: '03/01/2024' is read as 2024-01-03"]
    feature, notes = fitted(cells("1:30", "0:30", "k.A."), [0, 1, 0], Kinds(missing=("k.A.",)))
    assert feature == DurationFeature(name="d", fill=3600.0, missing=("k.A.",))
    assert notes == ["column 'd' holds hours and minutes: '1:30' is read as 5,400 seconds"]


def test_what_float32_loses_of_times_is_told() -> None:
    values = np.array(["2020-01-01T00:00:00", "2030-01-01T00:00:00", "2030-01-01T00:00:01"], "M8[s]")
    _, (note,) = fitted(values, [0, 1, 0])
    assert "holds 3 different times, of which 2 are left" in note


def test_one_date_is_of_no_use() -> None:
    with pytest.raises(TableError, match="every value is 2024-01-01"):
        fitted(cells("2024-01-01", "1.1.2024"), [0, 1])


@pytest.mark.parametrize("part", ["month", "weekday"])
def test_a_part_helps_where_a_label_goes_with_it_and_else_does_not(part: str) -> None:
    random = np.random.default_rng(3)
    days = random.integers(19_000, 19_900, 2000)
    place = (days + 3) % 7 if part == "weekday" else days.astype("M8[D]").astype("M8[M]").astype(int) % 12
    share = np.where(place < 3, 0.7, 0.2)
    targets = (random.random((2000, 1)) < share[:, None]).astype(np.uint8)
    milliseconds = np.float64(DAY) * days
    other = "month" if part == "weekday" else "weekday"
    assert helps(part, milliseconds, targets)
    assert not helps(other, milliseconds, targets)
    assert not helps(part, milliseconds, random.permutation(targets))
    assert not helps(part, milliseconds[:50], targets[:50])


@pytest.mark.parametrize(
    ("cell", "refused"),
    [
        ("Fr, 18.10.2024", True),
        ("Mon 2024-10-18", True),
        ("18.10.2024 05:16 Uhr", True),
        ("18.10.2024 05.16", True),
        ("1:34 PM", True),
        ("05.16 Uhr", True),
        ("1 h 30 min", True),
        ("2d 4h", True),
        ("L2024-10-18", False),
        ("2024-10-18-A7", False),
        ("2024.10.18", False),
        ("1 h", False),
        ("type 3 b", False),
    ],
)
def test_dates_and_times_with_something_beside_them_are_no_words(cell: str, refused: bool) -> None:
    values = np.array([cell] * 9 + ["other"], object)
    if refused:
        with pytest.raises(
            TableError, match=re.escape(f"column 'a' holds {cell!r}; if these are dates or times, write")
        ):
            kind_of_times("a", values, Kinds())
    else:
        assert kind_of_times("a", values, Kinds()) is None
