"""Cells of a workbook that are no values: errors of formulas, and formulas that nothing has computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tagship_runtime.errors import DataError
from tagship_runtime.files import read_batches, read_table
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.headers import check_header
from tagship_runtime.files.readers import excel, excel_errors
from tagship_runtime.files.readers.excel_errors import find_unread
from tagship_runtime.files.spelling.label_spellings import truth_of

ERRORS = ("#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#N/A")
ROWS: list[list[Any]] = [["size", "kind", "big"], *([n / 2, "abc"[n % 3], "x" if n % 2 else None] for n in range(9))]


def write(path: Path, cells: dict[str, Any]) -> Path:
    """Write a table whose first cell is B3, with other cells in some places."""
    book = openpyxl.Workbook()
    for row, line in enumerate(ROWS, 3):
        for column, cell in enumerate(line, 2):
            book.worksheets[0].cell(row, column, cell)
    for place, cell in cells.items():
        book.worksheets[0][place] = cell
    book.save(path)
    return path


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Change the XML of a workbook's sheet, as another program would write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return path


def as_number(cell: Any) -> Any:
    """Return a number, which a workbook spells otherwise; an error stays a text, and what is missing is None."""
    return None if cell in (None, "", "#N/A") else cell if str(cell).startswith("#") else float(cell)


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_the_text_that_it_is_in_a_text_table(error: str, tmp_path: Path) -> None:
    book = write(tmp_path / "t.xlsx", {"B5": error, "C6": error, "D8": error})
    lines = [["" if cell is None else str(cell) for cell in row] for row in ROWS]
    lines[2][0] = lines[3][1] = lines[5][2] = error
    (tmp_path / "t.csv").write_text("".join(",".join(line) + "\n" for line in lines))
    for words in ([], ["size", "kind", "big"]):
        got, want = (read_table(str(path), words).to_pydict() for path in (book, tmp_path / "t.csv"))
        assert got["kind"] == want["kind"]
        assert [cell or "" for cell in got["big"]] == want["big"]
        assert [as_number(cell) for cell in got["size"]] == [as_number(cell) for cell in want["size"]]
    (batch,) = read_batches(str(book), Reading(rows=100, columns=["size", "kind"], numbers=["size"]))
    assert batch.columns["size"][1] == ("" if error == "#N/A" else error)
    assert batch.columns["size"][2:4] == [1, 1.5]
    assert batch.columns["kind"][2] == error
    with pytest.raises(DataError, match=re.escape(f"{error!r} in row 4")):
        truth_of(read_table(str(book), ["big"])["big"].to_pylist(), "big")


@pytest.mark.parametrize("error", ["#REF!", "#BEZUG!", "#name?"])
def test_an_error_is_no_label_that_is_off(error: str) -> None:
    with pytest.raises(DataError, match=f"holds '{re.escape(error)}' in row 1, the error of a formula"):
        truth_of(["good", error, "bad"], "fine", ["good"])
    assert truth_of(["good", "#N", "bad!"], "fine", ["good"]).tolist() == [1, 0, 0]


@pytest.mark.parametrize("column", ["B", "C", "D"])
def test_a_formula_without_a_value_is_refused_by_its_cell(column: str, tmp_path: Path) -> None:
    book = str(write(tmp_path / "t.xlsx", {f"{column}6": "=1+1", f"{column}8": "=2+2"}))
    said = rf"sheet 'Sheet': the formula in cell {column}6 has no value in the file \(2 such cells.*open the workbook"
    for read in (read_table, check_header):
        with pytest.raises(DataError, match=said):
            read(book)
    wanted = ["size", "kind"]
    reading = Reading(rows=100, columns=wanted, numbers=["size"])
    if column == "D":  # which prediction does not ask for
        (batch,) = read_batches(book, reading)
        assert batch.columns["size"] == [number / 2 for number in range(9)]
    else:
        with pytest.raises(DataError, match=said):
            list(read_batches(book, reading))


@pytest.mark.parametrize("place", ["B3", "B13", "G5"])
def test_a_formula_in_the_header_or_beside_the_table_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"the formula in cell {place} has no value"):
        read_table(str(write(tmp_path / "t.xlsx", {place: "=SUM(B4:B5)"})))


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        (b'<c r="B5"><f>B4+1</f><v>7.5</v></c>', 7.5),
        (b"<c r='B5' s='0'><f t='shared' si='0'/>\n<v>7.5</v></c>", 7.5),
        (b'<c r="B5" t="str"><f>""</f><v></v></c>', None),
        (b'<c r="B5" t="str"><f>""</f><v/></c>', None),
        (b'<c s="0" t="e" r="B5"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b"<c r='B5' t='e'><v>#DIV/0!</v></c>", "#DIV/0!"),
        (b'<c r="B5"><f aca="false">B4+1</f></c>', "B5"),
        (b'<c r="B5"><f>B4+1</f><v/></c>', "B5"),
    ],
)
@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize("part", [64, 1 << 20])
def test_cells_as_other_programs_write_them(
    stored: bytes, value: Any, prefix: bool, part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored value counts, also of a formula; one that gives the empty text has stored that."""
    monkeypatch.setattr(excel_errors, "PART", part)

    def change(data: bytes) -> bytes:
        data = re.sub(rb'<c r="B5"[^>]*>.*?</c>', lambda _: stored, data)
        if prefix:
            data = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data).replace(b"xmlns=", b"xmlns:x=")
        return data

    book = rewrite(write(tmp_path / "t.xlsx", {}), change)
    if value == "B5":
        with pytest.raises(DataError, match="the formula in cell B5 has no value in the file, as"):
            read_table(str(book))
        return
    (batch,) = read_batches(str(book), Reading(rows=100))
    assert batch.columns["size"] == [0, value, *(number / 2 for number in range(2, 9))]


def test_an_error_without_an_address_is_refused(tmp_path: Path) -> None:
    book = rewrite(write(tmp_path / "t.xlsx", {"B5": "#REF!"}), lambda data: re.sub(rb' r="B5"', b"", data))
    with pytest.raises(DataError, match=r"#REF! stands in a cell without an address; open the workbook"):
        read_table(str(book))


def test_the_sheet_that_is_read_is_looked_at(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", "=1+1"])
    book.create_sheet("zwei").append(["#REF!"])
    book.save(tmp_path / "t.xlsx")
    assert find_unread(tmp_path / "t.xlsx", "Sheet").formulas == {1: ["B1"]}
    assert find_unread(tmp_path / "t.xlsx", "Sheet").errors == {}
    assert find_unread(tmp_path / "t.xlsx", "zwei").errors == {0: {0: "#REF!"}}


def test_hidden_rows_and_columns_are_read_as_others(tmp_path: Path) -> None:
    """As docs/tables.md says."""
    book = openpyxl.Workbook()
    for row in (("a", "b"), (1, 2), (3, 4)):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["B"].hidden = True
    book.save(tmp_path / "t.xlsx")
    assert read_table(str(tmp_path / "t.xlsx")).to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["old"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("zwei").append(["new"])
    path = str(tmp_path / "t.xlsx")
    book.save(path)
    notes: list[str] = []
    assert read_table(path, note=notes.append).column_names == ["new"]
    assert notes == [f"{path}: sheet 'zwei', the first of 2, 1 of which is hidden; --sheet names another"]


def test_whole_numbers_are_spelled_without_a_fraction(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["nr", "mm"], [4711, 2.5], [4712.0, 3], [2.0**60, -0.0]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    (batch,) = read_batches(str(tmp_path / "t.xlsx"))
    assert list(map(str, batch.columns["nr"])) == ["4711", "4712", "1.152921504606847e+18"]
    assert list(map(str, batch.columns["mm"])) == ["2.5", "3", "0"]


def test_merged_cells_are_told(tmp_path: Path) -> None:
    """Only the first of them has a value."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["hall", "x", "y"], ["A", 1, 2], [None, 3, 4], ["B", 5, 6], [None, 7, 8]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    notes: list[str] = []
    assert read_table(str(tmp_path / "t.xlsx"), note=notes.append)["hall"].to_pylist() == ["A", None, "B", None]
    assert notes == []
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A4:A5")
    book.save(tmp_path / "t.xlsx")
    read_table(str(tmp_path / "t.xlsx"), note=notes.append)
    assert notes == [
        f"{tmp_path / 't.xlsx'}, sheet 'Sheet': cells A2:A3 are merged, as 1 more ranges are, and all but the first are"
        " read as blank; unmerge them and fill in what they show"
    ]


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_names_of_columns(column: int, name: str) -> None:
    assert excel._letters(column) == name
