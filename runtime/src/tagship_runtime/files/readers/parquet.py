"""Batches of Parquet files, and of whatever else pyarrow streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import repeated_in
from tagship_runtime.files.arrow_texts import texts_in
from tagship_runtime.files.open_table import existing, one_line
from tagship_runtime.files.prefetch import prefetched
from tagship_runtime.files.pyarrow_import import arrow_file, import_pyarrow
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.spelling.numerals import POINT, Numerals

BUFFER_BYTES = 1 << 20
"""Read of each column at a time; without it, pyarrow holds whole row groups, and frees them late."""

MANY_ROWS = 1 << 16
"""Rows of a batch; decoding Parquet has a cost per batch that 8,192 rows do not outweigh."""


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a Parquet file."""
    pyarrow = import_pyarrow("parquet")
    path = existing(source)
    try:
        with (
            arrow_file(path) as raw,
            pyarrow.parquet.ParquetFile(raw, pre_buffer=False, buffer_size=BUFFER_BYTES) as file,
        ):
            there = set(file.schema_arrow.names)
            columns = None if reading.columns is None else [name for name in reading.columns if name in there]
            if reading.columns is not None and len(columns or ()) < len(reading.columns):
                columns = None  # all of them, for the message that names what is there
            for field in file.schema_arrow:
                if field.name in (reading.numbers or ()) and pyarrow.types.is_temporal(field.type):
                    raise DataError(
                        f"{source}: column {field.name!r} holds {field.type}; numbers are needed, so convert it first"
                    )
            empty = pyarrow.RecordBatch.from_pylist([], file.schema_arrow)
            rows = max(reading.rows, MANY_ROWS)
            numerals = reading.numerals(source, POINT)
            for batch in prefetched(numbered(file.iter_batches(rows, columns=columns), empty)):
                yield _with_numbers(batch, reading, numerals)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{source} cannot be read as Parquet: {one_line(error)}") from error


def _with_numbers(batch: Batch, reading: Reading, numerals: Numerals) -> Batch:
    """Return a batch with numbers among its texts as Python spells them."""
    columns = batch.columns
    batch = replace(batch, kept=reading.kept_of(columns))
    texts = {name: cells for name in reading.numbers or () if (cells := texts_in(columns.get(name))) is not None}
    if not texts:
        return batch
    rewritten = reading.rewritten(texts, numerals, batch.first)
    numerals.tell_doubt()
    return replace(batch, columns={**columns, **rewritten})


def batches_of(table: Any, reading: Reading) -> Iterator[Batch]:
    """Stream a pyarrow table."""
    return numbered(table.to_batches(max_chunksize=reading.rows))


def numbered(batches: Iterable[Any], empty: Any = None) -> Iterator[Batch]:
    """Yield pyarrow's batches with their row numbers; without any, the empty one, so that wrong columns are noticed."""
    first = 0
    for batch in batches:
        yield _batch(batch, first)
        first += batch.num_rows
    if first == 0 and empty is not None:
        yield _batch(empty, 0)


def _batch(batch: Any, first: int) -> Batch:
    names = batch.schema.names
    if (repeated := repeated_in(names)) is not None:
        raise DataError(f"the table has more than one column {repeated!r}; rename one")
    return Batch(first=first, size=batch.num_rows, columns=dict(zip(names, batch.columns, strict=True)))
