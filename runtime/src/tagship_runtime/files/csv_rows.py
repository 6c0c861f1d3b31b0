"""CSV: by pyarrow where that is installed and the file is large, by the standard library otherwise."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any, cast

from tagship_runtime.errors import DataError
from tagship_runtime.features.cells import BLANK
from tagship_runtime.files import parquet
from tagship_runtime.files.batch import Batch, Reading
from tagship_runtime.files.prefetch import prefetched
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.sources import NOT_TEXT, check_header, existing, is_text, open_text, title

LARGE = 1 << 22
"""Bytes from which on pyarrow's speed outweighs its import."""


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a file. What pyarrow does not understand is left to the plain reader, from that row on."""
    done = 0
    if reading.numbers is not None and existing(source).stat().st_size >= LARGE and find_spec("pyarrow"):
        try:
            for batch in _read_fast(source, reading):
                yield batch
                done += batch.size
            return
        except _NotUnderstoodError:
            pass
    with open_text(source) as stream:
        yield from parse(stream, source, reading, done)


def parse(lines: Iterable[str], source: str, reading: Reading, done: int = 0) -> Iterator[Batch]:
    """Yield batches of lines, the first of which is the header.

    Args:
        lines: Of the whole table.
        source: For messages.
        reading: How.
        done: How many rows to pass over.
    """
    counted = _Lines(lines)
    rows = _rows(counted, reading.live)
    names = next(rows, None)
    if names is None:
        raise DataError(f"{title(source)} is empty; a header row and rows of values are needed")
    if isinstance(names, str):
        raise DataError(f"{title(source)} {names}")
    check_header(source, names)
    number = done
    for _ in islice(rows, done):
        pass
    chunk: list[list[str]] = []
    for row in rows:
        number += 1
        wrong = row if isinstance(row, str) else _wrong_length(row, names)
        if not wrong:
            chunk.append(cast(list[str], row))
            if len(chunk) < (1 if reading.live else reading.rows):
                continue
        # The batch ends here: it is full, or the row after it is left out.
        if chunk:
            yield _batch(chunk, names, number - len(chunk) - bool(wrong))
            chunk = []
        if wrong:
            reading.refuse(DataError(f"{title(source)}, line {counted.number} (row {number - 1}): {wrong}"))
    if chunk or number == 0:  # without rows there is still one batch, so that a wrong header is noticed
        yield _batch(chunk, names, number - len(chunk))


class _Lines:
    """Lines of text, counted, with a note where one is not UTF-8.

    Attributes:
        number: How many were read.
        text: Whether all of them are text; whoever reads a row sets it back.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.number, self.text = 0, True

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            if not line.isascii() and not is_text(line):
                self.text = False
            yield line


def _rows(lines: _Lines, live: bool) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or what is wrong with it; a blank line is no row.

    Where rows are answered as they come, each line is read for itself: a quotation mark that is not closed would take
    all lines after it into its cell.
    """
    readers = (csv.reader([line], strict=True) for line in lines) if live else [csv.reader(lines)]
    for reader in readers:
        going = True
        while going:
            going = False
            try:
                for row in reader:
                    if row:
                        yield row if lines.text else NOT_TEXT
                    lines.text = True
            except csv.Error as error:  # the reader goes on with the next line
                yield f"is not CSV: {str(error).partition(' - ')[0]}"
                going = lines.text = True


def _wrong_length(row: Sequence[str], names: Sequence[str]) -> str:
    if len(row) == len(names):
        return ""
    return f"has {len(row)} cell{'' if len(row) == 1 else 's'}, the header has {len(names)}; they have to match"


def _batch(rows: Sequence[Sequence[str]], names: Sequence[str], first: int) -> Batch:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return Batch(first=first, size=len(rows), columns=dict(zip(names, map(list, columns), strict=True)))


class _NotUnderstoodError(Exception):
    """A table that pyarrow refuses, and the plain reader may understand or explain better."""


def _without_nan(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield batches up to one with a NaN that no word for missing spells: to pyarrow, ``nan(1)`` is one as well."""
    pyarrow = import_pyarrow("compute")
    for batch in batches:
        for column in batch.columns:
            if pyarrow.types.is_floating(column.type) and pyarrow.compute.any(pyarrow.compute.is_nan(column)).as_py():
                raise _NotUnderstoodError
        yield batch


def _read_fast(source: str, reading: Reading) -> Iterator[Batch]:
    pyarrow = import_pyarrow("csv")
    with open_text(source) as text:
        names = next(csv.reader(text), [])
    check_header(source, names)
    kinds = dict.fromkeys(reading.columns or (), pyarrow.string())
    kinds |= dict.fromkeys(reading.numbers or (), pyarrow.float64())
    convert = pyarrow.csv.ConvertOptions(
        column_types=kinds,
        include_columns=list(kinds),
        null_values=sorted(BLANK),
        strings_can_be_null=False,
        auto_dict_encode=False,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)  # without, quotes end where a block of the file does
    try:
        with (
            arrow_file(existing(source)) as raw,
            pyarrow.input_stream(raw, compression="gzip" if source.lower().endswith(".gz") else None) as stream,
            pyarrow.csv.open_csv(stream, parse_options=parse, convert_options=convert) as batches,
        ):
            yield from prefetched(parquet.numbered(_without_nan(batches)))
    except (pyarrow.ArrowException, KeyError, OSError, UnicodeDecodeError) as error:
        raise _NotUnderstoodError from error
