"""Tables in several Parquet files, whose rows are read a few at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow
import pyarrow.parquet

from tagship_runtime.errors import DataError, MissingFileError
from tagship_runtime.files import arrow_file, check_header
from tagship_runtime.files.several import find_tables, is_several
from tagship_training.data.parts_spelling import PartsSpelling
from tagship_training.errors import TableError

BATCH_ROWS = 32_768
"""Rows that are decoded at a time."""

BUFFER_BYTES = 1 << 16
"""Read of each column at a time; without it, pyarrow holds whole row groups."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that one file stores together.

    Attributes:
        path: The file.
        place: Number of the group in it.
        first: Number of its first row, counted over all files.
        rows: How many.
    """

    path: str
    place: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Files that hold one table together.

    Attributes:
        source: As the user named them.
        groups: Of all files, in order.
        schema: Of every file.
        spelling: By which texts are read that are numbers or dates; None to take them as they are.
    """

    source: str
    groups: tuple[RowGroup, ...]
    schema: pyarrow.Schema
    spelling: PartsSpelling | None = None

    def __len__(self) -> int:
        return sum(group.rows for group in self.groups)

    @property
    def paths(self) -> list[str]:
        """Files, in order."""
        return list(dict.fromkeys(group.path for group in self.groups))

    def batches(self, group: RowGroup, columns: Sequence[str]) -> Iterator[tuple[int, pyarrow.Table]]:
        """Yield the number of the first row, counted over all files, and some rows, until all of a group were there.

        Raises:
            DataError: The file is damaged.
        """
        first = group.first
        with _readable(group.path), arrow_file(group.path) as raw:
            file = pyarrow.parquet.ParquetFile(raw, pre_buffer=False, buffer_size=BUFFER_BYTES)
            for batch in file.iter_batches(
                BATCH_ROWS, row_groups=[group.place], columns=list(columns), use_threads=False
            ):
                table = pyarrow.Table.from_batches([batch])
                yield first, self._spelled(table.select(columns), first)
                first += len(table)

    def column(self, path: str, name: str) -> pyarrow.Table:
        """Return one column of one file.

        Raises:
            DataError: The file is damaged.
        """
        with _readable(path), arrow_file(path) as raw:
            return self._spelled(pyarrow.parquet.read_table(raw, columns=[name]), 0)

    def _spelled(self, table: pyarrow.Table, first: int) -> pyarrow.Table:
        return table if self.spelling is None else self.spelling.rewritten(table, first)

    def read(self) -> pyarrow.Table:
        """Return all rows, for tables that are small.

        Raises:
            DataError: A file is damaged.
        """
        tables = []
        for path in self.paths:
            with _readable(path), arrow_file(path) as raw:
                tables.append(pyarrow.parquet.read_table(raw).select(self.schema.names))
        return pyarrow.concat_tables(tables).replace_schema_metadata()


def open_parts(source: str) -> Parts:
    """Read the descriptions of Parquet files, which all have to have the same columns.

    Args:
        source: A folder, a pattern such as ``rows/**/*.parquet``, or a single file.

    Raises:
        MissingFileError: There is no file.
        DataError: One of them is damaged, or no Parquet.
        TableError: One has other columns than the first.
    """
    paths = find_tables(source)[1] if is_several(source) else [source]
    if not paths:
        raise MissingFileError(f"no table is in {source}; Parquet files are needed")
    groups: list[RowGroup] = []
    schema: pyarrow.Schema | None = None
    for path in paths:
        if not path.lower().endswith(".parquet"):
            raise TableError(
                f"{path} is no Parquet file, and several files are read together from Parquet alone; convert it, or "
                "give a pattern that leaves it out"
            )
        check_header(path)
        described = _describe(path)
        own = described.schema.to_arrow_schema().remove_metadata()
        if schema is None:
            schema = own
        _check_same(paths[0], schema, path, own)
        for place in range(described.num_row_groups):
            first = groups[-1].first + groups[-1].rows if groups else 0
            groups.append(RowGroup(path, place, first, described.row_group(place).num_rows))
    if schema is None or not any(group.rows for group in groups):
        raise TableError(f"{source} has no rows; nothing can be learned from it")
    return Parts(source=source, groups=tuple(groups), schema=schema)


def _describe(path: str) -> pyarrow.parquet.FileMetaData:
    with _readable(path), arrow_file(path) as raw:
        return pyarrow.parquet.read_metadata(raw)


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Say of which file it is that pyarrow cannot read it."""
    try:
        yield
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {' '.join(str(error).split())}") from error


def _check_same(first: str, schema: pyarrow.Schema, path: str, own: pyarrow.Schema) -> None:
    """Refuse a file with other columns than the first one, or with columns of another type."""
    for name in [*schema.names, *own.names]:
        here, there = (one.field(name).type if name in one.names else None for one in (own, schema))
        if here != there:
            said = "has no column" if here is None else f"has {here} in column"
            other = "has none" if there is None else f"has {there}"
            raise TableError(
                f"{path} {said} {name!r}, and {first} {other}; all files of one table need the same columns, so "
                "convert one of them, or give a pattern that leaves it out"
            )
