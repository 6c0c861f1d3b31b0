"""Tables as they come -> rows to learn from: feature columns and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from tagship_runtime.contract import Feature, check_labels
from tagship_runtime.errors import ContractError, MissingFileError
from tagship_runtime.features import columns_of, encoder
from tagship_runtime.files import read_table
from tagship_runtime.typing import Columns, Features
from tagship_training.errors import TableError

LABEL_PREFIX = "label:"

SPELLED = {"x": "X", "Y": "y"}
"""Other spellings of the arrays in a .npz file."""

Targets = NDArray[np.uint8]
"""0 or 1, ``(rows, labels)``."""

RowNumbers = NDArray[np.intp]
"""Row numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Rows to learn from or to judge by.

    Attributes:
        table: The feature columns: a pyarrow table, or 1-D arrays by name.
        targets: uint8, 0 or 1, (rows, labels).
        labels: Names of the targets' columns.
    """

    table: Any
    targets: Targets
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def columns(self) -> Columns:
        """The feature columns by name."""
        return columns_of(self.table) or {}

    def take(self, rows: RowNumbers) -> Dataset:
        """Some of the rows, in this order."""
        if isinstance(self.table, pyarrow.Table):
            table: Any = self.table.take(rows)
        else:
            table = {name: column[rows] for name, column in self.table.items()}
        return Dataset(table=table, targets=self.targets[rows], labels=self.labels)

    def matrix(self, features: Sequence[Feature]) -> Features:
        """The model's input, encoded by the same code that runs on the device."""
        features = tuple(features)
        return encoder(features, (None, sum(feature.width for feature in features))).encode(self.table)

    def to_table(self) -> pyarrow.Table:
        """Features and targets in one table, targets in columns ``label:NAME``."""
        table = self.table if isinstance(self.table, pyarrow.Table) else pyarrow.table(dict(self.table))
        for position, label in enumerate(self.labels):
            table = table.append_column(LABEL_PREFIX + label, pyarrow.array(self.targets[:, position]))
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumns:
    """Which columns of a table hold the labels; one of three ways.

    Attributes:
        prefix: Columns of 0 and 1 whose names start with this; it is removed from the labels' names.
        names: Columns of 0 and 1 by name, instead.
        tags: One column of texts such as ``sport;politics``, or of lists, instead.
        separator: Between tags.
        min_count: Tags on fewer rows than this are no labels.
        vocabulary: The labels, where they are known from other rows; other tags are no labels then.
    """

    prefix: str = LABEL_PREFIX
    names: tuple[str, ...] | None = None
    tags: str | None = None
    separator: str = ";"
    min_count: int = 10
    vocabulary: tuple[str, ...] | None = None


def read(source: str, text: Sequence[str] = ()) -> pyarrow.Table:
    """Read a table: .csv (.gz), .parquet, .jsonl, ``sample:NAME``, or .npz.

    A .npz file holds ``X`` (rows, features) and ``y`` (rows, labels), and may hold ``feature_names`` and
    ``label_names``.

    Args:
        source: The file.
        text: Columns of a CSV file to take as they are spelled.

    Raises:
        MissingFileError: No such file.
        DataError: Not such a table.
        TableError: A .npz without these arrays.
    """
    if Path(source).suffix.lower() != ".npz":
        return read_table(source, text)
    if not Path(source).is_file():
        raise MissingFileError(f"{source} does not exist or is a folder; a .npz file is needed")
    try:
        with np.load(source, allow_pickle=False) as arrays:
            found = {SPELLED.get(name, name): arrays[name] for name in arrays.files}
    except (ValueError, OSError, EOFError) as error:
        raise TableError(f"{source} cannot be read as .npz: {error}") from error
    absent = {"X", "y"} - found.keys()
    if absent:
        raise TableError(f"{source} holds {sorted(found)}; arrays X (rows, features) and y (rows, labels) are needed")
    names = [str(name) for name in found.get("feature_names", ())] or None
    labels = [str(name) for name in found.get("label_names", ())] or None
    return from_arrays(found["X"], found["y"], names=names, labels=labels).to_table()


def from_table(table: pyarrow.Table, where: LabelColumns, drop: Sequence[str] = ()) -> Dataset:
    """Divide a table into features and targets.

    Args:
        table: All columns.
        where: Which of them are labels.
        drop: Columns to leave out.

    Raises:
        TableError: No rows, no label columns, no feature columns, or a label that is not 0 or 1.
    """
    names = list(table.column_names)
    _check_known(drop, names)
    if not len(table):
        raise TableError("the table has no rows; nothing can be learned from it")
    if where.tags is not None:
        used, labels, targets = _from_tags(table, where)
    else:
        used, labels = _label_columns(names, where)
        targets = np.stack([_zeros_and_ones(table[name], name) for name in used], axis=1)
    _check_labels(labels)
    features = [name for name in names if name not in {*used, *drop}]
    taken = [name for name in features if name in {LABEL_PREFIX + label for label in labels}]
    if taken:
        raise TableError(
            f"column {taken[0]!r} is a feature, but that is what the label {taken[0].removeprefix(LABEL_PREFIX)!r} is "
            "called in a run folder; rename or --drop it"
        )
    if not features:
        raise TableError(f"all {len(names)} columns are labels or dropped; at least one feature is needed")
    return Dataset(table=table.select(features), targets=targets, labels=tuple(labels))


def from_arrays(
    features: Any, targets: Any, *, labels: Sequence[str] | None = None, names: Sequence[str] | None = None
) -> Dataset:
    """Rows from arrays or data frames.

    Args:
        features: Array-like (rows, features), or a pandas, polars or pyarrow table.
        targets: Array-like (rows, labels) of 0 and 1, or a data frame whose columns are the labels.
        labels: Names of the labels; default: the data frame's, or ``label_0`` and so on.
        names: Names of the features; default: the data frame's, or ``feature_0`` and so on.

    Raises:
        TableError: Shapes that do not fit, or targets that are not 0 or 1.
    """
    table = _as_table(features, names)
    framed = columns_of(targets)
    if framed is not None:
        labels = list(framed) if labels is None else labels
        targets = np.stack(list(framed.values()), axis=1)
    array = np.asarray(targets)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not array.shape[1]:
        raise TableError(f"targets have shape {array.shape}; (rows, labels) is needed")
    if not np.isin(array, (0, 1)).all():
        raise TableError("targets hold something else than 0 and 1")
    labels = [f"label_{i}" for i in range(array.shape[1])] if labels is None else list(labels)
    _check_labels(labels)
    rows = len(next(iter((columns_of(table) or {}).values())))
    if len(labels) != array.shape[1] or rows != len(array):
        raise TableError(f"{rows} rows of features and {len(labels)} labels for targets of shape {array.shape}")
    return Dataset(table=table, targets=array.astype(np.uint8), labels=tuple(labels))


def _as_table(features: Any, names: Sequence[str] | None) -> pyarrow.Table | Mapping[str, NDArray[Any]]:
    """Views of an array's columns, without a copy; data frames as pyarrow tables."""
    if isinstance(features, pyarrow.Table):
        return features
    if hasattr(features, "to_arrow"):  # polars
        return features.to_arrow()
    if hasattr(features, "columns"):  # pandas
        return pyarrow.Table.from_pandas(features, preserve_index=False)
    array = np.asarray(features)
    if array.ndim != 2 or not array.shape[1] or array.dtype.kind not in "biuf":
        raise TableError(
            f"features are {array.dtype} of shape {array.shape}; numbers (rows, features) or a data frame are needed"
        )
    names = [f"feature_{i}" for i in range(array.shape[1])] if names is None else names
    if len(names) != array.shape[1]:
        raise TableError(f"{len(names)} feature names for an array of shape {array.shape}")
    return {name: array[:, i] for i, name in enumerate(names)}


def _label_columns(names: Sequence[str], where: LabelColumns) -> tuple[list[str], list[str]]:
    """The columns, and what the labels are called."""
    if where.names is not None:
        _check_known(where.names, names)
        return list(where.names), list(where.names)
    columns = [name for name in names if name.startswith(where.prefix)]
    if not columns:
        raise TableError(
            f"no column starts with {where.prefix!r}; the columns are {_few(names)}; name the label columns with "
            "--labels A,B, --label-prefix or --tags-column"
        )
    return columns, [name.removeprefix(where.prefix) for name in columns]


def _from_tags(table: pyarrow.Table, where: LabelColumns) -> tuple[list[str], list[str], Targets]:
    column = where.tags or ""
    _check_known([column], table.column_names)
    rows = [_tags(cell, where.separator) for cell in table[column].to_pylist()]
    tags = sorted({tag for row in rows for tag in row}) if where.vocabulary is None else list(where.vocabulary)
    targets = np.array([[tag in row for tag in tags] for row in rows], np.uint8).reshape(len(rows), len(tags))
    if where.vocabulary is not None:
        return [column], tags, targets
    kept = np.flatnonzero(targets.sum(axis=0) >= where.min_count)
    if not len(kept):
        raise TableError(
            f"no tag of column {column!r} stands on {where.min_count} rows or more ({len(tags)} tags were found); "
            "lower --tags-min-count, or check --tags-separator"
        )
    return [column], [tags[i] for i in kept], targets[:, kept]


def _tags(cell: Any, separator: str) -> set[str]:
    """Of a text, or of a list as Parquet and JSON Lines have them."""
    if cell is None:
        return set()
    parts = cell if isinstance(cell, list) else str(cell).split(separator)
    return {tag for tag in (str(part).strip() for part in parts if part is not None) if tag}


def _zeros_and_ones(column: pyarrow.ChunkedArray, name: str) -> NDArray[np.uint8]:
    values = column.to_pylist()
    for row, value in enumerate(values):
        # One wrong word makes a text of the whole column; it is that word that has to be told.
        if value not in (0, 1, "0", "1"):
            raise TableError(f"label column {name!r} holds {value!r} in row {row}; only 0 and 1 are labels")
    return np.array([int(value) for value in values], np.uint8)


def _check_labels(labels: Sequence[str]) -> None:
    """Refuse now what no artifact could carry."""
    try:
        check_labels(labels)
    except ContractError as error:
        raise TableError(str(error)) from None


def _check_known(wanted: Sequence[str], names: Sequence[str]) -> None:
    absent = [name for name in wanted if name not in names]
    if absent:
        near = next((name for name in names if name == LABEL_PREFIX + absent[0]), None)
        hint = f"did you mean {near!r}? " if near else ""
        raise TableError(f"no column is called {absent[0]!r}; {hint}the columns are {_few(names)}")


def _few(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more
