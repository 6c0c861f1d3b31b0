"""Rows to learn from: feature columns and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.features import columns_of, encoder
from tagship_runtime.files.label_columns import LABEL_PREFIX
from tagship_runtime.typing import Columns, Features

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
        """Return some of the rows, in this order."""
        if isinstance(self.table, pyarrow.Table):
            table: Any = self.table.take(rows)
        else:
            table = {name: column[rows] for name, column in self.table.items()}
        return Dataset(table=table, targets=self.targets[rows], labels=self.labels)

    def matrix(self, features: Sequence[Feature]) -> Features:
        """Return the model's input, encoded by the same code that runs on the device."""
        features = tuple(features)
        return encoder(features, (None, sum(feature.width for feature in features))).encode(self.table)

    def to_table(self) -> pyarrow.Table:
        """Return features and targets in one table, targets in columns ``label:NAME``."""
        table = self.table if isinstance(self.table, pyarrow.Table) else pyarrow.table(dict(self.table))
        for position, label in enumerate(self.labels):
            table = table.append_column(LABEL_PREFIX + label, pyarrow.array(self.targets[:, position]))
        return table
