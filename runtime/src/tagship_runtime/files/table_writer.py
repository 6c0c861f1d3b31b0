"""Predictions as a table: a row of columns is written as it comes; a table maps kinds of file to writers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from tagship_runtime.errors import DataError, UsageError
from tagship_runtime.files.atomic_write import replacing
from tagship_runtime.files.formulas import neutral
from tagship_runtime.files.open_table import one_line, suffix_of
from tagship_runtime.files.prefetch import deferred
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.terminal.json import without_nan

Columns = Mapping[str, Any]
"""By name, of equal length: bool and float32 arrays, names, lists of tuples of names, and columns that pass through."""


class Names(list[str]):
    """A column of labels' names, one in each row."""


Write = Callable[[Columns], None]


@contextmanager
def open_writer(path: str | None, kind: str | None = None) -> Iterator[Write]:
    """Yield the call that writes columns to a file, which appears when the block ends, or to stdout.

    Args:
        path: The file; None for stdout.
        kind: One of ``WRITERS``; default: what the file's name says, CSV for stdout.

    Raises:
        UsageError: The name says nothing that is known.
        OutputError: The file cannot be written.
    """
    kind = kind or (".csv" if path is None else suffix_of(path))
    if kind is None:
        raise UsageError(f"--out is {path}; a name that ends in .csv, .jsonl (both also .gz) or .parquet is needed")
    if kind == ".parquet":
        if path is None:
            raise UsageError("Parquet cannot be written to stdout; name a file with --out")
        import_pyarrow("parquet")  # before anything is opened
        with replacing(path) as temporary, _parquet(temporary) as write:
            yield write
    elif path is None:
        yield TEXT_WRITERS[kind](sys.stdout)
    else:
        with replacing(path) as temporary, _text(temporary, packed=path.endswith(".gz")) as stream:
            yield TEXT_WRITERS[kind](stream)


@contextmanager
def _text(path: Path, packed: bool) -> Iterator[IO[str]]:
    if not packed:
        with path.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as zipped,  # no name and no time: the same bytes
        io.TextIOWrapper(zipped, encoding="utf-8", newline="") as stream,
    ):
        yield stream


def _csv(stream: IO[str]) -> Write:
    writer = csv.writer(stream, lineterminator="\n")
    started = False

    def write(columns: Columns) -> None:
        nonlocal started
        if not started:
            writer.writerow([neutral(name) if _is_ours(values) else name for name, values in columns.items()])
            started = True
        writer.writerows(zip(*(_csv_cells(values) for values in columns.values()), strict=True))

    return write


def _json(stream: IO[str]) -> Write:
    def write(columns: Columns) -> None:
        names = list(columns)
        for row in zip(*(_json_cells(values) for values in columns.values()), strict=True):
            stream.write(_json_line(dict(zip(names, row, strict=True))) + "\n")

    return write


def _json_line(row: Mapping[str, Any]) -> str:
    """Return a row as a line, with null for NaN in a column that passes through; JSON has no word for it."""
    try:
        return json.dumps(row, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(without_nan(row), ensure_ascii=False, default=str, allow_nan=False)


TEXT_WRITERS: Mapping[str, Callable[[IO[str]], Write]] = {".csv": _csv, ".jsonl": _json}


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    pyarrow = import_pyarrow("parquet")
    writer: Any = None

    def write(columns: Columns) -> None:
        nonlocal writer
        try:
            types = {} if writer is None else {field.name: field.type for field in writer.schema}
            arrays = {name: _arrow(pyarrow, name, values, types.get(name)) for name, values in columns.items()}
            batch = pyarrow.RecordBatch.from_pydict(arrays)
            if writer is None:
                writer = pyarrow.parquet.ParquetWriter(file, batch.schema)
            writer.write_batch(batch)
        except pyarrow.ArrowException as error:
            raise DataError(f"this cannot be written as Parquet: {one_line(error)}; {_INSTEAD}") from error

    with arrow_file(path, "w") as file:
        try:
            with deferred(write) as later:
                yield later
        finally:
            if writer is not None:
                writer.close()


def _csv_cells(values: Any) -> Sequence[Any]:
    if isinstance(values, np.ndarray):
        return values.astype(np.uint8).tolist() if _is_decisions(values) else [_decimal(v) for v in values]
    if isinstance(values, Names):
        return [neutral(name) for name in values]
    cells = _plain(values)
    return [neutral(";".join(cell)) if isinstance(cell, tuple) else cell for cell in cells]


def _is_ours(values: Any) -> bool:
    """Tell decisions and scores, whose columns are named after labels, from columns that pass through."""
    return isinstance(values, np.ndarray)


def _is_decisions(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == np.bool_


def _json_cells(values: Any) -> Sequence[Any]:
    if isinstance(values, np.ndarray):
        return values.tolist() if values.dtype == np.bool_ else [float(_decimal(v)) for v in values]
    return _plain(values)


def _plain(values: Any) -> Sequence[Any]:
    if not hasattr(values, "to_pylist"):
        return cast(Sequence[Any], values)
    if str(values.type) == "time64[ns]":  # Python's times would drop the nanoseconds, and say nothing
        return _spelled(values)
    try:
        return cast(Sequence[Any], values.to_pylist())
    except (ValueError, OverflowError):  # Python has no nanoseconds, and no years after 9999
        return _spelled(values)


def _spelled(values: Any) -> Sequence[Any]:
    """Return a pyarrow column as text; durations, for which it has no spelling, in their unit."""
    pyarrow = import_pyarrow()
    try:
        duration = pyarrow.types.is_duration(values.type)
        return cast(Sequence[Any], values.cast(pyarrow.int64() if duration else pyarrow.string()).to_pylist())
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise DataError(
            f"a column of {values.type} cannot be written as text: {one_line(error)}; write .parquet instead"
        ) from error


_INSTEAD = "write .jsonl or .csv instead, or make the column of one type first"


def _arrow(pyarrow: Any, name: str, values: Any, wanted: Any = None) -> Any:
    """Return a column for a file whose columns have the types of its first rows."""
    if isinstance(values, list) and values and isinstance(values[0], tuple):
        return pyarrow.array(values, pyarrow.list_(pyarrow.string()))
    try:
        array = pyarrow.array(values)
    except (pyarrow.ArrowException, OverflowError) as error:
        raise DataError(f"column {name!r} holds what is of no one type: {one_line(error)}; {_INSTEAD}") from error
    if wanted is None or array.type == wanted:
        return array
    kinds = pyarrow.types
    if kinds.is_null(array.type) or (kinds.is_integer(array.type) and kinds.is_floating(wanted)):
        return array.cast(wanted)
    raise DataError(
        f"column {name!r} holds {array.type} after {wanted}, and a column of a Parquet file has one type; {_INSTEAD}"
    )


def _decimal(score: Any) -> str:
    """Return the shortest decimal that is the same float32."""
    return np.format_float_positional(score, unique=True, trim="0")
