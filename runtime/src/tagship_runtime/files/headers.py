"""Names of a table's columns, read without the rest, so that a wrong file is told before anything slow begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tagship_runtime.files.open_table import SAMPLE, check_names, existing, kind_of, read_sample
from tagship_runtime.files.pyarrow_import import import_pyarrow
from tagship_runtime.files.readers import csv_rows, excel, json_lines, npz
from tagship_runtime.files.readers.batch import Reading
from tagship_runtime.files.spelling.dialect import Dialect


def check_header(source: str, dialect: Dialect | None = None) -> list[str]:
    """Return the names of a table's columns; of arrays without names, none.

    Raises:
        MissingFileError: No such file.
        DataError: It is no table, or two of its columns have one name.
    """
    if source.startswith(SAMPLE):
        return list(read_sample(source).column_names)
    return LOOKS[kind_of(source)](source, Reading(rows=1, dialect=dialect or Dialect()))


def _of_json(source: str, reading: Reading) -> list[str]:
    batch = next(json_lines.read(source, replace(reading, rows=100)), None)
    return [] if batch is None else list(batch.columns)


def _of_parquet(source: str, reading: Reading) -> list[str]:
    pyarrow = import_pyarrow("parquet")
    try:
        names = list(pyarrow.parquet.read_schema(existing(source)).names)
    except (pyarrow.ArrowException, OSError):
        return []  # whoever reads it says what is wrong
    check_names(source, names)
    return names


def _of_npz(source: str, reading: Reading) -> list[str]:
    return list(next(npz.read(source, reading)).columns)


LOOKS: Mapping[str, Callable[[str, Reading], list[str]]] = {
    ".csv": lambda source, reading: csv_rows.look(source, reading)[0],
    ".jsonl": _of_json,
    ".parquet": _of_parquet,
    ".xlsx": excel.look,
    ".npz": _of_npz,
}
