"""Rows for models whose input is integers that stand for themselves: they stay integers, and nothing is rounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputShapeError, InputValueError
from tagship_runtime.features import cells
from tagship_runtime.features.array_encoder import ArrayEncoder, as_array, inputs
from tagship_runtime.features.table_encoder import TableEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.features.base import Feature
    from tagship_runtime.typing import Features

WHOLE = 2**24
"""Below it, float32 holds every integer, and rounds none to it."""


class IntegerEncoder(ArrayEncoder):
    """Rows are arrays of integers; see :class:`Encoder`. The matrix is of the model's own type.

    Args:
        row_shape: Of one row.
        dtype: NumPy's name of the model's type.
    """

    def __init__(self, row_shape: tuple[int, ...], dtype: str) -> None:
        super().__init__(row_shape)
        self.dtype = np.dtype(dtype)

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """See :class:`Encoder`; integers are never floats on their way."""
        array = _exact(rows)
        if array.shape == (0,):
            return np.empty((0, *self.row_shape), self.dtype)
        if array.ndim == 0 or array.shape[1:] != self.row_shape:
            raise InputShapeError(array.shape, (None, *self.row_shape))
        flat = array.reshape(len(array), math.prod(self.row_shape))
        if fits(flat, self.dtype):
            return np.ascontiguousarray(array.astype(self.dtype))
        found = [
            [_integer(cell, row, self._name(column), self.dtype) for column, cell in enumerate(cells)]
            for row, cells in enumerate(flat.tolist())
        ]
        return np.array(found, self.dtype).reshape(array.shape)

    def rounded(self, rows: Any) -> dict[str, float]:
        """See :class:`Encoder`."""
        del rows
        return {}

    def select(self, columns: Mapping[str, Any], passed_on: Sequence[str]) -> NDArray[Any]:
        """See :class:`ArrayEncoder`."""
        found = list(inputs(columns, passed_on).values())
        whole = all(column.dtype.kind in "biu" for column in found)
        return np.stack(found if whole else [column.astype(object) for column in found], axis=1)

    def sample(self, values: Any, count: int, random: np.random.Generator) -> NDArray[Any]:
        """See :class:`ArrayEncoder`."""
        return np.rint(super().sample(values, count, random)).astype(self.dtype)

    def from_cells(self, population: NDArray[np.float64]) -> list[Any]:
        """See :class:`Encoder`."""
        return [row.tolist() for row in np.rint(population).astype(self.dtype)]


class IntegerTableEncoder(TableEncoder):
    """Rows have a cell for each feature, and the model takes integers; see :class:`Encoder`.

    Args:
        features: Columns of the caller's table.
        dtype: NumPy's name of the model's type.
    """

    def __init__(self, features: tuple[Feature, ...], dtype: str) -> None:
        super().__init__(features)
        self.dtype = np.dtype(dtype)

    def encode_parts(self, rows: Any, size: int | None, unknown: Counter[str] | None = None) -> Iterator[Features]:
        """See :class:`Encoder`; features are encoded as float32, and what that may have rounded is refused.

        Raises:
            InputValueError: Besides, a cell that is no integer of the model's type, or one of 2**24 or more.
        """
        first = 0
        for matrix in super().encode_parts(rows, size, unknown):
            self._check(matrix, first)
            yield matrix.astype(self.dtype)
            first += len(matrix)

    def rounded(self, rows: Any) -> dict[str, float]:
        """See :class:`Encoder`."""
        del rows
        return {}

    def _check(self, matrix: Features, first: int) -> None:
        large = np.abs(matrix) >= WHOLE
        if large.any():
            row, column = (int(place) for place in np.argwhere(large)[0])
            problem = f"float32 cannot tell {matrix[row, column]:.0f} from its neighbours"
            raise InputValueError(first + row, self._feature(column), problem, _NEED)
        if not fits(matrix, self.dtype):
            for row, numbers in enumerate(matrix.tolist(), first):
                for column, number in enumerate(numbers):
                    _integer(number, row, self._feature(column), self.dtype)

    def _feature(self, column: int) -> str:
        owners = [feature.name for feature in self.features for _ in range(feature.width)]
        return owners[column]


_NEED = f"the model takes integers, here below {WHOLE:,}"


def fits(values: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Tell whether every number is an integer that a type holds; of objects and texts, nothing is told.

    Args:
        values: Of any type.
        dtype: Of integers.
    """
    limits = np.iinfo(dtype)
    if values.dtype.kind not in "biuf" or not values.size:
        return not values.size
    if values.dtype.kind != "f":
        return bool(int(values.min()) >= limits.min and int(values.max()) <= limits.max)
    with np.errstate(over="ignore"):  # of longer floats, what is infinite in 64 bits no type of integers holds
        numbers = values.astype(np.float64)  # 2.0**63 and the like are exact
    within = (numbers >= float(limits.min)) & (numbers < float(limits.max) + 1) & (numbers == np.rint(numbers))
    return bool(within.all())


def _exact(rows: Any) -> NDArray[Any]:
    """Return an array in which integers of any size are as they were given."""
    array = as_array(rows)
    if array.dtype.kind != "f" or hasattr(rows, "dtype"):
        return array
    return np.array(
        rows, object
    )  # NumPy made floats of integers beside None, or of some that need 64 bits without sign


def _integer(value: Any, row: int, name: str, dtype: np.dtype[Any]) -> int:
    """Return one cell.

    Raises:
        InputValueError: It is missing, no number, or no integer that the type holds.
    """
    limits = np.iinfo(dtype)
    need = f"the model takes {dtype}, integers from {limits.min:,} to {limits.max:,}"
    number = _spelled(value)
    if number is None:
        real = cells.number(value, row, name)
        if math.isnan(real):
            cells.refuse(row, name, real, value)
        if not real.is_integer():
            raise InputValueError(row, name, f"{cells.shown(value)} is no integer", need)
        number = int(real)
    if not limits.min <= number <= limits.max:
        raise InputValueError(row, name, f"{cells.shown(value, str)} is outside of {dtype}", need)
    return number


def _spelled(value: Any) -> int | None:
    """Return an integer, or a text's, digit by digit; None where it is neither."""
    if isinstance(value, int | np.integer):  # booleans as well
        return int(value)
    try:
        return int(value) if isinstance(value, str) and not cells.is_underscored(value) else None
    except ValueError:
        return None
