"""Rows as callers have them -> the float32 array that the model takes, by the contract's features.

Accepted: anything array-like of real numbers; a list of dicts, one dict (a row) or a dict of columns;
pandas, polars and pyarrow tables, columns in any order and matched by name.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tagship_runtime.contract import CategoryFeature, Feature, NumericFeature
from tagship_runtime.errors import InputError, InputShapeError, MissingColumnError, Shape
from tagship_runtime.features import cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Columns, Features

_MISSING, _UNKNOWN = -1, -2


class Encoder(Protocol):
    """Turns rows into one model's input.

    Attributes:
        plain: The shape of a row, if arrays of finite numbers are the model's input as they are; else None.
    """

    plain: tuple[int, ...] | None

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """Encode rows.

        Args:
            rows: As callers have them.
            unknown: Gets, by feature, how many cells hold a word that is not among a category's values. Such
                cells are all zeros, and no error; those that are missing are not counted.

        Returns:
            C-contiguous float32, shape (rows, ...) as the model takes it. It may share memory with ``rows``
            where those are such an array already.

        Raises:
            InputShapeError: Wrong width or number of axes.
            InputValueError: A cell that is text, missing without a fill, or not finite in float32.
            MissingColumnError: A table without one of the features.
            InputError: Not array-like at all.
        """


def encoder(features: tuple[Feature, ...] | None, shape: Shape) -> Encoder:
    """The encoder for a model with these features and this input shape (None where the batch is free)."""
    if features is None:
        return ArrayEncoder(tuple(size for size in shape[1:] if size is not None))
    return TableEncoder(features)


class ArrayEncoder:
    """For signals, images and other input without named columns: rows are arrays of the model's own shape."""

    def __init__(self, row_shape: tuple[int, ...]) -> None:
        self.row_shape = row_shape
        self.plain: tuple[int, ...] | None = row_shape

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """See :class:`Encoder`."""
        numbers = floats(rows, self.row_shape, self._name)
        return _all_finite(numbers, rows, self._name)

    def _name(self, column: int) -> str:
        return str([int(i) for i in np.unravel_index(column, self.row_shape)])


class TableEncoder:
    """For tables: numbers are filled where the contract says so, categories become one-hot columns."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.features = features
        self.names = [feature.name for feature in features]
        numbers_only = all(isinstance(f, NumericFeature) and not f.indicator for f in features)
        self.plain: tuple[int, ...] | None = (len(features),) if numbers_only else None
        fills = [f.fill if isinstance(f, NumericFeature) else None for f in features]
        self._fills = np.array([math.nan if fill is None else fill for fill in fills], np.float32)

    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """See :class:`Encoder`."""
        columns = columns_of(rows)
        if columns is not None:
            return self._encode_columns(columns, unknown)
        if self.plain is not None:
            return self._fill(floats(rows, self.plain, self.names.__getitem__), rows)
        return self._encode_columns(self._unnamed(rows), unknown)

    def _fill(self, numbers: Features, rows: Any) -> Features:
        if not _surely_finite(numbers):
            missing = np.isnan(numbers)
            if missing.any():
                numbers = np.where(missing, self._fills, numbers)
        return _all_finite(numbers, rows, self.names.__getitem__)

    def _unnamed(self, rows: Any) -> Columns:
        """Columns in feature order, for rows that mix numbers and words."""
        width = len(self.names)
        table = _table(rows, width)
        columns = zip(*table, strict=True) if len(table) else ((),) * width
        return {name: as_column(list(column)) for name, column in zip(self.names, columns, strict=True)}

    def _encode_columns(self, columns: Columns, unknown: Counter[str] | None) -> Features:
        missing = [name for name in self.names if name not in columns]
        if missing:
            raise MissingColumnError(missing, list(columns))
        rows = len(np.atleast_1d(columns[self.names[0]]))
        matrix = np.zeros((rows, sum(feature.width for feature in self.features)), np.float32)
        position = 0
        for feature in self.features:
            values = columns[feature.name]
            if values.shape != (rows,):
                raise InputError(f"column {feature.name!r} has shape {values.shape}; it needs ({rows},) as the others")
            into = matrix[:, position : position + feature.width]
            if isinstance(feature, CategoryFeature):
                strangers = _encode_category(values, feature, into)
                if strangers and unknown is not None:
                    unknown[feature.name] += strangers
            else:
                _encode_number(values, feature, into)
            position += feature.width
        return matrix


def columns_of(rows: Any) -> Columns | None:
    """The columns by name, or None where ``rows`` has no names."""
    if isinstance(rows, np.ndarray):
        return None
    if isinstance(rows, Mapping):
        columns = {str(name): as_column(value, str(name)) for name, value in rows.items()}
        one_row = all(column.ndim == 0 for column in columns.values())
        return {name: column.reshape(1) for name, column in columns.items()} if one_row else columns
    if hasattr(rows, "collect"):
        raise InputError(f"a {type(rows).__name__} has no rows yet; pass what its collect() gives")
    if hasattr(rows, "column_names"):  # pyarrow
        return _columns_of_arrow(rows)
    if hasattr(rows, "columns"):  # pandas and polars
        return {str(name): rows[name].to_numpy() for name in rows.columns}
    if isinstance(rows, Sequence) and rows and by_name(rows[0]) is not None:
        return _columns_of_named(rows)
    return None


def by_name(row: Any) -> Mapping[str, Any] | None:
    """Values as a dict, if they say what they are called: a dict, a named tuple, a Series with words as index."""
    if isinstance(row, Mapping):
        return row
    if hasattr(row, "_asdict"):
        fields: Mapping[str, Any] = row._asdict()
        return fields
    if not hasattr(row, "keys"):
        return None
    names = list(row.keys())
    return None if all(isinstance(name, int | np.integer) for name in names) else {name: row[name] for name in names}


def _columns_of_arrow(table: Any) -> Columns:
    names = table.column_names
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise InputError(f"the table has more than one column {repeated!r}; rename one")
    return {name: as_column(table[name], name) for name in names}


def _columns_of_named(rows: Sequence[Any]) -> Columns:
    dicts = [by_name(row) for row in rows]
    if None in dicts:
        number, first = dicts.index(None), type(rows[0]).__name__
        got = type(rows[number]).__name__
        raise InputError(f"row {number} is a {got} without names, the first is a {first}; use one of the two")
    named = [row for row in dicts if row is not None]
    names = dict.fromkeys(name for row in named for name in row)
    return {str(name): as_column([row.get(name) for row in named]) for name in names}


def _table(rows: Any, width: int) -> Sequence[Any] | NDArray[Any]:
    """Rows of ``width`` cells each, without names.

    Raises:
        InputShapeError: They are a single row, or their length is another.
        InputError: They are not in order, or one of them is no row.
    """
    if hasattr(rows, "__array__"):
        array = _unmasked(rows) if hasattr(rows, "filled") else np.asarray(rows)
        if array.shape != (0,) and (array.ndim != 2 or array.shape[1] != width):
            raise InputShapeError(array.shape, (None, width))
        return array
    if isinstance(rows, str | bytes) or not isinstance(rows, Sequence):
        raise InputError(f"rows are a {type(rows).__name__}; a list of rows, an array or a table is needed")
    if rows and not any(map(_is_several, rows)):
        raise InputShapeError((len(rows),), (None, width))
    for number, row in enumerate(rows):
        if not _is_several(row) or not hasattr(row, "__getitem__") or isinstance(row, Mapping):
            raise InputError(
                f"row {number} is a {type(row).__name__}; a list of {width} values is needed, as the others"
            )
        if len(row) != width:
            raise InputShapeError((len(rows), len(row)), (None, width))
    return [_unmasked(row) if hasattr(row, "filled") else row for row in rows]


def _is_several(row: Any) -> bool:
    return hasattr(row, "__len__") and not isinstance(row, str | bytes | bytearray) and getattr(row, "ndim", 1) != 0


def _encode_number(values: NDArray[Any], feature: NumericFeature, into: Features) -> None:
    numbers = cells.numbers(values, feature.name)
    missing = np.isnan(numbers)
    if feature.fill is not None:
        numbers = np.where(missing, np.float32(feature.fill), numbers)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        row = int(np.argmax(wrong))
        cells.refuse(row, feature.name, float(numbers[row]), values[row])
    into[:, 0] = numbers
    if feature.indicator:
        into[:, 1] = missing


def _encode_category(values: NDArray[Any], feature: CategoryFeature, into: Features) -> int:
    """Set the ones, and return how many cells hold an unknown word."""
    index = {value: i for i, value in enumerate(feature.values)}
    index.setdefault("", _MISSING)
    codes = np.array([index.get(word, _UNKNOWN) for word in cells.words(values, feature.name)], dtype=np.intp)
    known = np.flatnonzero(codes >= 0)
    into[known, codes[known]] = 1
    return int(np.count_nonzero(codes == _UNKNOWN))


def floats(rows: Any, row_shape: tuple[int, ...], name: Callable[[int], str]) -> Features:
    """An array-like as C-contiguous float32, converted exactly once; the shape is checked, the values are not."""
    array = _as_array(rows)
    if array.shape == (0,):
        return np.empty((0, *row_shape), np.float32)
    if array.ndim == 0 or array.shape[1:] != row_shape:
        raise InputShapeError(array.shape, (None, *row_shape))
    if array.dtype.kind not in "biuf":
        flat = array.reshape(len(array), -1)
        parsed = [cells.numbers(flat[:, column], name(column)) for column in range(flat.shape[1])]
        array = np.stack(parsed, axis=1).reshape(array.shape)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def _surely_finite(numbers: Features) -> bool:
    # A sum is finite only if every term is: one pass and no temporary. It may overflow on its own, so a
    # False settles nothing.
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(float(numbers.sum()))


def _all_finite(numbers: Features, rows: Any, name: Callable[[int], str]) -> Features:
    if not _surely_finite(numbers):
        wrong = np.argwhere(~np.isfinite(numbers))
        if len(wrong):
            row, *place = (int(i) for i in wrong[0])
            column = int(np.ravel_multi_index(tuple(place), numbers.shape[1:]))
            cells.refuse(row, name(column), float(numbers[(row, *place)]), _as_array(rows)[(row, *place)])
    return numbers


def _as_array(rows: Any) -> NDArray[Any]:
    if hasattr(rows, "filled"):
        rows = _unmasked(rows.astype(np.float64) if rows.dtype.kind in "biu" else rows)
    elif isinstance(rows, list | tuple) and any(hasattr(row, "filled") for row in rows):
        rows = [_unmasked(row) if hasattr(row, "filled") else row for row in rows]
    try:
        array = np.asarray(rows)
    except (TypeError, ValueError) as error:
        raise InputError(f"rows of unequal length or shape; every row needs the same ({error})") from error
    if array.dtype.kind not in "biufOUST":
        raise InputError(f"input holds {array.dtype}; real numbers are needed")
    return array


def as_column(values: Any, name: str = "") -> NDArray[Any]:
    """Numbers as they are; words keep what they are beside, None and booleans apart.

    Raises:
        InputError: A type of which there are no arrays, such as pyarrow's times of day in nanoseconds.
    """
    if hasattr(values, "filled"):
        return _unmasked(values)
    if hasattr(values, "to_numpy") and hasattr(values, "type"):  # pyarrow
        try:
            return np.asarray(values.to_numpy(zero_copy_only=False))
        except ValueError as error:
            raise InputError(f"column {name!r} holds {values.type}; numbers or texts are needed") from error
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        return np.fromiter(values, object)
    if array.ndim > 1 and isinstance(values, list | tuple):  # lists of one length
        return np.fromiter(values, object)
    return np.asarray(values, dtype=object) if array.dtype.kind in "OUST" else array


def _unmasked(values: Any) -> NDArray[Any]:
    """A masked array as one in which what is masked is missing; asarray would take what is under the mask."""
    kind = values.dtype.kind
    if kind == "f":
        return np.asarray(values.filled(np.nan))
    return np.asarray(values.astype(object).filled(None) if kind in "biuOUST" else values)
