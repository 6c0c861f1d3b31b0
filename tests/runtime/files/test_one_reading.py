"""A file means the same to every reader: training's and prediction's, the fast one and the plain one."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagship_runtime.errors import DataError
from tagship_runtime.files import read_batches, read_table
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.readers import csv_rows

NAMES = ["a", "b"]


def texts(path: Path, *, fast: bool) -> Any:
    """All cells as they are spelled, by one of prediction's readers; None where it refuses the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "LARGE", 0 if fast else 1 << 40)
        try:
            batches = list(read_batches(str(path), Reading(rows=2, columns=NAMES, numbers=())))
        except DataError:
            return None
    return [[str(cell) for batch in batches for cell in batch.columns[name]] for name in NAMES]


RAW = st.lists(
    st.sampled_from(["1", "x", " ", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', "é", "0x1f", "\t", "\\"]),
    max_size=14,
)


@settings(max_examples=400)
@example(["1", ",", '"', "x", '"', "1"])
@example(['"', '"', "\n", "1", ",", "x"])
@given(RAW)
def test_both_readers_of_csv_see_the_same_cells(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "raw.csv"
    path.write_bytes(("a,b\n" + "".join(parts)).encode())
    assert texts(path, fast=True) == texts(path, fast=False)


def test_newlines_in_quotes_wherever_a_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "blocks.csv"
    rows = [[str(row), 'no "end"\n' * (row % 50)] for row in range(12_000)]
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([NAMES, *rows])
    assert path.stat().st_size > 1 << 21
    for fast in (True, False):
        assert texts(path, fast=fast) == [list(column) for column in zip(*rows, strict=True)]
    table = read_table(str(path))
    assert table["a"].to_pylist() == list(range(12_000))
    assert table["b"].to_pylist() == [text for _, text in rows]


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["1", "2", ""], [1, 2, None]),
        (["1", "0x1f"], ["1", "0x1f"]),
        (["1_3", "4"], ["1_3", "4"]),
        ([" 7 ", "NA"], [7.0, None]),
        (["true", "FALSE"], [1.0, 0.0]),
        (["007", "1"], ["007", "1"]),
        (["007", "1.5"], [7.0, 1.5]),
        (["0", "-7", "10"], [0, -7, 10]),
        (["9007199254740993", "1"], ["9007199254740993", "1"]),  # as texts: float64 has the first one's neighbour alone
        (["nan(1)", "1"], ["nan(1)", "1"]),
        (["x", "", "NA"], ["x", "", "NA"]),
    ],
    ids=str,
)
def test_a_column_of_csv_holds_numbers_where_each_cell_is_one(
    tmp_path: Path, cells: list[str], want: list[Any]
) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([NAMES, *([cell, "0"] for cell in cells)])
    assert read_table(str(path))["a"].to_pylist() == want
    assert read_table(str(path), ["a"])["a"].to_pylist() == cells


def test_cells_of_several_types_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 9007199254740993, "b": 1}\n{"a": 0.5, "b": true}\n{"a": null, "b": "x"}\n{"c": 2}\n')
    table = read_table(str(path))
    assert table["a"].to_pylist() == ["9007199254740993", "0.5", None, None]
    assert table["b"].to_pylist() == ["1", "true", "x", None]
    assert table["c"].to_pylist() == [None, None, None, 2]
    path.write_text('{"a": [1]}\n{"a": "x"}\n')
    with pytest.raises(DataError, match="column 'a' holds what is of no one type"):
        read_table(str(path))


@pytest.mark.parametrize("first", [1, 3, 5])
def test_keys_that_come_after_the_first_rows(first: int, tmp_path: Path) -> None:
    """A column whose first key comes in another batch is missing before, for prediction as for training."""
    path = tmp_path / "late.jsonl"
    lines = ['{"a": 1}\n'] * first + ["\n", '{"a": 2, "\\u0062": 3, "c": 4}\n']
    path.write_text("".join(lines))
    table = read_table(str(path))
    assert table["b"].to_pylist() == [None] * first + [3]
    batches = list(read_batches(str(path), Reading(rows=2, columns=["a", "b"])))
    assert [cell for batch in batches for cell in batch.columns["b"]] == [None] * first + [3]
    assert "d" not in next(read_batches(str(path), Reading(rows=2, columns=["a", "d"]))).columns
    with pytest.raises(DataError, match=r"has the key '[bc]', which the first rows lack"):
        list(read_batches(str(path), Reading(rows=min(first, 2))))
    assert len(list(read_batches(str(path), Reading(rows=9)))) == 1
