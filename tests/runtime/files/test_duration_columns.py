"""Durations that tables spell so that others might mean otherwise."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tagship_runtime.errors import DataError
from tagship_runtime.features import as_column, spans
from tagship_runtime.files import Dialect, read_batches, read_table
from tagship_runtime.files.readers.batch import Reading

NOTES = list[str]


def reading(notes: NOTES, **settings: Any) -> Reading:
    return Reading(rows=2, durations=("cycle", "absent"), note=notes.append, **settings)


def test_hours_and_minutes_are_told_once_for_each_column(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("cycle,words\n0:08:25,1:30\n8:25,a\n9:10,b\n")
    notes: NOTES = []
    batches = list(read_batches(str(source), reading(notes)))
    assert [batch.size for batch in batches] == [2, 1]
    assert notes == [f"{source}: '8:25' in column 'cycle' is read as hours and minutes, 30,300 seconds"]


@pytest.mark.parametrize("number", [0.0058, 1])
def test_plain_numbers_of_a_workbook_are_refused(tmp_path: Path, number: float) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["cycle", "nr"], [timedelta(minutes=8), 4711], [None, 4712], [number, 4713]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    said = f"row 2, column 'cycle': {number} is a plain number, which may mean seconds, or days, as Excel has durations"
    with pytest.raises(DataError, match=re.escape(said)):
        list(read_batches(str(tmp_path / "t.xlsx"), reading([])))
    with pytest.raises(DataError, match=re.escape(said)):
        read_table(str(tmp_path / "t.xlsx"), ["cycle"], durations=["cycle"])
    sheet["A4"].number_format = "[h]:mm:ss"
    book.save(tmp_path / "t.xlsx")
    cells = [cell for batch in read_batches(str(tmp_path / "t.xlsx"), reading([])) for cell in batch.columns["cycle"]]
    assert cells[:2] == ["0:08:00", None]
    assert len(cells) == 3


def test_what_the_refusal_says_to_do_gives_the_same_seconds(tmp_path: Path) -> None:
    """Seconds divided by 86400 in cells of durations, texts, and numbers of a CSV mean one span."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["cycle"], [505 / 86400], ["0:08:25"], ["505"], [timedelta(seconds=505)]):
        sheet.append(row)
    sheet["A2"].number_format = "[h]:mm:ss"
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("cycle\n505\n505.0\n0:08:25\nPT505S\n")
    for name in ("t.xlsx", "t.csv"):
        batches = read_batches(str(tmp_path / name), reading([]))
        cells = [cell for batch in batches for cell in batch.columns["cycle"]]
        assert [spans.seconds(as_column([cell]), "cycle", ()) for cell in cells] == [505] * 4
        table = read_table(str(tmp_path / name), ["cycle"], durations=["cycle"])
        assert table["cycle"].to_pylist() == cells


def test_a_number_that_stands_for_a_missing_duration(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["cycle"], [timedelta(seconds=505)], [-999]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    (batch,) = read_batches(str(tmp_path / "t.xlsx"), reading([], dialect=Dialect(missing=("-999",))))
    assert batch.columns["cycle"] == ["0:08:25", None]


def test_numbers_of_json_are_seconds(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"cycle": 505}\n{"cycle": 0.5}\n')
    (batch,) = read_batches(str(tmp_path / "t.jsonl"), reading([]))
    assert list(batch.columns["cycle"]) == [505, 0.5]
