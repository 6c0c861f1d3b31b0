"""Whole tables, with pyarrow."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import as_column
from tagship_runtime.features.cells import word
from tagship_runtime.files.arrow_columns import (
    arrow_table,
    with_first_strangers,
    with_signs,
)
from tagship_runtime.files.duration_columns import Durations
from tagship_runtime.files.open_table import (
    SAMPLE,
    check_names,
    existing,
    kind_of,
    one_line,
    read_sample,
)
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.readers import csv_rows, excel, json_lines
from tagship_runtime.files.readers.batch import BATCH_ROWS, Batch, Reading
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.files.spelling.numerals import POINT, Numerals
from tagship_runtime.files.typed_texts import typed_cells, typed_columns, typed_table, without_words

if TYPE_CHECKING:
    import pyarrow


def read_table(
    source: str,
    text: Sequence[str] = (),
    *,
    dialect: Dialect | None = None,
    signs: Mapping[str, str] | None = None,
    durations: Sequence[str] = (),
    note: Callable[[str], None] | None = None,
) -> pyarrow.Table:
    """Read a whole table; a cell means what prediction takes it for, which reads files by the same code.

    Args:
        source: As for :func:`tagship_runtime.files.read_batches`, but stdin.
        text: Columns of a CSV file to take as they are spelled, as prediction does with categories; another holds
            numbers if each of its cells is one or missing.
        dialect: How the table is spelled, as far as that is given.
        signs: Percent sign or currency of training's cells, by the column's name.
        durations: Columns that hold durations, for which a workbook's plain numbers are not taken.
        note: Told what was found by looking.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
    """
    if source.startswith(SAMPLE):
        return read_sample(source)
    kind = kind_of(source)
    if kind not in READERS:
        raise DataError(f"{source} holds arrays; a table is needed here")
    pyarrow = import_pyarrow()
    given = dialect or Dialect()
    reading = Reading(rows=BATCH_ROWS, signs=signs or {}, durations=durations, dialect=given, note=note)
    try:
        table = READERS[kind](source, text, reading)
        check_names(source, table.column_names)
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{source} cannot be read as a table: {one_line(error)}") from error
    Durations(source, durations, note).look(dict(zip(table.column_names, table.columns, strict=True)))
    return table


def _batches(source: str, batches: Iterator[Batch]) -> list[Batch]:
    """Return all of a file, or say that it is no table."""
    try:
        return list(batches)
    except DataError as error:
        reason = str(error).removeprefix(source).lstrip(", ")
        reason = f"it {reason}" if reason.startswith("is ") else reason
        raise DataError(f"{source} cannot be read as a table: {reason}") from error


def _read_parquet(source: str, text: Sequence[str], reading: Reading) -> pyarrow.Table:
    pyarrow = import_pyarrow("parquet")
    with arrow_file(existing(source)) as file:
        check_names(source, pyarrow.parquet.read_schema(file).names)
        file.seek(0)
        return typed_table(pyarrow.parquet.read_table(file), text, reading.numerals(source, POINT))


def _read_json(source: str, text: Sequence[str], reading: Reading) -> pyarrow.Table:
    quiet = replace(reading, rows=sys.maxsize, signs={}, note=None)
    batches = _batches(source, json_lines.read(source, quiet))
    if not batches:
        raise DataError(f"{source} cannot be read as a table: it is empty; a row on each line is needed")
    (batch,) = batches
    numerals = reading.numerals(source, POINT)
    spelled = _rewritten(batch.columns, text, numerals)
    numerals.tell_doubt()
    columns = {name: as_column(cells, name) for name, cells in spelled.items()}
    return with_first_strangers(typed_cells(arrow_table(columns), text, numerals), columns)


def _rewritten(columns: Mapping[str, Any], text: Sequence[str], numerals: Numerals) -> dict[str, Any]:
    """Return columns, with numbers among the texts of those that hold them as Python spells them."""
    wanted = {name: cells for name, cells in columns.items() if name not in text}
    return {**columns, **numerals.rewrite(wanted, known=False)}


def _read_csv(source: str, text: Sequence[str], reading: Reading) -> pyarrow.Table:
    pyarrow = import_pyarrow("csv")
    names, form = csv_rows.look(source, reading)
    quiet = replace(reading, columns=names, numbers=(), signs={}, note=None)
    batches = _batches(source, csv_rows.read(source, quiet))
    string = pyarrow.string()
    parts: dict[str, list[Any]] = {name: [] for name in names}
    for batch in batches:
        for name in names:
            cells = batch.columns[name]
            parts[name].append(cells if isinstance(cells, pyarrow.Array) else pyarrow.array(cells, string))
    columns = {name: pyarrow.chunked_array(chunks, string) for name, chunks in parts.items()}
    typed_table = pyarrow.table(typed_columns(columns, text, form.numerals))
    return with_signs(typed_table, form.numerals.signs.found)


def _read_excel(source: str, text: Sequence[str], reading: Reading) -> pyarrow.Table:
    pyarrow = import_pyarrow()
    batches = _batches(source, excel.read(source, reading))
    columns = {name: [cell for batch in batches for cell in batch.columns[name]] for name in batches[0].columns}
    numerals = reading.numerals(source)
    spelled = pyarrow.table(
        {
            name: pyarrow.array([None if cell is None else word(cell) for cell in cells], "string")
            for name, cells in _rewritten(columns, text, numerals).items()
        }
    )
    found = typed_cells(spelled, text, numerals)
    for place, name in enumerate(found.column_names):
        column = without_words(found[name], spelled[name], numerals)
        found = found.set_column(place, found.field(name).with_type(column.type), column)
    return found


READERS: Mapping[str, Callable[[str, Sequence[str], Reading], pyarrow.Table]] = {
    ".csv": _read_csv,
    ".jsonl": _read_json,
    ".parquet": _read_parquet,
    ".xlsx": _read_excel,
}
