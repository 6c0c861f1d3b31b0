"""Tables, some rows at a time and in constant memory; a table maps kinds of file to readers."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from tagship_runtime.errors import UsageError
from tagship_runtime.files.open_table import LOOK, SAMPLE, STDIN, kind_of, open_text, read_sample
from tagship_runtime.files.readers import csv_rows, excel, json_lines, npz, parquet
from tagship_runtime.files.readers.batch import BATCH_ROWS, Batch, Reading
from tagship_runtime.files.spelling.encodings import encoding_of

READERS: Mapping[str, Callable[[str, Reading], Iterator[Batch]]] = {
    ".csv": csv_rows.read,
    ".jsonl": json_lines.read,
    ".parquet": parquet.read,
    ".xlsx": excel.read,
    ".npz": npz.read,
}


def read_batches(source: str, reading: Reading | None = None) -> Iterator[Batch]:
    """Stream a table.

    Args:
        source: A .csv, .tsv, .txt, .jsonl (all also .gz), .parquet, .xlsx or .npz file, ``sample:NAME``, or ``-``
            for CSV or JSON Lines (it starts with a brace) on stdin.
        reading: How; default: all columns, 8,192 rows at a time.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
    """
    reading = reading or Reading(rows=BATCH_ROWS)
    batches = _read(source, reading)
    if reading.durations:
        from tagship_runtime.files.duration_columns import with_durations

        batches = with_durations(batches, source, reading)
    if not reading.date_orders:
        return batches
    from tagship_runtime.files.date_columns import with_dates

    return with_dates(batches, source, reading, None if source == STDIN else _read)


def _read(source: str, reading: Reading) -> Iterator[Batch]:
    if source == STDIN:
        return _standard_input(reading)
    if reading.live:
        raise UsageError(f"rows can be followed on standard input only, not in {source}; give - instead")
    if source.startswith(SAMPLE):
        return parquet.batches_of(read_sample(source), reading)
    return READERS[kind_of(source)](source, reading)


def _first_bytes(stream: BinaryIO) -> bytes:
    """Return what can be read of a stream without waiting for more; nothing of one that cannot look ahead."""
    return stream.peek(LOOK) if isinstance(stream, io.BufferedReader) else b""


def _standard_input(reading: Reading) -> Iterator[Batch]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        encoding = reading.dialect.encoding or encoding_of(_first_bytes(sys.stdin.buffer))
        # Rows that are followed end where their lines end; a carriage return within one is not to make two of it.
        sys.stdin.reconfigure(encoding=encoding, errors="surrogateescape", newline="\n" if reading.live else "")
    with open_text(STDIN) as stream:
        first = next((line for line in stream if line.strip()), "")
        lines = chain([first] if first else [], stream)
        parse = json_lines.parse if first.lstrip().startswith("{") else csv_rows.parse
        yield from parse(lines, STDIN, reading)


__all__ = ["BATCH_ROWS", "READERS", "STDIN", "Batch", "Reading", "read_batches"]
