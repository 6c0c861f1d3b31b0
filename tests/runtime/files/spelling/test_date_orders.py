"""What stands first in a table's dates: told by its cells, said by the caller, known from training, or asked for."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tagship_export.data.rows import read_rows
from tagship_runtime.contract import DateFeature
from tagship_runtime.errors import DataError
from tagship_runtime.features import encoder
from tagship_runtime.files import STDIN, Dialect, TableFile, read_batches
from tagship_runtime.files.readers import csv_rows
from tagship_runtime.files.readers.batch import Reading

APRIL_THIRD, MARCH_FOURTH = 93, 63
"""Days of 2024, counted from 0."""


def write(folder: Path, kind: str, days: Sequence[str]) -> str:
    path = folder / f"days.{kind}"
    if kind == "csv":
        path.write_text("\n".join(["day", *days]) + "\n")
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"day": day}) + "\n" for day in days))
    else:
        column = pyarrow.array(days)
        table = pyarrow.table({"day": column.dictionary_encode() if kind == "words.parquet" else column})
        pyarrow.parquet.write_table(table, path)
    return str(path)


def feature(trained: str | None) -> DateFeature:
    return DateFeature(name="day", since="2024-01-01", first=trained)


def read(
    source: str,
    trained: str | None,
    given: str | None = None,
    notes: list[str] | None = None,
    skipped: list[str] | None = None,
    *,
    live: bool = False,
) -> list[float]:
    """Days of 2024 as predict encodes them, two rows at a time."""
    encode = encoder((feature(trained),), (None, 1))
    reading = Reading(
        rows=2,
        columns=["day"],
        numbers=(),
        date_orders=encode.date_orders,
        dialect=Dialect(dates=given),
        note=None if notes is None else notes.append,
        skip=None if skipped is None else lambda error: skipped.append(str(error)),
        live=live,
    )
    return [day for batch in read_batches(source, reading) for day in encode.encode(batch.columns)[:, 0].tolist()]


def verified(source: str, trained: str | None, given: str | None = None) -> list[float]:
    """The same as verification encodes them."""
    rows = read_rows(TableFile(path=source, dialect=Dialect(dates=given)), ("on",), (feature(trained),))
    return list(rows.matrix((feature(trained),))[:, 0].tolist())


KINDS = ("csv", "jsonl", "parquet", "words.parquet")
LATE = ["03/04/2024", "03/04/2024", "03/04/2024", "03/04/2024", "12/31/2024"]


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trained", [None, "day", "month"])
@pytest.mark.parametrize(("telling", "want"), [("31/12/2024", APRIL_THIRD), ("12/31/2024", MARCH_FOURTH)])
def test_one_cell_tells_for_all_rows_wherever_it_stands(
    kind: str, trained: str | None, telling: str, want: int, fast: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "LARGE", 0 if fast else 1 << 40)
    for place in (0, 4):
        days = ["03/04/2024"] * 5
        days[place] = telling
        source = write(tmp_path, kind, days)
        found = read(source, trained)
        assert found[1:4] == [want] * 3
        assert found[place] == 365
        assert verified(source, trained) == found


@pytest.mark.parametrize("kind", KINDS)
def test_what_nothing_tells_is_read_as_in_training_or_asked_for(kind: str, tmp_path: Path) -> None:
    source = write(tmp_path, kind, ["2024-01-01", "03/04/2024"])
    for trained, want in (("day", APRIL_THIRD), ("month", MARCH_FOURTH)):
        notes: list[str] = []
        assert read(source, trained, notes=notes) == verified(source, trained) == [0, want]
        assert f"the {trained} first, as in training" in notes[0]
    for door in (read, verified):
        with pytest.raises(
            DataError, match="'03/04/2024', and neither another cell nor training tells; say which with"
        ):
            door(source, None)
        assert door(source, None, "day") == [0, APRIL_THIRD]
        assert door(source, "day", "month") == [0, MARCH_FOURTH]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trained", [None, "day", "month"])
def test_cells_that_contradict_each_other_are_an_error(kind: str, trained: str | None, tmp_path: Path) -> None:
    source = write(tmp_path, kind, ["31/12/2024", "01/02/2024", "12/31/2024"])
    for door in (read, verified):
        with pytest.raises(DataError, match="day first in '31/12/2024' and its month in '12/31/2024'; spell all"):
            door(source, trained)
    with pytest.raises(DataError, match="'12/31/2024' does not have its day first, as --dates says"):
        read(source, trained, "day")
    skipped: list[str] = []
    assert read(source, trained, "day", skipped=skipped) == [365, 31]
    assert [line.partition("days")[2].partition(", ")[2] for line in skipped] == [
        "row 2, column 'day': '12/31/2024' does not have its day first, as --dates says"
    ]


def test_times_with_and_without_zones_are_an_error(tmp_path: Path) -> None:
    source = write(tmp_path, "csv", ["2024-01-01T10:00Z", "2024-01-01T10:00", "2024-01-01"])
    for door in (read, verified):
        with pytest.raises(DataError, match="a time with a zone, and '2024-01-01T10:00', one without"):
            door(source, None)
    source = write(tmp_path, "csv", ["2024-01-02T00:00+02:00", "2024-01-02"])
    assert read(source, None) == [pytest.approx(22 / 24), 1]


def test_a_slashed_time_keeps_its_zone_and_digits(tmp_path: Path) -> None:
    source = write(tmp_path, "csv", ["12/31/2024 14:30:15.25 +02:00", "03/04/2024 1:30 PM Z"])
    exact = write(tmp_path, "jsonl", ["2024-12-31T12:30:15.250Z", "2024-03-04T13:30Z"])
    assert read(source, "day") == read(exact, "day")


class Pipe(io.TextIOWrapper):
    """Standard input."""


def piped(lines: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Pipe(io.BytesIO("\n".join(["day", *lines, ""]).encode())))


def test_rows_read_once_are_never_read_in_two_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stdin has not shown yet cannot tell; where training knew, a later cell that contradicts it ends all."""
    piped(LATE, monkeypatch)
    with pytest.raises(DataError, match="neither another cell nor training tells"):
        read(STDIN, None)
    piped(LATE, monkeypatch)
    assert read(STDIN, "month")[-1] == 365
    piped(LATE, monkeypatch)
    with pytest.raises(
        DataError, match="'12/31/2024', and '03/04/2024' in rows before it was read as in training, the day"
    ):
        read(STDIN, "day")
    piped(["12/31/2024", *LATE], monkeypatch)
    assert read(STDIN, "day") == [365, *[MARCH_FOURTH] * 4, 365]


def test_rows_answered_as_they_come_know_no_other_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    piped(["31/12/2024", "03/04/2024"], monkeypatch)
    with pytest.raises(ValueError, match="which training had no such dates to tell; spell it as 2024-12-31 is, or say"):
        read(STDIN, None, live=True)
    for trained in (None, "month"):
        piped(["31/12/2024", "12/31/2024", "03/04/2024"], monkeypatch)
        skipped: list[str] = []
        assert read(STDIN, trained, "day", live=True, skipped=skipped) == [365, APRIL_THIRD]
        assert len(skipped) == 1
