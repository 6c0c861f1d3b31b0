"""A table with label columns -> features and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow
from numpy.typing import NDArray

from tagship_runtime.arrays import Features
from tagship_runtime.contract import Feature, NumericFeature
from tagship_runtime.features import encoder
from tagship_training.errors import TrainingError

LABEL_PREFIX = "label:"

Targets = NDArray[np.uint8]
"""0 or 1, ``(rows, labels)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Rows to learn from or to test on.

    Attributes:
        table: The feature columns as they came.
        targets: uint8, 0 or 1, (rows, labels).
        labels: Names of the targets' columns.
    """

    table: pyarrow.Table
    targets: Targets
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, rows: NDArray[np.intp]) -> Dataset:
        """Some of the rows, in this order."""
        return Dataset(table=self.table.take(rows), targets=self.targets[rows], labels=self.labels)

    def matrix(self, features: Sequence[Feature]) -> Features:
        """The model's input, encoded by the same code that runs on the device."""
        features = tuple(features)
        return encoder(features, (None, sum(feature.width for feature in features))).encode(self.table)

    def to_table(self) -> pyarrow.Table:
        """Features and targets in one table, targets in columns ``label:NAME``."""
        table = self.table
        for position, label in enumerate(self.labels):
            table = table.append_column(LABEL_PREFIX + label, pyarrow.array(self.targets[:, position]))
        return table


def dataset(table: pyarrow.Table, *, label_prefix: str = LABEL_PREFIX, labels: Sequence[str] | None = None) -> Dataset:
    """Divide a table into features and targets.

    Args:
        table: All columns.
        label_prefix: Columns whose names start with this are labels; it is removed from the labels' names.
        labels: The label columns by name, instead of by prefix.

    Raises:
        TrainingError: No rows, no label columns, no feature columns, or a label that is not 0 or 1.
    """
    names = list(table.column_names)
    if labels is None:
        columns = [name for name in names if name.startswith(label_prefix)]
        if not columns:
            raise TrainingError(
                f"no column starts with {label_prefix!r}; the columns are {_few(names)}; "
                "name the label columns with --labels A,B or --label-prefix"
            )
        label_names = tuple(name.removeprefix(label_prefix) for name in columns)
    else:
        columns, label_names = list(labels), tuple(labels)
        absent = [name for name in columns if name not in names]
        if absent:
            raise TrainingError(f"no column is called {absent[0]!r}; the columns are {_few(names)}")
    features = [name for name in names if name not in columns]
    if not features:
        raise TrainingError(f"all {len(names)} columns are labels; at least one feature is needed")
    if not len(table):
        raise TrainingError("the table has no rows; nothing can be learned from it")
    targets = np.stack([_target(table[name], name) for name in columns], axis=1)
    return Dataset(table=table.select(features), targets=targets, labels=label_names)


def numeric_features(table: pyarrow.Table) -> tuple[Feature, ...]:
    """Describe the columns of a table of numbers.

    Raises:
        TrainingError: A column is not numeric.
    """
    for field in table.schema:
        if not (pyarrow.types.is_integer(field.type) or _is_float(field.type) or pyarrow.types.is_boolean(field.type)):
            example = next((value for value in table[field.name].to_pylist() if value is not None), None)
            raise TrainingError(
                f"column {field.name!r} holds {field.type} such as {example!r}; only numbers can be learned from "
                "so far: encode it as numbers or leave the column out"
            )
    return tuple(NumericFeature(name=name) for name in table.column_names)


def _target(column: pyarrow.ChunkedArray, name: str) -> Targets:
    values = column.to_pylist()
    for row, value in enumerate(values):
        if value not in (0, 1):
            raise TrainingError(f"label column {name!r} holds {value!r} in row {row}; only 0 and 1 are labels")
    return np.array(values, np.uint8)


def _is_float(kind: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_floating(kind) or pyarrow.types.is_decimal(kind))


def _few(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(repr(name) for name in names[:most]) + (
        f" and {len(names) - most} more" if len(names) > most else ""
    )
