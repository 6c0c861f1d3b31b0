"""One row has one encoding, whatever way it comes: random tables of every type, through every way in."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagship_runtime.contract import (
    CategoryFeature,
    DateFeature,
    DurationFeature,
    Feature,
    NumericFeature,
    OffsetFeature,
    TextFeature,
)
from tagship_runtime.errors import DataError, InputError
from tagship_runtime.features import Encoder, as_column, cells, encoder
from tagship_runtime.features.tokenizer import tokens
from tagship_runtime.files import read_batches, read_table
from tagship_runtime.files.arrow_columns import arrow_table
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.readers import csv_rows

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
NUMERALS = st.sampled_from(
    [
        *(
            " 7 ",
            "\xa05",
            "1 2",
            "0x1f",
            "1_3",
            "1_000.5",
            "+2",
            "1.",
            ".5",
            "1e3",
            "NaN",
            "-nan",
            "inf",
            "True",
            "FALSE",
        ),
        *("NA", "?", "007", "nan(1)", "1e400", "9007199254740993", "16777217", "\u0661", "null", "0b1", "1e-50"),
        "2020-01-02",
    ]
)
NEIGHBOURS = st.builds(int.__add__, st.sampled_from([2**53, 2**60, 2**63, 2**70]), st.integers(-4, 4))
"""Integers that float64 takes for one another."""
ANYTHING = st.one_of(
    st.none(), st.booleans(), NEIGHBOURS, st.integers(-(2**70), 2**70), st.floats(), st.floats(width=32), TEXT, NUMERALS
)

ARTICLE = st.lists(
    TEXT | NUMERALS | st.sampled_from(["x", "Oil", "\u0130\u00df", "e\u0301", "\u6771\u4eac", "\n"])
).map(" ".join)


@dataclass(frozen=True)
class Type:
    """A type of column: its cells, and what pyarrow and pandas call it; None where they have no name for it."""

    cells: st.SearchStrategy[Any]
    arrow: pa.DataType | None = None
    pandas: str | None = None


def integers(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    edges = (2**24, 2**53, -(2**53), 2**63)
    near = [edge + step for edge in edges for step in (-1, 0, 1) if low <= edge + step <= high]
    return st.one_of(st.integers(low, high), st.sampled_from([low, high, *near]), NEIGHBOURS.filter(high.__ge__))


TYPES = {
    "anything": Type(ANYTHING),
    "text": Type(TEXT | NUMERALS, pa.string(), "string"),
    "article": Type(ARTICLE, pa.string(), "string"),
    "boolean": Type(st.booleans(), pa.bool_(), "boolean"),
    "int8": Type(integers(8, signed=True), pa.int8(), "Int8"),
    "int64": Type(integers(64, signed=True), pa.int64(), "Int64"),
    "uint64": Type(integers(64, signed=False), pa.uint64(), "UInt64"),
    "float32": Type(st.floats(width=32).map(np.float32), pa.float32(), "Float32"),
    "float64": Type(st.floats(), pa.float64(), "Float64"),
    "date": Type(st.dates(), pa.date32(), "object"),
    "timestamp": Type(st.datetimes(), pa.timestamp("us"), "datetime64[us]"),
    "moment": Type(st.datetimes(timezones=st.just(UTC)), pa.timestamp("us", "UTC"), "datetime64[us, UTC]"),
    "duration": Type(st.timedeltas(timedelta(-999), timedelta(999)), pa.duration("us"), "timedelta64[us]"),
}


@dataclass(frozen=True)
class Column:
    """A column with the feature that takes it."""

    type: str
    cells: list[Any]
    feature: Feature

    def spelled(self) -> list[str]:
        """Cells as a CSV has them."""
        return [self._spelling(cell) for cell in self.cells]

    def json(self) -> list[Any]:
        """Cells as JSON has them."""
        return [self._in_json(cell) for cell in self.cells]

    def _in_json(self, cell: Any) -> Any:
        if isinstance(cell, date | timedelta):
            return self._spelling(cell)
        if isinstance(cell, np.floating):
            # An offset is subtracted in float64, where the shortest digits of a float32 are another number.
            return float(cell) if isinstance(self.feature, OffsetFeature) else self._number(cell)
        return cell

    def excel(self) -> list[Any] | None:
        """Cells as a sheet has them, as numbers, texts or truth; None where it cannot hold one as it is."""
        found = self.json()
        return found if all(map(fits_a_sheet, found)) else None

    @staticmethod
    def _number(cell: Any) -> float:
        """The shortest number that is the same float32; its digits are not those of a large whole one."""
        return float(cell) if float(cell).is_integer() else float(str(cell))

    def _spelling(self, cell: Any) -> str:
        if isinstance(cell, date | timedelta):
            return str(cell)
        if isinstance(cell, np.floating) and isinstance(self.feature, OffsetFeature):
            return str(float(cell))
        if isinstance(cell, float | np.floating) and isinstance(self.feature, NumericFeature):
            return str(cell)
        return cells.word(cell)


def fits_a_sheet(cell: Any) -> bool:
    """Whether a sheet gives a cell back: numbers are float64, of which openpyxl writes 16 digits; empty is missing."""
    match cell:
        case None | bool():
            return True
        case int() | float():
            return math.isfinite(cell) and float(f"{cell:.16g}") == cell
        case _:
            return bool(cell) and all(character in "\t\n" or character.isprintable() for character in cell)


def write_sheet(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    import openpyxl

    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # also what begins with =
    workbook.save(path)


@st.composite
def tables(draw: st.DrawFn) -> list[Column]:
    rows = draw(st.integers(1, 5))
    columns = []
    for name in "ab"[: draw(st.integers(1, 2))]:
        kind = draw(st.sampled_from(sorted(TYPES)))
        missing = draw(st.booleans())
        cell = st.none() | TYPES[kind].cells if missing else TYPES[kind].cells
        values = draw(st.lists(cell, min_size=rows, max_size=rows))
        fit = (
            texts(name, values) if kind == "article" else times(name, kind) if kind in TIMES else features(name, values)
        )
        columns.append(Column(kind, values, draw(fit)))
    return columns


TIMES = ("date", "timestamp", "moment", "duration")


@st.composite
def times(draw: st.DrawFn, name: str, kind: str) -> Feature:
    indicator = draw(st.booleans())
    if kind == "duration":
        return DurationFeature(name=name, fill=draw(st.sampled_from([None, 7.5])), indicator=indicator)
    fill = draw(st.sampled_from([None, "2024-02-29", "1969-12-31T23:59:59.999"]))
    parts = draw(st.sampled_from([(), ("month",), ("weekday", "month")]))
    return DateFeature(name=name, since="2024-06-15", fill=fill, indicator=indicator, parts=parts)


@st.composite
def texts(draw: st.DrawFn, name: str, values: list[Any]) -> TextFeature:
    """A feature that knows some of the texts' words; a number in a cell is no text, and so has no column here."""
    words = sorted({word for value in values for word in tokens(value or "")} | {"x"})
    known = draw(st.lists(st.sampled_from(words), unique=True, min_size=1))
    return TextFeature(name=name, vocabulary=tuple(known))


@st.composite
def features(draw: st.DrawFn, name: str, values: list[Any]) -> Feature:
    if draw(st.booleans()):
        words = sorted({cells.word(value) for value in values} | {"x"})
        known = draw(st.lists(st.sampled_from(words), unique=True, min_size=1))
        return CategoryFeature(name=name, values=tuple(known))
    fill = draw(st.sampled_from([None, -7.0]))
    indicator = fill is not None and draw(st.booleans())
    offset = draw(st.sampled_from([None, 2.0**40, 0.1]))
    if offset is not None:
        return OffsetFeature(name=name, fill=fill, indicator=indicator, offset=offset)
    return NumericFeature(name=name, fill=fill, indicator=indicator)


def rows_of(columns: list[Column]) -> list[dict[str, Any]]:
    names = [column.feature.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(column.cells for column in columns), strict=True)]


def arrow_of(columns: list[Column]) -> pa.Table:
    return pa.table({column.feature.name: pa.array(column.cells, TYPES[column.type].arrow) for column in columns})


def polars_of(columns: list[Column], text: Any = pl.String) -> pl.DataFrame:
    kinds = {
        "text": text,
        "article": text,
        "boolean": pl.Boolean,
        "int8": pl.Int8,
        "int64": pl.Int64,
        "uint64": pl.UInt64,
        "float32": pl.Float32,
        "float64": pl.Float64,
        "date": pl.Date,
        "timestamp": pl.Datetime("us"),
        "moment": pl.Datetime("us", "UTC"),
        "duration": pl.Duration("us"),
    }
    return pl.DataFrame(
        {
            column.feature.name: pl.Series(
                [float(cell) if isinstance(cell, np.floating) else cell for cell in column.cells],
                dtype=kinds[column.type],
            )
            for column in columns
        }
    )


def pandas_of(columns: list[Column]) -> pd.DataFrame:
    return pd.DataFrame({column.feature.name: pandas_array(column) for column in columns})


def pandas_array(column: Column) -> Any:
    name = TYPES[column.type].pandas or ""
    if "int" not in column.type:
        return pd.array(column.cells, dtype=name)
    missing = np.array([cell is None for cell in column.cells])  # pandas makes floats of some integers on their way in
    return pd.arrays.IntegerArray(np.array([cell or 0 for cell in column.cells], name.lower()), missing)


IN_MEMORY: Mapping[str, Callable[[list[Column]], Any]] = {
    "rows by name": rows_of,
    "rows in order": lambda columns: [list(row.values()) for row in rows_of(columns)],
    "columns by name": lambda columns: {column.feature.name: column.cells for column in columns},
    "pandas objects": lambda columns: pd.DataFrame(
        {column.feature.name: pd.Series(column.cells, dtype=object) for column in columns}
    ),
    "pandas rows": lambda columns: [
        row
        for _, row in pd.DataFrame(
            {column.feature.name: pd.Series(column.cells, dtype=object) for column in columns}
        ).iterrows()
    ],
    "written for a run": lambda columns: arrow_table(
        {column.feature.name: as_column(column.cells) for column in columns}
    ),
}

WITH_TYPES: Mapping[str, Callable[[list[Column]], Any]] = {
    "pandas": pandas_of,
    "pandas categories": lambda columns: pandas_of(columns).apply(pd.Categorical),
    "polars": polars_of,
    "polars categories": lambda columns: polars_of(columns, pl.Categorical),
    "pyarrow": arrow_of,
    "pyarrow in pieces": lambda columns: pa.concat_tables(
        [arrow_of(columns).slice(row, 1) for row in range(len(columns[0].cells))]
    ),
    "pyarrow dictionaries": lambda columns: pa.table(
        [chunks.dictionary_encode() for chunks in arrow_of(columns)], names=arrow_of(columns).column_names
    ),
    "pyarrow from polars": lambda columns: polars_of(columns, pl.Categorical).to_arrow(),
    "pyarrow from pandas": lambda columns: pa.Table.from_pandas(pandas_of(columns)),
}


def files(columns: list[Column], folder: Path) -> Iterator[tuple[str, Path]]:
    names = [column.feature.name for column in columns]
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows(zip(*(column.spelled() for column in columns), strict=True))
    yield "CSV", path
    path = folder / "rows.jsonl"
    lines = zip(*(column.json() for column in columns), strict=True)
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in lines), encoding="utf-8")
    yield "JSON Lines", path
    if (cells := [column.excel() for column in columns]) and all(cell is not None for cell in cells):
        path = folder / "rows.xlsx"
        sheet = zip(range(len(columns[0].cells)), *cells, strict=True)  # a row without any cell is none
        write_sheet(path, [["row", *names], *sheet])
        yield "Excel", path
    if all(TYPES[column.type].arrow for column in columns):
        path = folder / "rows.parquet"
        pyarrow.parquet.write_table(arrow_of(columns), path)
        yield "Parquet", path


def predicted(path: Path, encode: Encoder) -> Any:
    names = encode.columns or ()
    reading = Reading(rows=2, columns=names, numbers=[name for name in names if name not in encode.textual])
    parts = [encode.encode(encode.select(batch.columns, ())) for batch in read_batches(str(path), reading)]
    return np.concatenate(parts)


def trained(path: Path, encode: Encoder) -> Any:
    table = read_table(str(path), encode.textual)
    data = Dataset(table=table, targets=None, labels=())
    return encode.encode(data.take(np.arange(len(data))).table)


def _encoded(encode: Encoder, make: Callable[[list[Column]], Any], columns: list[Column]) -> Any:
    return encode.encode(make(columns))


def outcome(call: Callable[[], Any]) -> bytes | None:
    """The matrix's bytes, of which zero has one sign; None where the rows are refused."""
    try:
        matrix = call()
    except (InputError, DataError):
        return None
    assert matrix.dtype == np.float32
    found: bytes = (matrix + np.float32(0)).tobytes()
    return found


def ways(columns: list[Column], folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    made = tuple(column.feature for column in columns)
    encode = encoder(made, (None, sum(feature.width for feature in made)))
    typed = all(TYPES[column.type].arrow for column in columns)
    for name, make in {**IN_MEMORY, **(WITH_TYPES if typed else {})}.items():
        yield name, partial(_encoded, encode, make, columns)
    for name, path in files(columns, folder):
        yield f"{name}, predict", partial(predicted, path, encode)
        yield f"{name}, train", partial(trained, path, encode)


def check(columns: list[Column]) -> None:
    made = tuple(column.feature for column in columns)
    encode = encoder(made, (None, sum(feature.width for feature in made)))
    alone = [outcome(partial(encode.encode, [row])) for row in rows_of(columns)]
    want = None if None in alone else b"".join(row for row in alone if row is not None)
    with tempfile.TemporaryDirectory() as folder:
        for name, way in ways(columns, Path(folder)):
            assert outcome(way) == want, name


def column(kind: str, values: list[Any], feature: Feature | None = None) -> list[Column]:
    return [Column(kind, values, feature or NumericFeature(name="a", fill=0.0))]


def word(*values: str) -> CategoryFeature:
    return CategoryFeature(name="a", values=values)


def article(*words: str) -> TextFeature:
    return TextFeature(name="a", vocabulary=words)


@settings(max_examples=150)
@example(column("uint64", [2**54 + 2**30 + 1]))
@example(column("anything", [-1, 2**63 + 1], word("-1", str(2**63 + 1))))
@example(column("int64", [2**53 - 1, 2**53 - 2], OffsetFeature(name="a", offset=2.0**53 - 3)))
@example(column("int64", [2**60 + 1, 2**60 + 2], OffsetFeature(name="a", offset=2.0**40)))
@example(column("text", ["0x1f"]))
@example(column("text", ["1_3", " 7 "]))
@example(column("text", ["a\nb", 'c"d', "e\r\nf", ""], word("a\nb", 'c"d', "e\r\nf")))
@example(
    column("article", ["NA", None, "null nan", "", "7", 'a\nb, "c" d'], article("na", "null", "nan", "7", "b", "c"))
)
@example(column("float32", [np.float32(0.7011719)], OffsetFeature(name="a", offset=0.1)))
@example(column("int64", [2**53 + 1, None, 7], word(str(2**53 + 1), "7")))
@example(column("float64", [math.nan, None, 1e22], word("", "10000000000000000000000")))
@given(tables())
def test_every_way_gives_one_matrix(columns: list[Column]) -> None:
    check(columns)


@settings(max_examples=60)
@example(column("text", ["nan(1)"]))
@given(tables())
def test_every_way_gives_one_matrix_by_the_fast_reader(columns: list[Column]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "LARGE", 0)
        check(columns)


@pytest.mark.slow
@settings(max_examples=5000)
@given(tables())
def test_every_way_gives_one_matrix_many_times(columns: list[Column]) -> None:
    check(columns)
