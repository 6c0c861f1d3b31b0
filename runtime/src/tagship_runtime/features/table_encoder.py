"""Tables with named columns: each feature takes its column and encodes it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputError, InputValueError, MissingColumnError
from tagship_runtime.features.array_encoder import SAMPLE_CELLS, all_finite, floats, surely_finite
from tagship_runtime.features.base_encoder import Encoder
from tagship_runtime.features.columns import as_column, columns_of, row_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.features.base import Feature
    from tagship_runtime.typing import Columns, Features


FEWEST_SAMPLES = 256
"""Fewest rows that are invented, however wide they are."""


class TableEncoder(Encoder):
    """Rows have a cell for each feature; see :class:`Encoder`."""

    columns: tuple[str, ...]

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.features = features
        self.columns = tuple(feature.name for feature in features)
        self.textual = tuple(feature.name for feature in features if feature.textual)
        self.missing_words = _common([feature.missing_words for feature in features if not feature.textual])
        self.signs = {feature.name: feature.sign for feature in features if feature.sign}
        self.date_orders = {name: first for feature in features for name, first in feature.date_orders.items()}
        self.durations = tuple(feature.name for feature in features if feature.in_seconds)
        self.width = sum(feature.width for feature in features)
        fills = [feature.unchanged_fill for feature in features]
        self.plain = None if None in fills else (len(features),)
        self._fills = np.array([math.nan if fill is None else fill for fill in fills], np.float32)

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """See :class:`Encoder`."""
        (matrix,) = self.encode_parts(rows, None, unknown)
        return matrix

    def encode_parts(self, rows: Any, size: int | None, unknown: Counter[str] | None = None) -> Iterator[Features]:
        """See :class:`Encoder`."""
        columns = columns_of(rows)
        if columns is None and self.plain is not None:
            yield self._fill(floats(rows, self.plain, self.columns.__getitem__), rows)
            return
        if columns is None:
            columns = self._unnamed(rows)
        count = self._count(columns)
        size = max(1, count if size is None else size)
        for first in range(0, max(1, count), size):
            part = {name: columns[name][first : first + size] for name in self.columns} if size < count else columns
            try:
                yield self._encode_columns(part, min(size, count - first), unknown)
            except InputValueError as error:
                raise error.moved(first) from None

    def rounded(self, rows: Any) -> dict[str, float]:
        """See :class:`Encoder`."""
        columns = self._columns(rows)
        found = {feature.name: feature.rounded_by(columns[feature.name]) for feature in self.features}
        return {name: amount for name, amount in found.items() if amount}

    def select(self, columns: Mapping[str, Any], passed_on: Sequence[str]) -> Mapping[str, Any]:
        """See :class:`Encoder`; where one is missing, all are returned, for the message that says what is there."""
        if not all(name in columns for name in self.columns):
            return columns
        return {name: columns[name] for name in self.columns}

    def describe(self) -> Sequence[tuple[str, str]]:
        """See :class:`Encoder`."""
        return [(feature.name, feature.describe()) for feature in self.features]

    def row_list(self, values: Any) -> Any:
        """See :class:`Encoder`."""
        columns = columns_of(values)
        if columns is None:
            return np.asarray(values)
        self._count(columns)
        cells = zip(*(feature.json_cells(columns[feature.name]) for feature in self.features), strict=True)
        return [list(row) for row in cells]

    def sample(self, values: Any, count: int, random: np.random.Generator) -> list[Any]:
        """See :class:`Encoder`."""
        columns = self._columns(values)
        count = max(FEWEST_SAMPLES, min(count, SAMPLE_CELLS // self.width))
        invented = [feature.sample(columns[feature.name], count, random) for feature in self.features]
        return [list(row) for row in zip(*invented, strict=True)]

    def to_cells(self, values: Any) -> NDArray[np.float64]:
        """See :class:`Encoder`."""
        columns = self._columns(values)
        return np.stack([feature.to_cells(columns[feature.name]) for feature in self.features], axis=1)

    def bounds(self, found: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See :class:`Encoder`."""
        bounds = [feature.bounds(own) for feature, own in zip(self.features, found.T, strict=True)]
        low, high = np.array(bounds, np.float64).T
        return low, high

    def discrete(self) -> NDArray[np.bool_]:
        """See :class:`Encoder`."""
        return np.array([feature.discrete for feature in self.features])

    def from_cells(self, population: NDArray[np.float64]) -> list[Any]:
        """See :class:`Encoder`."""
        columns = [feature.from_cells(own) for feature, own in zip(self.features, population.T, strict=True)]
        return [list(row) for row in zip(*columns, strict=True)]

    def _columns(self, values: Any) -> Columns:
        """Return columns by name, also of rows that have none."""
        columns = columns_of(values)
        if columns is not None:
            return columns
        array = np.asarray(values)
        return {name: array[:, place] for place, name in enumerate(self.columns)}

    def _fill(self, numbers: Features, rows: Any) -> Features:
        if not surely_finite(numbers):
            missing = np.isnan(numbers)
            if missing.any():
                numbers = np.where(missing, self._fills, numbers)
        return all_finite(numbers, rows, self.columns.__getitem__)

    def _unnamed(self, rows: Any) -> Columns:
        """Return columns in feature order, for rows that mix numbers and words."""
        width = len(self.columns)
        table = row_list(rows, width)
        columns = zip(*table, strict=True) if len(table) else ((),) * width
        return {name: as_column(list(column)) for name, column in zip(self.columns, columns, strict=True)}

    def _count(self, columns: Columns) -> int:
        """Return the number of rows; all columns are there, and have as many."""
        missing = [name for name in self.columns if name not in columns]
        if missing:
            raise MissingColumnError(missing, list(columns))
        rows = len(np.atleast_1d(columns[self.columns[0]]))
        for name in self.columns:
            if (shape := columns[name].shape) != (rows,):
                raise InputError(f"column {name!r} has shape {shape}; it needs ({rows},) as the others")
        return rows

    def _encode_columns(self, columns: Columns, rows: int, unknown: Counter[str] | None) -> Features:
        matrix = np.zeros((rows, self.width), np.float32)
        position = 0
        for feature in self.features:
            values = columns[feature.name]
            unknown_cells = feature.encode(values, matrix[:, position : position + feature.width])
            if unknown_cells and unknown is not None:
                unknown[feature.name] += unknown_cells
            position += feature.width
        return matrix


def _common(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words that all lists hold."""
    return tuple(word for word in (lists[0] if lists else ()) if all(word in words for words in lists))
