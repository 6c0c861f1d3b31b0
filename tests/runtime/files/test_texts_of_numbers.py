"""Numbers that files of types hold as texts: read by the rules of text tables, whole and some rows at a time."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

from tagship_runtime.errors import DataError
from tagship_runtime.features import as_column
from tagship_runtime.files import Dialect, read_batches, read_table
from tagship_runtime.files.batch_reader import STDIN, Reading
from tagship_runtime.files.spelling.numerals import Numerals

KINDS = (".jsonl", ".parquet", ".xlsx")


def write(path: Path, columns: dict[str, list[Any]], kind: Any = None) -> Path:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for cells in (list(columns), *(list(row.values()) for row in rows)):
            book.worksheets[0].append(cells)
        book.save(path)
    else:
        arrays = {name: pyarrow.array(cells, kind or pyarrow.string()) for name, cells in columns.items()}
        pyarrow.parquet.write_table(pyarrow.table(arrays), path)
    return path


def streamed(path: Path | str, names: list[str], **given: Any) -> dict[str, list[Any]]:
    batches = list(read_batches(str(path), Reading(rows=2, columns=names, numbers=names, **given)))
    cells = {name: [cell for batch in batches for cell in as_column(batch.columns[name])] for name in names}
    return {name: [float(cell) if cell not in (None, "") else None for cell in own] for name, own in cells.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["45,33", "5.038.391,70", "7"], [45.33, 5038391.7, 7.0]),
        (["92.4 %", "7 %", "-"], [0.924, 0.07, None]),
        (["92,4 %", "n/a", "7 %"], [0.924, None, 0.07]),
        (["€2328.78", None, "€1,000.50"], [2328.78, None, 1000.5]),
        (["(5)", "6", "7-"], [-5.0, 6.0, -7.0]),
        (["1,69,894.50", "2", "3"], [169894.5, 2.0, 3.0]),
        ([1.5, None, "2,5"], [1.5, None, 2.5]),
        (["1.5", " 2 ", "1e3"], [1.5, 2.0, 1000.0]),
    ],
    ids=str,
)
def test_a_column_of_numbers(kind: str, cells: list[Any], want: list[Any], tmp_path: Path) -> None:
    if kind == ".parquet" and any(isinstance(cell, float) for cell in cells):
        cells = [None if cell is None else str(cell).replace(".", ",") for cell in cells]
    path = write(tmp_path / f"t{kind}", {"a": cells, "z": ["x"] * 3})
    assert streamed(path, ["a"]) == {"a": want}
    assert read_table(str(path))["a"].to_pylist() == want
    assert read_table(str(path), ["a"])["a"].to_pylist() == [None if cell is None else str(cell) for cell in cells]


@pytest.mark.parametrize(
    "kind",
    [pyarrow.large_string(), pyarrow.string_view(), pyarrow.dictionary(pyarrow.int8(), pyarrow.string())],
    ids=str,
)
def test_texts_of_every_type_of_parquet(kind: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": ["1,5", None, "-", "2.000,25"]}, kind)
    assert streamed(path, ["a"]) == {"a": [1.5, None, None, 2000.25]}
    assert read_table(str(path))["a"].to_pylist() == [1.5, None, None, 2000.25]


@pytest.mark.parametrize("kind", KINDS)
def test_words_and_codes_stay_as_they_are(kind: str, tmp_path: Path) -> None:
    columns = {"word": ["a", "-", "1,5"], "code": ["007", "12", "3"], "count": ["(1)", "(2)", "(3)"]}
    table = read_table(str(write(tmp_path / f"t{kind}", columns)))
    assert table.to_pydict() == columns


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_is_one_for_the_whole_file(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"t{kind}", {"a": ["1,5", "2", "3"], "b": ["1", "2", "2.5"]})
    with pytest.raises(DataError, match=r"'2.5' \(row 2, column 'b'\) and a decimal comma in '1,5' \(row 0"):
        read_table(str(path))
    with pytest.raises(DataError, match="decimal"):
        streamed(path, ["a", "b"])
    doubtful = write(tmp_path / f"d{kind}", {"a": ["1,234"] * 3})
    for read in (lambda: read_table(str(doubtful)), lambda: streamed(doubtful, ["a"])):
        with pytest.raises(DataError, match=r"'1,234' in column 'a' may be 1234 or 1\.234"):
            read()
    assert streamed(doubtful, ["a"], dialect=Dialect(decimal=",")) == {"a": [1.234] * 3}


@pytest.mark.parametrize("kind", [".jsonl", ".parquet"])
@pytest.mark.parametrize(("cells", "doubt"), [(["1.234", "56.789"], True), (["1.234", "0.5"], False), (["1"], False)])
def test_a_point_that_may_mean_thousands_is_told(kind: str, cells: list[str], doubt: bool, tmp_path: Path) -> None:
    path = write(tmp_path / f"t{kind}", {"a": cells * 3})
    for read in (
        lambda tell: read_table(str(path), note=tell),
        lambda tell: streamed(path, ["a"], note=tell),
    ):
        told: list[str] = []
        read(told.append)
        assert [note for note in told if "'1.234' is read as 1.234, as nothing tells" in note] == told
        assert len(told) == doubt
    if doubt:
        assert read_table(str(path), dialect=Dialect(decimal=","))["a"].to_pylist() == [1234, 56789] * 3
        assert streamed(path, ["a"], dialect=Dialect(decimal=",")) == {"a": [1234, 56789] * 3}


@pytest.mark.parametrize("kind", [".csv", *KINDS])
def test_a_point_stands_between_thousands_once_a_comma_is_decimal(kind: str, tmp_path: Path) -> None:
    """Also in rows far behind the one that tells, and where the caller says it, whatever stands between cells."""
    path = tmp_path / f"t{kind}"
    for cells, dialect in ((["1,5", "2", "1.234", "7"], Dialect()), (["1", "2", "1.234", "7"], Dialect(decimal=","))):
        if kind == ".csv":
            path.write_text("a,b\n" + "".join(f'"{cell}",0\n' for cell in cells))
        else:
            write(path, {"a": cells})
        want = [1.5 if cells[0] == "1,5" else 1.0, 2.0, 1234.0, 7.0]
        assert streamed(path, ["a"], dialect=dialect) == {"a": want}
        assert read_table(str(path), dialect=dialect)["a"].to_pylist() == want


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_without_its_percent_sign(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"t{kind}", {"a": ["12 %", "7 %", "8"]})
    with pytest.raises(DataError, match="'8'"):
        streamed(path, ["a"])
    bare = write(tmp_path / f"b{kind}", {"a": ["12", "7", "8"]})
    with pytest.raises(DataError, match="'12' has no percent sign, which training's cells had"):
        streamed(bare, ["a"], signs={"a": "%"})
    with pytest.raises(DataError, match="'12' has no percent sign, which training's cells had"):
        read_table(str(bare), signs={"a": "%"})
    if kind == ".jsonl":
        shares = write(tmp_path / "s.jsonl", {"a": [0.12, 0.07, None]})
        assert streamed(shares, ["a"], signs={"a": "%"}) == {"a": [0.12, 0.07, None]}


@pytest.mark.parametrize("strange", [[1], {"b": 2}, 10**400], ids=["list", "object", "huge"])
def test_cells_of_json_that_are_no_numbers_are_left_to_the_encoder(strange: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", {"a": [strange, "1,5", float("nan")]})
    (first, _) = read_batches(str(path), Reading(rows=2, columns=["a"], numbers=["a"]))
    assert first.columns["a"] == [strange, "1.5"]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("live", [True, False])
def test_encodings_of_standard_input(kind: str, encoding: str, live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"größe": "1,5"}\n{"größe": "2"}\n' if kind == "jsonl" else "größe;b\n1,5;0\n2;0\n"
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode(encoding))), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stream)
    assert streamed(STDIN, ["größe"], live=live) == {"größe": [1.5, 2.0]}


@pytest.mark.parametrize(("other", "mark"), [("2,5", ","), ("2.5", "."), ("7", None)])
@pytest.mark.parametrize("flag", ["1.0", "1,0"])
def test_ones_and_zeros_tell_nothing_of_the_mark(other: str, mark: str | None, flag: str) -> None:
    numerals = Numerals("t")
    found = numerals.rewrite({"a": [other], "on": [flag, "0"]}, known=True)
    assert (numerals.decimal, found["on"]) == (mark, ["1.0", "0"])
    assert Numerals("t", decimal=",").rewrite({"on": [flag]}, known=True)["on"] == ["1.0"]


@pytest.mark.parametrize(("flag", "number"), [("1.0", "1234"), ("1,0", "1.234")])
def test_ones_and_zeros_tell_where_nothing_else_does(flag: str, number: str) -> None:
    assert Numerals("t").rewrite({"a": ["1,234"], "on": [flag]}, known=True)["a"] == [number]


@pytest.mark.parametrize("kind", [".csv", *KINDS])
def test_another_currency_than_that_of_training(kind: str, tmp_path: Path) -> None:
    """Signs of one currency are one; numbers alone are amounts of it, as the caller insists."""
    for cells, refused in (
        (["5", "EUR 6", "7 €"], False),
        (["5", "6", "7"], False),
        (["5", "$ 6", "7"], True),
    ):
        path = tmp_path / f"t{kind}"
        if kind == ".csv":
            path.write_text("a,b\n" + "".join(f"{cell},0\n" for cell in cells))
        else:
            write(path, {"a": cells})
        for read in (
            lambda path=path: read_table(str(path), signs={"a": "€"})["a"].to_pylist(),
            lambda path=path: streamed(path, ["a"], signs={"a": "€"})["a"],
        ):
            if refused:
                with pytest.raises(DataError, match=r"column 'a' holds '\$ 6', and training's cells had €"):
                    read()
            else:
                assert read() == [5, 6, 7]
