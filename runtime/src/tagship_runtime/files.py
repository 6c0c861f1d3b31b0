"""Tables in and predictions out: CSV and JSON Lines with the standard library, Parquet with pyarrow.

:func:`read_batches` streams, for prediction; :func:`read_table` reads a whole table with pyarrow, for
training and verification.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from tagship_runtime.errors import DataError, EngineMissingError, MissingFileError, OutputError, TagshipError

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS = 8192
STDIN = "-"
SAMPLE = "sample:"

Batch = Mapping[str, Sequence[Any]] | Any
"""Columns by name, or a pyarrow table."""


def read_batches(source: str, rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """Stream a table, ``rows`` rows at a time.

    Args:
        source: A .csv, .jsonl (both also .gz) or .parquet file, ``sample:NAME``, or ``-`` for CSV on stdin.
        rows: The most rows of a batch.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
    """
    if source.startswith(SAMPLE):
        return iter(_sample(source).to_batches(max_chunksize=rows))
    read = _BATCH_READERS[_suffix(source)]
    return read(source, rows)


def read_table(source: str) -> pyarrow.Table:
    """Read a whole table.

    Args:
        source: As for :func:`read_batches`, but stdin.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
    """
    if source.startswith(SAMPLE):
        return _sample(source)
    path = _existing(source)
    pyarrow = import_pyarrow("csv", "json", "parquet")
    try:
        match _suffix(source):
            case ".parquet":
                _check_names(source, pyarrow.parquet.read_schema(path).names)
                table = pyarrow.parquet.read_table(path)
            case ".jsonl":
                table = pyarrow.json.read_json(pyarrow.input_stream(path))
            case _:
                table = pyarrow.csv.read_csv(pyarrow.input_stream(path))
        _check_names(source, table.column_names)
        return table
    except (pyarrow.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{source} cannot be read as a table: {_one_line(error)}") from error


def import_pyarrow(*modules: str) -> Any:
    """Import pyarrow and some of its modules, or raise the error that says how to get it."""
    try:
        import pyarrow

        for module in modules:
            import_module(f"pyarrow.{module}")
    except ModuleNotFoundError as error:
        raise EngineMissingError("pyarrow", "files") from error
    return pyarrow


def _csv_batches(source: str, rows: int) -> Iterator[Batch]:
    with _text(source) as stream:
        reader = csv.reader(stream)
        names = next(reader, None)
        if not names:
            raise DataError(f"{_title(source)} is empty; a header row and rows of values are needed")
        _check_names(source, names)
        chunk = list(islice(reader, rows))
        while True:
            for cells in chunk:
                if len(cells) != len(names):
                    raise DataError(
                        f"{_title(source)}, near line {reader.line_num}: a row has {len(cells)} cells, "
                        f"the header has {len(names)}; they have to match"
                    )
            # Without rows there is still one batch, so that a header with wrong names is noticed.
            columns = zip(*chunk, strict=True) if chunk else ((),) * len(names)
            yield dict(zip(names, map(list, columns), strict=True))
            chunk = list(islice(reader, rows))
            if not chunk:
                return


def _json_batches(source: str, rows: int) -> Iterator[Batch]:
    with _text(source) as stream:
        number = 0
        while lines := list(islice(stream, rows)):
            batch = []
            for line in lines:
                number += 1
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise DataError(f"{_title(source)}, line {number} is not JSON: {error}") from error
                if not isinstance(row, dict):
                    raise DataError(f"{_title(source)}, line {number} is {line.strip()[:40]!r}; an object is needed")
                batch.append(row)
            if batch:
                yield batch


def _parquet_batches(source: str, rows: int) -> Iterator[Batch]:
    pyarrow = import_pyarrow("parquet")
    path = _existing(source)
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _check_names(source, file.schema_arrow.names)
            yield from file.iter_batches(rows)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{source} cannot be read as Parquet: {_one_line(error)}") from error


_BATCH_READERS: Mapping[str, Callable[[str, int], Iterator[Batch]]] = {
    ".csv": _csv_batches,
    ".jsonl": _json_batches,
    ".parquet": _parquet_batches,
}


def _check_names(source: str, names: Sequence[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(f"{_title(source)} has more than one column {repeated[0]!r}; rename one")


def _suffix(source: str) -> str:
    if source == STDIN:
        return ".csv"
    _existing(source)
    suffixes = [suffix.lower() for suffix in Path(source).suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])
    kind = ".jsonl" if kind == ".ndjson" else kind
    if kind not in _BATCH_READERS:
        raise DataError(f"{source}: do not know this kind of table; .csv, .csv.gz, .jsonl or .parquet is needed")
    return kind


@contextmanager
def _text(source: str) -> Iterator[IO[str]]:
    """A table as text, with one clear error for bytes that are none."""
    try:
        if source == STDIN:
            yield sys.stdin
            return
        path = _existing(source)
        with _open(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
            yield stream
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{_title(source)} is not text in UTF-8: {_one_line(error)}") from error


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _existing(source: str) -> Path:
    path = Path(source)
    if path.is_dir():
        raise MissingFileError(f"{source} is a folder; a table is needed (.csv, .csv.gz, .jsonl or .parquet)")
    if not path.exists():
        raise MissingFileError(f"{source} does not exist; a table is needed (.csv, .csv.gz, .jsonl or .parquet)")
    return path


def _sample(source: str) -> pyarrow.Table:
    """A built-in data set, from the package that brings it."""
    samples = {entry.name: entry for entry in entry_points(group="tagship.samples")}
    name = source.removeprefix(SAMPLE)
    if name not in samples:
        known = ", ".join(f"{SAMPLE}{known}" for known in samples)
        hint = f"there are {known}" if known else "they come with tagship-training: pip install tagship-training"
        raise DataError(f"no built-in data set is called {source!r}; {hint}")
    return samples[name].load()()


def _title(source: str) -> str:
    return "standard input" if source == STDIN else source


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path in the same folder, renamed to ``path`` if the block succeeds and removed if not.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(target)
    except TagshipError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # it may be the folder itself that does not exist
            temporary.unlink(missing_ok=True)
