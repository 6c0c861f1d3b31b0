"""Whole tables, with pyarrow."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tagship_runtime.errors import DataError
from tagship_runtime.features.cells import BLANK
from tagship_runtime.files.pyarrow_import import import_pyarrow
from tagship_runtime.files.sources import (
    SAMPLE,
    check_header,
    check_names,
    existing,
    kind_of,
    one_line,
    open_text,
    read_sample,
)

if TYPE_CHECKING:
    import pyarrow


def read_table(source: str, text: Sequence[str] = ()) -> pyarrow.Table:
    """Read a whole table.

    Args:
        source: As for :func:`tagship_runtime.files.read_batches`, but stdin.
        text: Columns of a CSV file to take as they are spelled, as prediction does with categories; of the others,
            pyarrow infers the type.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
    """
    if source.startswith(SAMPLE):
        return read_sample(source)
    path = existing(source)
    pyarrow = import_pyarrow("csv", "json", "parquet")
    try:
        match kind_of(source):
            case ".parquet":
                check_names(source, pyarrow.parquet.read_schema(path).names)
                table = pyarrow.parquet.read_table(path)
            case ".jsonl":
                table = pyarrow.json.read_json(pyarrow.input_stream(path))
            case _:
                with open_text(source) as lines:
                    check_header(source, next(csv.reader(lines), []))
                kinds = dict.fromkeys(text, pyarrow.string())
                options = pyarrow.csv.ConvertOptions(null_values=sorted(BLANK), column_types=kinds)
                table = pyarrow.csv.read_csv(pyarrow.input_stream(path), convert_options=options)
                for field in table.schema:
                    if pyarrow.types.is_binary(field.type):  # what pyarrow makes of text that is not UTF-8
                        raise DataError(f"{source}: column {field.name!r} holds bytes; save it as text in UTF-8")
        check_names(source, table.column_names)
        return table
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{source} cannot be read as a table: {one_line(error)}") from error
