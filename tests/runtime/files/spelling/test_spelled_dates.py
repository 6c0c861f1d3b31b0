"""Dates in spellings that contracts do not know: rewritten in tables, and in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime.contract import DateFeature
from tagship_runtime.errors import InputValueError
from tagship_runtime.features import as_column, encoder
from tagship_runtime.files import Dialect, read_batches
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.spelling.spelled_dates import in_iso, rewritten


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20240622", "2024-06-22"),
        (" 20240622 ", "2024-06-22"),
        ("19000101", "1900-01-01"),
        ("20991231", "2099-12-31"),
        ("20240230", None),  # no day of the calendar
        ("20241301", None),
        ("18991231", None),
        ("99991231", None),
        ("2024062", None),
        ("202406221", None),
        ("01-Aug-2023", "2023-08-01"),
        ("1 aug 2023", "2023-08-01"),
        ("AUG 1, 2023", "2023-08-01"),
        ("August 1st 2023", "2023-08-01"),
        ("22nd Sept. 2023", "2023-09-22"),
        ("1. März 2024", "2024-03-01"),
        ("31-Dez-2023", "2023-12-31"),
        ("01Aug2023", "2023-08-01"),
        ("2023-Aug-01", "2023-08-01"),
        ("1/Aug/2023 14:30", "2023-08-01 14:30"),
        ("Tue, 01 Aug 2023 10:20:30 +0000", "2023-08-01 10:20:30 +0000"),
        ("Di., 1. Aug. 2023", "2023-08-01"),
        ("Aug 1, 2023, 2:30 PM", "2023-08-01, 2:30 PM"),
        ("31-Feb-2023", "2023-02-31"),  # which readers of dates refuse by its row
        ("01-Aug-23", None),
        ("1 Foo 2023", None),
        ("Aug 2023", None),
        ("12 May 2023 approx.", None),
        ("2024-06-22", None),
        ("", None),
    ],
)
def test_spellings(text: str, iso: str | None) -> None:
    assert in_iso(text) == iso


def test_a_column_keeps_its_other_cells() -> None:
    column = ["20240622", None, "soon", 20240623, 20240624.0, 5, True, "20240101"]
    found = rewritten(column, ["20240101"])
    assert found is not None
    assert found == (
        ["2024-06-22", None, "soon", "2024-06-23", "2024-06-24", 5, True, "20240101"],
        ("20240622", "2024-06-22"),
    )
    assert rewritten(["2024-06-22", None, "soon", 5]) is None
    assert rewritten([]) is None


def write(cells: Sequence[Any], folder: Path) -> list[Path]:
    paths = [folder / f"t.{kind}" for kind in ("csv", "jsonl", "xlsx", "parquet")]
    paths[0].write_text("day,x\n" + "".join(f'"{cell}",1\n' for cell in cells))
    quoted = [f'"{cell}"' if isinstance(cell, str) else str(cell) for cell in cells]
    paths[1].write_text("".join(f'{{"day": {cell}, "x": 1}}\n' for cell in quoted))
    book = openpyxl.Workbook()
    for row in (["day", "x"], *([cell, 1] for cell in cells)):
        book.worksheets[0].append(row)
    book.save(paths[2])
    pyarrow.parquet.write_table(pyarrow.table({"day": list(cells), "x": [1] * len(cells)}), paths[3])
    return paths


@pytest.mark.parametrize("cells", [["20240622", "20240101"], [20240622, 20240101], ["22 Jun 2024", "Jan 1, 2024"]])
@pytest.mark.parametrize("rows", [1, 8192])
def test_every_kind_of_table_is_read_alike(cells: Sequence[Any], rows: int, tmp_path: Path) -> None:
    feature = DateFeature(name="day", since="2024-01-01")
    for path in write(cells, tmp_path):
        notes: list[str] = []
        reading = Reading(rows=rows, columns=["day"], numbers=[], date_orders={"day": None}, note=notes.append)
        found = [cell for batch in read_batches(str(path), reading) for cell in as_column(batch.columns["day"])]
        assert encoder((feature,), (None, 1)).encode({"day": found}).tolist() == [[173], [0]]
        assert notes == [f"{path}: {str(cells[0])!r} in column 'day' is read as 2024-06-22"]


def test_rows_on_their_own_are_read_by_the_contract_alone() -> None:
    for cell in ("20240622", 20240622, "22 Jun 2024"):
        with pytest.raises(InputValueError, match="is no date; a date such as 2024-12-31 is needed"):
            encoder((DateFeature(name="day", since="2024-01-01"),), (None, 1)).encode({"day": [cell]})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_number_may_stand_for_a_missing_one(kind: str, tmp_path: Path) -> None:
    path = next(path for path in write([20240622, 20240101], tmp_path) if path.suffix == f".{kind}")
    reading = Reading(
        rows=9, columns=["day"], numbers=[], date_orders={"day": None}, dialect=Dialect(missing=("20240101",))
    )
    (batch,) = read_batches(str(path), reading)
    feature = DateFeature(name="day", since="2024-01-01", fill="2024-01-03", missing=("20240101",))
    assert encoder((feature,), (None, 1)).encode({"day": batch.columns["day"]}).tolist() == [[173], [2]]
