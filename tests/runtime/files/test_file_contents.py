"""Files that are another kind of table than their names say, or none, are told in one line."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime.errors import DataError
from tagship_runtime.files import Dialect, check_header, read_batches, read_table

TEXT = "a;b\n1,5;0\n2,5;1\n"
OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)


def bytes_of(folder: Path, name: str) -> bytes:
    """Return a file's content by its name."""
    path = folder / name
    match name:
        case "workbook":
            openpyxl.Workbook().save(path)
        case "parquet":
            pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
        case "open" | "binary":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("content.xml" if name == "open" else "xl/workbook.bin", "")
        case _:
            path.write_bytes(
                {
                    "old": OLE,
                    "password": OLE + "EncryptedPackage".encode("utf-16-le"),
                    "gzip": gzip.compress(TEXT.encode()),
                    "page": b" <!DOCTYPE html><table>",
                    "text": TEXT.encode(),
                    "nothing": b"",
                    "pdf": b"%PDF-1.7",
                }[name]
            )
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("workbook", "t.csv", "is an Excel workbook; rename it to end in .xlsx"),
        ("workbook", "t.jsonl", "is an Excel workbook; rename"),
        ("workbook", "t.xls", "is an Excel workbook; rename"),
        ("text", "t.xlsx", "is text; rename it to end in .csv"),
        ("text", "t.parquet", "is text; rename it to end in .csv"),
        ("old", "t.xls", "is a workbook of Excel before 2007, .xls; open it in Excel or LibreOffice and save it as"),
        ("old", "t.xlsx", "is a workbook of Excel before 2007"),
        ("old", "t.csv", "is a workbook of Excel before 2007"),
        ("password", "t.xlsx", "is a workbook with a password; save it without one"),
        ("open", "t.ods", "is an OpenDocument file, as LibreOffice saves it; open it in Excel or LibreOffice"),
        ("open", "t.xlsx", "is an OpenDocument file"),
        ("binary", "t.xlsb", "is a binary Excel workbook, .xlsb; open it"),
        ("page", "t.xls", "is a web page or XML, which some programs call .xls; open it"),
        ("page", "t.csv", "is a web page"),
        ("parquet", "t.csv", "is a Parquet file; rename it to end in .parquet"),
        ("gzip", "t.csv", "is compressed by gzip; rename it to end in .gz behind its kind, such as .csv.gz"),
        ("pdf", "t.pdf", "is a PDF; save the table that it shows as"),
        ("nothing", "t.xlsx", "is empty; a header row and rows of values are needed"),
        ("nothing", "t.csv", "is empty; a header row and rows of values are needed"),
        ("text", "t.ods", "do not know this kind of table"),
    ],
)
def test_what_arrived_and_what_to_do(content: str, name: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(bytes_of(tmp_path, content))
    for read in (read_table, lambda source: list(read_batches(source))):
        with pytest.raises(DataError) as caught:
            read(str(path))
        assert said in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "T.CSV.GZ"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-32-le", "utf-32-be"])
def test_text_in_any_width(name: str, encoding: str, tmp_path: Path) -> None:
    data = TEXT.replace("a;", "größe;").encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.lower().endswith(".gz") else data)
    source = str(tmp_path / name)
    assert read_table(source).to_pydict() == {"größe": [1.5, 2.5], "b": [0, 1]}
    assert check_header(source) == ["größe", "b"]


def test_sheets_of_charts_are_no_tables(tmp_path: Path) -> None:
    book, source = openpyxl.Workbook(), str(tmp_path / "t.xlsx")
    book.create_chartsheet("Chart", 0)
    for row in (["a"], [1], [2]):
        book.worksheets[0].append(row)
    book.save(source)
    assert read_table(source).to_pydict() == {"a": [1, 2]}
    with pytest.raises(DataError, match="'Chart' is no sheet of cells, but a chart or a macro; it has 'Sheet'"):
        read_table(source, dialect=Dialect(sheet="Chart"))
    with pytest.raises(DataError, match="has no sheet 'x'; it has 'Sheet'"):
        read_table(source, dialect=Dialect(sheet="x"))


def test_a_sheet_without_a_cell(tmp_path: Path) -> None:
    book, source = openpyxl.Workbook(), str(tmp_path / "t.xlsx")
    book.save(source)
    with pytest.raises(DataError, match="sheet 'Sheet' is empty; a header row and rows of values are needed, and --sh"):
        read_table(source)
