"""Tables from files -> rows to learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
from scipy import sparse

from tagship_runtime.errors import DataError
from tagship_runtime.files import Dialect, read_table
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.label_columns import LABEL_PREFIX
from tagship_runtime.files.readers.compressed_rows import CompressedRows
from tagship_runtime.files.readers.npz import holds_sparse, read_npz
from tagship_training.data.arrays import from_arrays
from tagship_training.data.label_columns import LabelColumns, check_known, find_labels
from tagship_training.data.no_examples import check_rows_below, check_totals
from tagship_training.errors import TableError


def read(
    source: str,
    text: Sequence[str] = (),
    *,
    dialect: Dialect | None = None,
    signs: Mapping[str, str] | None = None,
    durations: Sequence[str] = (),
    keep_last_row: bool = False,
    note: Callable[[str], None] | None = None,
) -> pyarrow.Table:
    """Read a table: .csv, .tsv, .txt, .jsonl (all also .gz), .parquet, .xlsx, ``sample:NAME``, or .npz.

    A .npz file holds ``X`` (rows, features) and ``y`` (rows, labels), or their other names, and may hold
    ``feature_names`` and ``label_names``; see :func:`tagship_runtime.files.readers.npz.read_npz`.

    Args:
        source: The file.
        text: Columns of a CSV file to take as they are spelled.
        dialect: How it is spelled, as far as that is given.
        signs: Percent sign or currency of cells in the table that is learned from, by the column's name.
        durations: Columns of durations in the table that is learned from.
        keep_last_row: Whether the last row is an example, though it looks like totals or a line below the table.
        note: Told what was found by looking.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
        TableError: An .npz that cannot be read, or lacks one of the arrays; or a table whose last row has no cell, is a
            line below the table, or holds totals or means.
    """
    if Path(source).suffix.lower() != ".npz":
        table = read_table(source, text, dialect=dialect, signs=signs, durations=durations, note=note)
        check_rows_below(table, source, note, keep_last=keep_last_row)
        check_totals(table, source, note, keep_last=keep_last_row)
        return table
    return _read_npz(source).to_table()


def read_sparse(source: str, drop: Sequence[str] = ()) -> Dataset | None:
    """Read a ``.npz`` file with the arrays of a sparse matrix and ``y``; None for any other file.

    Args:
        source: The file.
        drop: Columns to leave out.

    Raises:
        TableError: It cannot be read, or lacks ``y``.
    """
    if Path(source).suffix.lower() != ".npz" or not holds_sparse(source):
        return None
    rows = _read_npz(source)
    check_known(drop, list(rows.columns))
    return replace(rows, table=rows.table.without(drop))


def _read_npz(source: str) -> Dataset:
    try:
        arrays = read_npz(source)
    except DataError as error:
        raise TableError(str(error)) from error
    if arrays.targets is None:
        raise TableError(f"{source} holds no y; arrays X (rows, features) and y (rows, labels) are needed")
    features: Any = arrays.features
    if isinstance(features, CompressedRows):
        features = sparse.csr_array((features.data, features.indices, features.indptr), features.shape)
    return from_arrays(features, arrays.targets, names=arrays.feature_names, labels=arrays.label_names)


def from_table(table: pyarrow.Table, where: LabelColumns, drop: Sequence[str] = ()) -> Dataset:
    """Divide a table into features and targets.

    Args:
        table: All columns.
        where: The way to find the labels among them.
        drop: Columns to leave out, of features or labels.

    Raises:
        TableError: No rows, no label columns, no feature columns, or a label that is not 0 or 1.
    """
    names = list(table.column_names)
    check_known(drop, names)
    if not len(table):
        raise TableError("the table has no rows; nothing can be learned from it")
    table = table.drop_columns([name for name in names if name in drop])
    found = find_labels(table, where)
    features = [name for name in table.column_names if name not in found.columns]
    taken = [name for name in features if name in {LABEL_PREFIX + label for label in found.labels}]
    if taken:
        raise TableError(
            f"column {taken[0]!r} is a feature, but that is what the label {taken[0].removeprefix(LABEL_PREFIX)!r} is "
            "called in a run folder; rename or --drop it"
        )
    if not features:
        raise TableError(f"all {len(names)} columns are labels or dropped; at least one feature is needed")
    return Dataset(table=table.select(features), targets=found.targets, labels=found.labels)
