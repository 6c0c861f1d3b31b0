"""Rows with their truth, as training learns from them and export proves by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import columns_of, encoder
from tagship_runtime.files.arrow_columns import arrow_table
from tagship_runtime.files.label_columns import LABEL_PREFIX
from tagship_runtime.files.pyarrow_import import import_pyarrow

if TYPE_CHECKING:
    from tagship_runtime.features.base import Feature
    from tagship_runtime.typing import Columns, Features, RowNumbers, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Rows to learn from or to judge by.

    Attributes:
        table: The features: a pyarrow table, 1-D arrays by name, an array (rows, ...), or a mapping that makes a column
            when it is asked for, and knows ``num_rows`` and how to ``take`` some.
        targets: uint8, 0 or 1, (rows, labels); None where the truth is not known.
        labels: Names of the targets' columns.
    """

    table: Any
    targets: Targets | None
    labels: tuple[str, ...]

    def __len__(self) -> int:
        if hasattr(self.table, "num_rows"):
            return int(self.table.num_rows)
        if not hasattr(self.table, "keys"):
            return len(self.table)
        return len(next(iter(self.table.values()), ()))

    @property
    def columns(self) -> Columns:
        """The features by name; none where they have no names."""
        if hasattr(self.table, "num_rows") and isinstance(self.table, Mapping):
            return self.table
        return columns_of(self.table) or {}

    @property
    def known_targets(self) -> Targets:
        """Targets of rows whose truth is known, uint8 (rows, labels).

        Raises:
            DataError: It is not known.
        """
        if self.targets is None:
            raise DataError("these rows have no labels; give rows whose labels are known")
        return self.targets

    def take(self, rows: RowNumbers) -> Dataset:
        """Return some of the rows, in this order."""
        if hasattr(self.table, "num_rows"):
            table = self.table.take(rows)
        elif hasattr(self.table, "keys"):
            table = {name: column[rows] for name, column in self.table.items()}
        else:
            table = self.table[rows]
        return Dataset(table=table, targets=None if self.targets is None else self.targets[rows], labels=self.labels)

    def matrix(self, features: Sequence[Feature]) -> Features:
        """Return the model's input, encoded by the same code that runs on the device."""
        features = tuple(features)
        return encoder(features, (None, sum(feature.width for feature in features))).encode(self.table)

    def to_table(self) -> Any:
        """Return features and targets in one pyarrow table, targets in columns ``label:NAME``."""
        pyarrow = import_pyarrow()
        table = self.table if hasattr(self.table, "column_names") else arrow_table(self.table)
        if self.targets is not None:
            for position, label in enumerate(self.labels):
                table = table.append_column(LABEL_PREFIX + label, pyarrow.array(self.targets[:, position]))
        return table
