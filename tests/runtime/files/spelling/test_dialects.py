"""Separators, encodings, quotes and workbooks: one table, however it is saved."""

from __future__ import annotations

import codecs
import gzip
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tagship_runtime.errors import DataError, UsageError
from tagship_runtime.files import read_batches, read_table
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.headers import check_header
from tagship_runtime.files.readers import csv_rows
from tagship_runtime.files.readers.csv_rows import _Quotes
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.files.spelling.label_spellings import truth_of

NAMES = ["größe", "farbe", "preis"]
ROWS = [("0,35", "grün", "1.234,50"), ("12", "blau; hell", "-"), ("1,5", 'zwei "Zoll"', "7")]
WANT = {"größe": [0.35, 12.0, 1.5], "farbe": [row[1] for row in ROWS], "preis": [1234.5, None, 7.0]}


def quoted(cell: str, separator: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if separator in cell or '"' in cell else cell


def text_of(separator: str) -> str:
    return "".join(separator.join(quoted(cell, separator) for cell in row) + "\r\n" for row in [NAMES, *ROWS])


@pytest.fixture(params=[True, False], ids=["fast", "plain"])
def fast(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    monkeypatch.setattr(csv_rows, "LARGE", 0 if request.param else 1 << 40)
    yield request.param


def streamed(path: Path, dialect: Dialect | None = None) -> dict[str, list[Any]]:
    reading = Reading(rows=2, columns=NAMES, numbers=["größe", "preis"], dialect=dialect or Dialect())
    columns: dict[str, list[Any]] = {name: [] for name in NAMES}
    for batch in read_batches(str(path), reading):
        for name in NAMES:
            cells = batch.columns[name]
            columns[name] += cells if isinstance(cells, list) else cells.to_pylist()
    for name in ("größe", "preis"):
        columns[name] = [None if cell in (None, "") else float(cell) for cell in columns[name]]
    return columns


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("suffix", [".csv", ".txt", ".tsv", ".csv.gz"])
def test_one_table(separator: str, encoding: str, suffix: str, fast: bool, tmp_path: Path) -> None:
    path = tmp_path / f"parts{suffix}"
    content = text_of(separator).encode(encoding)
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    dialect = Dialect.parse(encoding="cp1252" if encoding == "cp1252" else None)
    assert read_table(str(path), dialect=dialect).to_pydict() == WANT
    assert streamed(path, dialect) == WANT
    assert check_header(str(path), dialect) == NAMES


def test_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(NAMES)
    for size, colour, price in zip(*WANT.values(), strict=True):
        sheet.append([size, colour, "-" if price is None else price])
    sheet.append([])
    book.create_sheet("zwei").append(["a"])
    book.save(tmp_path / "parts.xlsx")
    notes: list[str] = []
    assert read_table(str(tmp_path / "parts.xlsx"), note=notes.append).to_pydict() == WANT
    assert streamed(tmp_path / "parts.xlsx") == WANT
    assert notes == [f"{tmp_path / 'parts.xlsx'}: sheet 'Sheet', the first of 2; --sheet names another"]
    assert check_header(str(tmp_path / "parts.xlsx"), Dialect(sheet="zwei")) == ["a"]
    with pytest.raises(DataError, match="has no sheet 'drei'; it has 'Sheet', 'zwei'"):
        read_table(str(tmp_path / "parts.xlsx"), dialect=Dialect(sheet="drei"))
    (tmp_path / "no.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match="cannot be read as an Excel workbook"):
        read_table(str(tmp_path / "no.xlsx"))


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a\n1\n", ","),
        ("tags,x\na;b,1\nc,2\n", ","),  # marks in some rows are no separators
        ('"a;b",c\n1,2\n', ","),
        ('a,b\n"1,5;x","2,5;y"\n', ","),
    ],
)
def test_separators(text: str, separator: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    _, form = csv_rows.look(str(tmp_path / "t.csv"), Reading(rows=1))
    assert form.separator == separator


@pytest.mark.parametrize("first", ["sep=;", "SEP=;;;", '"sep=;"', "sep=|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_line_for_excel_says_what_the_separator_is(first: str, encoding: str, fast: bool, tmp_path: Path) -> None:
    separator = first.strip('"')[4]
    path = tmp_path / "t.csv"
    path.write_bytes(f"{first}\r\n{text_of(separator)}".encode(encoding))
    assert check_header(str(path)) == NAMES
    assert read_table(str(path)).to_pydict() == WANT
    assert streamed(path) == WANT
    path.write_bytes(f"{first}\r\n{text_of(separator)}1{separator}2\r\n".encode(encoding))
    with pytest.raises(DataError, match=r"line 6 \(row 3\): has 2 cells, the header has 3"):
        streamed(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Parts 2024;;;\nlength;weight;a;b\n1;2;3;4\n",
            r"'Parts 2024'\] without a name for columns 2, 3, 4; the first row",
        ),
        (
            "length;weight;;\n1;2;;\n",
            r"\['length', 'weight'\] without a name for columns 3, 4; .* name or remove these",
        ),
    ],
)
def test_a_first_row_that_is_no_header(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        check_header(str(tmp_path / "t.csv"))
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.worksheets[0].append([cell or None for cell in line.split(";")])
    book.worksheets[0]["C9"], book.worksheets[0]["D9"] = 1, 2
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=said):
        read_table(str(tmp_path / "t.xlsx"))


def test_the_callers_separator_wins(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b,c;d\n1;2,3;4\n")
    with pytest.raises(DataError, match="two ways"):
        check_header(str(tmp_path / "t.csv"))
    assert check_header(str(tmp_path / "t.csv"), Dialect(separator=",")) == ["a;b", "c;d"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"separator": "ab"}, "--separator is 'ab'"),
        ({"separator": '"'}, "--separator is"),
        ({"decimal": ";"}, "--decimal is ';'; give . or ,"),
        ({"encoding": "utf-9"}, "--encoding is 'utf-9'"),
        ({"encoding": "hex"}, "--encoding is 'hex'"),
    ],
)
def test_options_that_mean_nothing(options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Dialect.parse(**options)  # type: ignore[arg-type]


def lengths(path: Path) -> list[int]:
    return [batch.size for batch in read_batches(str(path), Reading(rows=100, columns=["a", "b"], numbers=["a"]))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('a,b\n1,x\n2,"y\n3,z\n', r"line 3 \(row 1\): a quotation mark is opened before 'y"),
        ('a,b\n1,x\n"2,y\n3,z\n', r"line 3 \(row 1\): "),
        ('a,b\n1,x\n"2,y\n3,"z\n4,w\n', r"line 3 \(row 1\): is not CSV: .*; is a quotation mark not closed"),
        ('a,b\n1,x\n2,"y\n3,z\n4,"w\n5,v\n', r"line 3 \(row 1\): is not CSV: .*; is a quotation mark not closed"),
        ('a,b\n1,x\n2,"y"y\n', r"line 3 \(row 1\): is not CSV: a cell goes on behind its closing quotation mark"),
        ("a,b\n1,x\n2\n", r"line 3 \(row 1\): has 1 cell, the header has 2"),
        ('a,b\n1,"x\nx"\n2\n', r"line 4 \(row 1\): has 1 cell"),
        (
            'a,b\n1,"x\n' + "2,y\n" * 600_000,
            r"line 2 \(row 0\): is not CSV: a cell has more than 2,.*; is a quotation mark",
        ),
    ],
)
def test_ragged_rows_and_open_quotes(text: str, said: str, fast: bool, tmp_path: Path) -> None:
    """A quotation mark that is not closed takes all rows after it into its cell, which may be the last one."""
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        lengths(tmp_path / "t.csv")
    with pytest.raises(DataError, match=said.replace("line", "line", 1)):
        read_table(str(tmp_path / "t.csv"))


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8])
def test_quotation_marks_in_their_places_are_left_to_pyarrow(start: bytes) -> None:
    text = start + b'"a","b"\r\n"1","say ""x"""\r\n2,""\n"3","two\nlines"\n4,"end"'
    for size in range(max(1, len(start)), len(text) + 1):
        quotes = _Quotes(io.BytesIO(text), ",")
        while quotes.read(size):
            pass
        assert not quotes.astray
        assert quotes.count == text.count(b'"')


@pytest.mark.parametrize("text", [b'a\n"1\n2\n"3\n', b'a\n5" pipe\n6" pipe\n', b'a\n"1"x\n', b'a,b\n1, "x"\n'])
def test_quotation_marks_astray_are_found_in_parts_of_any_size(text: bytes) -> None:
    for size in range(1, len(text) + 1):
        quotes = _Quotes(io.BytesIO(text), ",")
        while quotes.read(size):
            pass
        assert quotes.astray


@pytest.mark.parametrize("rows", [100, 150], ids=["at a border of batches", "within a batch"])
@pytest.mark.parametrize(
    ("first", "then"), [("12", "12 %"), ("12 %", "12"), ("12 €", "12 $"), ("12.5", "3 %"), ("", "12 %")]
)
def test_units_are_remembered_from_batch_to_batch(first: str, then: str, rows: int, fast: bool, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + f"{first},x\n" * rows + f"{then},x\n" * 100, "utf-8")
    if first:
        with pytest.raises(
            DataError, match=f"column 'a' holds '{re.escape(first)}' and '{re.escape(then)}'; spell all"
        ):
            lengths(tmp_path / "t.csv")
    else:
        assert sum(lengths(tmp_path / "t.csv")) == rows + 100


@pytest.mark.parametrize("rows", [100, 300_000], ids=["plain", "behind rows that pyarrow read"])
def test_a_late_comma_is_read_as_the_rows_before_tell(rows: int, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("tagship_runtime.files.readers.csv_rows.LARGE", 1 << 20)
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "12,x\n" * rows + '"1,234",x\n')
    with pytest.raises(DataError, match=r"'1,234' in column 'a' may be 1234 or 1\.234, and no other cell"):
        lengths(path)
    path.write_text("a,b\n" + "1.5,x\n" * rows + '"1,234",x\n')
    *_, last = read_batches(str(path), Reading(rows=100, columns=["a", "b"], numbers=["a"]))
    assert float(last.columns["a"][-1]) == 1234


def test_an_odd_quotation_mark_within_a_cell_is_a_letter(fast: bool, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n1,5" pipe\n2,x\n')
    assert lengths(tmp_path / "t.csv") == [2]
    assert read_table(str(tmp_path / "t.csv"))["b"].to_pylist() == ['5" pipe', "x"]


def test_a_point_is_not_taken_for_decimal_behind_the_rows_that_were_looked_at(fast: bool, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n" + "1;x\n" * 500 + "1.234;x\n")
    with pytest.raises(DataError, match=r"'1.234' in column 'a' may be 1.234 or 1234"):
        lengths(tmp_path / "t.csv")


Truth = Callable[..., Any]


@pytest.mark.parametrize(
    ("on", "off"),
    [
        ("1", "0"), (1, 0), (1.0, 0.0), ("1.0", "0.0"), (True, False), ("yes", "no"), ("Yes", "NO"), ("TRUE", "FALSE"),
        ("ja", "nein"), ("WAHR", "FALSCH"), ("x", ""), ("X", None), ("x", float("nan")), ("y", "n"), ("j", "n"),
        (" ja ", "nein"),
    ],
)  # fmt: skip
def test_spellings_of_labels(on: Any, off: Any) -> None:
    assert truth_of([on, off, on], "y").tolist() == [1, 0, 1]
    assert truth_of([on, on], "y").tolist() == [1, 1]
    if isinstance(off, str) and off:
        assert truth_of([off], "y").tolist() == [0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0, 1, 2], "holds 2 in row 2; only 0 and 1"),
        (["yes", "no", "ja"], "holds 'ja' in row 2"),
        (["1", "0", ""], "holds '' in row 2"),
        (["", ""], "holds '' in row 0"),
        (["ja", "nein", "", None], "holds '' in row 2, and nothing in 2 rows; each row has to say whether"),
        ([1, None], "holds None in row 1"),
        (["gut", "schlecht"], "it holds 'gut', 'schlecht': say which of them mean on with --positive"),
    ],
)
def test_other_values_are_shown(values: list[Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        truth_of(values, "y")


def test_the_caller_says_what_is_on() -> None:
    assert truth_of(["gut", "schlecht", " GUT", None], "y", ["gut"]).tolist() == [1, 0, 1, 0]
    assert truth_of([3, 4.0, "3"], "y", ["3"]).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\nx,1,5,2\ny,2,7,3\n", "line 2 (row 0): has 4 cells, the header has 3.*decimal comma.*--separator"),
        ("a,b\n0,5,1,2\n", "has 4 cells, the header has 2.*write it in quotes"),
        ("a\n7\n1,5\n2,5\n", r"has 2 cells, the header has 1.*--separator ';' --decimal ,$"),
        ("a;b\nx;1,5;\ny;2,5;\n", "has 3 cells, the header has 2.*the last one is empty: end rows without a separator"),
        ("a,b\nx,y,z\n", "has 3 cells, the header has 2; they have to match$"),
        ("a,b\n1,5,\n", "has 3 cells, the header has 2.*in quotes"),
    ],
)
def test_decimal_commas_without_quotes_are_guessed_at(text: str, said: str, tmp_path: Path) -> None:
    """Rows of digits with too many cells; what the error says to do is read."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said.replace("(row 0)", r"\(row 0\)")):
        read_table(str(path))
    if text.startswith("a\n"):
        given = Dialect(separator=";", decimal=",")
        assert read_table(str(path), dialect=given).to_pydict() == {"a": [7, 1.5, 2.5]}
