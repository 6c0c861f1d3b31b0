"""Signals, images and other input without named columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputError, InputShapeError
from tagship_runtime.features import cells
from tagship_runtime.features.base_encoder import Encoder
from tagship_runtime.features.columns import as_column, unmasked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Columns, Features

SAMPLE_CELLS = 1 << 22
"""Most cells of the rows that are invented at a time."""


class ArrayEncoder(Encoder):
    """Rows are arrays of the model's own shape; see :class:`Encoder`."""

    columns = None
    textual = ()

    def __init__(self, row_shape: tuple[int, ...]) -> None:
        self.row_shape = row_shape
        self.plain = row_shape

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """See :class:`Encoder`."""
        numbers = floats(rows, self.row_shape, self._name)
        return all_finite(numbers, rows, self._name)

    def rounded(self, rows: Any) -> dict[str, float]:
        """See :class:`Encoder`."""
        from tagship_runtime.features.rounding import rounded_by

        amount = rounded_by(as_array(rows))
        return {"": amount} if amount else {}

    def select(self, columns: Mapping[str, Any], passed_on: Sequence[str]) -> NDArray[Any]:
        """Take the columns in the order of the table, but for those that are passed on."""
        left = inputs(columns, passed_on)
        return np.stack([cells.numbers(column, name) for name, column in left.items()], axis=1)

    def describe(self) -> Sequence[tuple[str, str]]:
        """See :class:`Encoder`."""
        return ()

    def row_list(self, values: Any) -> NDArray[Any]:
        """See :class:`Encoder`."""
        return np.asarray(values)

    def sample(self, values: Any, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        """Invent a mixture of noise and of slow waves, between the 1st and 99th percentile of all cells."""
        low, high = np.percentile(np.asarray(values).astype(np.float64), [1, 99])
        shape = self.row_shape
        count = max(8, min(count, SAMPLE_CELLS // int(np.prod(shape))))
        noise = random.random((count, *shape))
        phase = sum(
            random.uniform(0, 0.5, (count, *(1 for _ in shape)))
            * np.arange(size).reshape(-1, *(1,) * (len(shape) - axis))
            for axis, size in enumerate(shape, start=1)
        )
        share = random.random((count, *(1 for _ in shape)))
        mixed: NDArray[np.float64] = share * noise + (1 - share) * (np.sin(phase) + 1) / 2
        scaled: NDArray[np.float64] = low + (high - low) * mixed
        return scaled

    def to_cells(self, values: Any) -> NDArray[np.float64]:
        """See :class:`Encoder`."""
        return self.encode(values).astype(np.float64)

    def bounds(self, found: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and greatest of all cells, for each; see :class:`Encoder`."""
        return np.full(self.row_shape, found.min()), np.full(self.row_shape, found.max())

    def discrete(self) -> NDArray[np.bool_]:
        """See :class:`Encoder`."""
        return np.zeros(self.row_shape, bool)

    def from_cells(self, population: NDArray[np.float64]) -> list[Any]:
        """See :class:`Encoder`."""
        return [row.astype(np.float32).tolist() for row in population]

    def _name(self, column: int) -> str:
        return str([int(i) for i in np.unravel_index(column, self.row_shape)])


def inputs(columns: Mapping[str, Any], passed_on: Sequence[str]) -> Columns:
    """Return the columns of a table that are the input.

    Raises:
        InputError: None is left.
    """
    left = {name: as_column(values, name) for name, values in columns.items() if name not in passed_on}
    if not left:
        raise InputError(f"of the columns {', '.join(map(repr, columns))} none is left for the model; pass fewer on")
    return left


def floats(rows: Any, row_shape: tuple[int, ...], name: Callable[[int], str]) -> Features:
    """Return an array-like as C-contiguous float32, converted exactly once; shape is checked, values are not."""
    array = as_array(rows)
    if array.shape == (0,):
        return np.empty((0, *row_shape), np.float32)
    if array.ndim == 0 or array.shape[1:] != row_shape:
        raise InputShapeError(array.shape, (None, *row_shape))
    if array.dtype.kind not in "biuf":
        flat = array.reshape(len(array), math.prod(row_shape))
        parsed = [cells.numbers(flat[:, column], name(column)) for column in range(flat.shape[1])]
        array = np.stack(parsed, axis=1).reshape(array.shape)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(cells.to_float32(array))


def surely_finite(numbers: Features) -> bool:
    """Tell quickly that every number is finite; False settles nothing."""
    # A sum is finite only if every term is: one pass and no temporary. It may overflow on its own.
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(float(numbers.sum()))


def all_finite(numbers: Features, rows: Any, name: Callable[[int], str]) -> Features:
    """Return the numbers, or raise InputValueError for the first that is not finite."""
    if not surely_finite(numbers):
        wrong = np.argwhere(~np.isfinite(numbers))
        if len(wrong):
            row, *place = (int(i) for i in wrong[0])
            column = int(np.ravel_multi_index(tuple(place), numbers.shape[1:]))
            cells.refuse(row, name(column), float(numbers[(row, *place)]), as_array(rows)[(row, *place)])
    return numbers


def as_array(rows: Any) -> NDArray[Any]:
    """Return an array-like as an array of real numbers, texts or objects; what is masked is missing.

    Raises:
        InputError: Rows of unequal length, or of a type without real numbers.
    """
    if hasattr(rows, "filled"):
        rows = unmasked(rows.astype(np.float64) if rows.dtype.kind in "biu" else rows)
    elif isinstance(rows, list | tuple) and any(hasattr(row, "filled") for row in rows):
        rows = [unmasked(row) if hasattr(row, "filled") else row for row in rows]
    try:
        array = np.asarray(rows)
    except (TypeError, ValueError) as error:
        raise InputError(f"rows of unequal length or shape; every row needs the same ({error})") from error
    except Exception as error:  # a frame of a type that NumPy lacks raises whatever its library has for that
        raise InputError(f"a {type(rows).__name__} of which NumPy makes no array: {error}") from error
    if array.ndim == 0 and hasattr(rows, "toarray"):
        raise InputError(f"a {type(rows).__name__} is sparse; pass what its toarray() gives")
    if array.dtype.kind not in "biufOUST":
        raise InputError(f"input holds {array.dtype}; real numbers are needed")
    return array
