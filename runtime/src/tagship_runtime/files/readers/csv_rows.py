"""CSV: by pyarrow where that is installed and the file is large, by the standard library otherwise."""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain, islice, pairwise
from typing import Any, cast

import numpy as np

from tagship_runtime.errors import DataError
from tagship_runtime.features import cells
from tagship_runtime.files.open_table import check_names, existing, is_text, not_text, open_text, title
from tagship_runtime.files.prefetch import prefetched
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.readers import parquet
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.readers.csv_form import Form, form_of, looked_ahead
from tagship_runtime.files.spelling.encodings import DEFAULT
from tagship_runtime.files.spelling.numerals import COMMA, POINT

LARGE = 1 << 22
"""Bytes from which on pyarrow's speed outweighs its import."""

QUOTE = ord('"')

LARGEST_CELL = 1 << 21
"""Characters of a cell, twice those of the longest text that a model takes; Python's own bound is a sixteenth of it."""

csv.field_size_limit(max(csv.field_size_limit(), LARGEST_CELL))  # which the module knows for the whole process alone

END = "\0end of table"
"""A row behind the last one, and a quotation mark: where that closes a cell, no other one did."""


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a file. What pyarrow does not understand is left to the plain reader, from that row on."""
    done, form = 0, None
    if _is_plain(reading) and existing(source).stat().st_size >= LARGE and find_spec("pyarrow"):
        names, encoding, form = _look(source, reading)
        try:
            for batch in _read_fast(source, reading, names, encoding, form):
                yield batch
                done += batch.size
            return
        except _NotUnderstoodError:
            pass
    with open_text(source, reading.dialect.encoding) as stream:
        yield from parse(stream, source, reading, done, form)


def _is_plain(reading: Reading) -> bool:
    """Tell whether pyarrow gives what is needed: numbers without percent signs, and none as the file spells it."""
    return reading.numbers is not None and not reading.kept and "%" not in reading.signs.values()


def parse(
    lines: Iterable[str], source: str, reading: Reading, done: int = 0, form: Form | None = None
) -> Iterator[Batch]:
    """Yield batches of lines, the first of which is the header.

    Args:
        lines: Of the whole table.
        source: For messages.
        reading: How.
        done: How many rows to pass over, which are read for what they tell of the numbers' spelling alone.
        form: What is known of the table already.
    """
    if form is None:
        head, lines = looked_ahead(lines, live=reading.live)
        form = form_of(source, head, reading)
    counted = _Lines(lines, form.before)
    rows = _rows(counted, form.separator, reading)
    names = next(rows, None)
    if names is None:
        raise DataError(f"{title(source)} is empty; a header row and rows of values are needed")
    if isinstance(names, str):
        raise DataError(f"{title(source)} {names}")
    check_names(source, names)
    number = done
    for first in range(0, done, reading.rows):
        passed = islice(rows, min(reading.rows, done - first))
        _batch([row for row in passed if not isinstance(row, str)], names, first, reading, form)
    chunk: list[list[str]] = []
    for row in rows:
        number += 1
        wrong = row if isinstance(row, str) else _wrong_length(row, names, counted, form.separator)
        if not wrong:
            chunk.append(cast(list[str], row))
            if len(chunk) < (1 if reading.live else reading.rows):
                continue
        # The batch ends here: it is full, or the row after it is left out.
        if chunk:
            yield _batch(chunk, names, number - len(chunk) - bool(wrong), reading, form)
            chunk = []
        if wrong:
            reading.refuse(DataError(f"{title(source)}, line {counted.first} (row {number - 1}): {wrong}"))
    if chunk or number == 0:  # without rows there is still one batch, so that a wrong header is noticed
        yield _batch(chunk, names, number - len(chunk), reading, form)


class _Lines:
    """Lines of text, counted, with a note where one is not in the file's encoding.

    Attributes:
        number: How many were read.
        first: Number of the line in which the row starts that was read last.
        wrong: A line of that row that is no text; whoever reads a row sets it back.
    """

    def __init__(self, lines: Iterable[str], before: int) -> None:
        """Pass over the lines before the header."""
        self._lines = islice(lines, before, None)
        self.number, self.first = before, before + 1
        self.wrong: str | None = None

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            if not line.isascii() and not is_text(line):
                self.wrong = line
            yield line


def _rows(lines: _Lines, separator: str, reading: Reading) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or what is wrong with it; a blank line is no row.

    Where rows are answered as they come, each line is read for itself: a quotation mark that is not closed would take
    all lines after it into its cell.
    """
    parts: Iterable[Iterable[str]] = ([line] for line in lines) if reading.live else [chain(lines, [END + '"'])]
    readers = (csv.reader(part, delimiter=separator, strict=True) for part in parts)
    for reader in readers:
        going, start = True, lines.number if reading.live else lines.number + 1
        while going:
            going = False
            try:
                for row in reader:
                    lines.first = start
                    if row and row[-1].endswith(END):
                        yield _unclosed(row)
                    elif row and row != [END + '"']:
                        yield row if lines.wrong is None else not_text(lines.wrong, reading.dialect.encoding)
                    lines.wrong, start = None, lines.number + 1
            except csv.Error as error:  # the reader goes on with the next line
                lines.first = start
                quote = "; is a quotation mark not closed?" if lines.number > start else ""
                yield f"is not CSV: {_reason(error)}{quote}"
                going, lines.wrong, start = True, None, lines.number + 1


def _reason(error: csv.Error) -> str:
    """Return the module's own words; those for text behind a cell's end name a separator alone."""
    reason = str(error).partition(" - ")[0]
    if "larger than field limit" in reason:
        return f"a cell has more than {LARGEST_CELL:,} characters"
    return "a cell goes on behind its closing quotation mark" if "expected after" in reason else reason


def _unclosed(row: Sequence[str]) -> str:
    start = row[-1].removesuffix(END).strip()[:20]
    return f"a quotation mark is opened before {start!r} and not closed up to the end of the file; close or remove it"


def _wrong_length(row: Sequence[str], names: Sequence[str], lines: _Lines, separator: str) -> str:
    if len(row) == len(names):
        return ""
    quote = (
        f"; the row goes on to line {lines.number}: is a quotation mark not closed?"
        if any("\n" in cell for cell in row)
        else ""
    )
    hint = quote or (_on_commas(row, names) if separator == COMMA else "")
    if not hint and len(row) == len(names) + 1 and not row[-1]:
        hint = "; the last one is empty: end rows without a separator, or the header with one as well"
    if not hint and 2 * len(names) < len(row):
        hint = f"; if {cells.shown(names[0])} is no column but a line above their names, remove it"
    many = "" if len(row) == 1 else "s"
    return f"has {len(row)} cell{many}, the header has {len(names)}; they have to match{hint}"


def _on_commas(row: Sequence[str], names: Sequence[str]) -> str:
    """Say what to do where commas between cells may be decimal ones; nothing where the row's digits do not look so."""
    pairs = sum(one.strip(" +-").isdigit() and other.strip().isdigit() for one, other in pairwise(row))
    if not 0 < len(row) - len(names) <= min(pairs, len(names)):
        return ""
    if len(names) == 1:
        return "; if they are one number with a decimal comma, say so: --separator ';' --decimal ,"
    return (
        "; if some are halves of a number with a decimal comma, write it in quotes, or have something else between "
        "cells, such as semicolons (--separator)"
    )


def _batch(rows: Sequence[Sequence[str]], names: Sequence[str], first: int, reading: Reading, form: Form) -> Batch:
    columns: dict[str, Any] = dict(
        zip(names, map(list, zip(*rows, strict=True) if rows else ((),) * len(names)), strict=True)
    )
    return reading.batch(columns, form.numerals, first, len(rows))


def look(source: str, reading: Reading) -> tuple[list[str], Form]:
    """Return the names of a file's columns, and its form before any of its numbers is read.

    Raises:
        DataError: Its header cannot be read.
    """
    names, _, form = _look(source, replace(reading, numbers=None))
    return names, form


def _look(source: str, reading: Reading) -> tuple[list[str], str, Form]:
    """Return a file's names, encoding and form, as its first rows tell them."""
    with open_text(source, reading.dialect.encoding) as text:
        encoding = text.encoding if isinstance(text, io.TextIOWrapper) else DEFAULT
        head, _ = looked_ahead(text)
    form = form_of(source, head, reading)
    reader = csv.reader(head[form.before :], delimiter=form.separator)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        said = f"line {form.before + reader.line_num}: {_reason(error)}; is a quotation mark not closed?"
        raise DataError(f"{title(source)} cannot be read as a table: {said}") from error
    names = rows[0] if rows else []
    check_names(source, names)
    whole = [row for row in rows[1:-1] if len(row) == len(names)]
    columns = dict(zip(names, map(list, zip(*whole, strict=True)), strict=True)) if whole else {}
    form.numerals.rewrite({name: columns[name] for name in reading.numbers or () if name in columns}, known=True)
    return names, encoding, form


class _NotUnderstoodError(Exception):
    """A table that pyarrow refuses, and the plain reader may understand or explain better."""


def _without_nan(batches: Iterable[Any], words: Iterable[str]) -> Iterator[Any]:
    """Yield batches up to one with a NaN that no word for missing spells: to pyarrow, ``nan(1)`` is one as well.

    Likewise up to a number that is one of those words in another spelling, as with blanks around it.
    """
    pyarrow = import_pyarrow("compute")
    doubtful = pyarrow.array([math.nan, *(float(word) for word in words if _is_float(word))], pyarrow.float64())
    for batch in batches:
        for column in batch.columns:
            if (
                pyarrow.types.is_floating(column.type)
                and pyarrow.compute.any(
                    pyarrow.compute.is_in(column, doubtful) if len(doubtful) > 1 else pyarrow.compute.is_nan(column)
                ).as_py()
            ):
                raise _NotUnderstoodError
        yield batch


def _read_fast(source: str, reading: Reading, names: Sequence[str], encoding: str, form: Form) -> Iterator[Batch]:
    decimal = form.numerals.decimal or (POINT if form.separator == COMMA else None)
    if reading.numbers and decimal is None:
        raise _NotUnderstoodError  # nothing in the first rows tells which mark is the decimal one
    pyarrow = import_pyarrow("csv")
    kinds = dict.fromkeys(reading.columns or (), pyarrow.string())
    kinds |= dict.fromkeys(reading.numbers or (), pyarrow.float64())
    convert = pyarrow.csv.ConvertOptions(
        column_types=kinds,
        include_columns=list(kinds),
        null_values=sorted(form.numerals.missing),
        strings_can_be_null=False,
        auto_dict_encode=False,
        decimal_point=decimal or POINT,
    )
    # Without newlines in values, quotes end where a block of the file does.
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True, delimiter=form.separator)
    read = pyarrow.csv.ReadOptions(encoding="utf8" if encoding == DEFAULT else encoding, skip_rows=form.before)
    try:
        with (
            arrow_file(existing(source)) as raw,
            pyarrow.input_stream(raw, compression="gzip" if source.lower().endswith(".gz") else None) as stream,
            pyarrow.csv.open_csv(
                (counted := _Quotes(stream, form.separator)),
                read_options=read,
                parse_options=parse,
                convert_options=convert,
            ) as batches,
        ):
            yield from _closed(prefetched(parquet.numbered(_without_nan(batches, form.numerals.number_words))), counted)
    except (pyarrow.ArrowException, KeyError, OSError, UnicodeError) as error:
        raise _NotUnderstoodError from error


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


START = b"\n"
"""A byte as before the first one."""


class _Quotes:
    """A stream of bytes that looks at its quotation marks.

    Attributes:
        count: How many there are up to here.
        astray: Whether one of them opens a cell that has begun, or closes one that goes on: to pyarrow, these are
            letters, and what stands between them is one cell, however many rows that takes.
    """

    closed = False

    def __init__(self, stream: Any, separator: str) -> None:
        self._stream, self._last, self.count, self.astray = stream, START, 0, False
        self._ends = np.frombuffer(f'\r\n"{separator}'.encode(), np.uint8)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data: bytes = self._stream.read(size)
        seen = data.removeprefix(codecs.BOM_UTF8) if self._last == START else data
        if b'"' in seen or self._last == b'"':
            self._look(self._last + (seen or START))
        self._last = seen[-1:] or self._last
        return data

    def _look(self, data: bytes) -> None:
        """Look at some bytes, of which the first is the last one of those before."""
        letters = np.frombuffer(data, np.uint8)
        places = np.flatnonzero(letters[1:] == QUOTE) + 1
        opening, closing = places[self.count % 2 :: 2], places[1 - self.count % 2 :: 2]
        if self._last == b'"' and not self.count % 2:
            closing = np.append(closing, 0)
        before, after = letters[opening - 1], letters[closing[closing < len(letters) - 1] + 1]
        self.astray |= not (np.isin(before, self._ends).all() and np.isin(after, self._ends).all())
        self.count += len(places)


def _closed(batches: Iterator[Batch], quotes: _Quotes) -> Iterator[Batch]:
    """Yield batches up to one that a quotation mark may have swallowed, which pyarrow would not tell."""
    last: Batch | None = None
    for batch in batches:
        if quotes.astray:
            raise _NotUnderstoodError
        if last is not None:
            yield last
        last = batch
    if quotes.astray or quotes.count % 2:
        raise _NotUnderstoodError
    if last is not None:
        yield last
