"""Tables as callers have them: data frames, dicts, lists of rows, as columns by name or as rows of cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputError, InputShapeError
from tagship_runtime.features.cells import MISSING, WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Columns


def columns_of(rows: Any) -> Columns | None:
    """Return the columns by name, or None where ``rows`` has no names."""
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
        names = list(map(str, rows.columns))
        check_unique(names)
        return {name: _of_series(rows[column]) for name, column in zip(names, rows.columns, strict=True)}
    if isinstance(rows, Sequence) and rows and by_name(rows[0]) is not None:
        return _columns_of_named(rows)
    return None


def by_name(row: Any) -> Mapping[str, Any] | None:
    """Return values as a dict, if they have names: a dict, a named tuple, a Series with words as index."""
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
    check_unique(table.column_names)
    return {name: as_column(table[name], name) for name in table.column_names}


def check_unique(names: list[str]) -> None:
    """Refuse names of a table's columns that hold one twice.

    Raises:
        InputError: They do.
    """
    if (repeated := repeated_in(names)) is not None:
        raise InputError(f"the table has more than one column {repeated!r}; rename one")


def repeated_in(names: Sequence[str]) -> str | None:
    """Return the first name that is there twice; None where all differ."""
    counts = Counter(names)
    return next((name for name in names if counts[name] > 1), None)


def _columns_of_named(rows: Sequence[Any]) -> Columns:
    dicts = [by_name(row) for row in rows]
    if None in dicts:
        number, first = dicts.index(None), type(rows[0]).__name__
        got = type(rows[number]).__name__
        raise InputError(f"row {number} is a {got} without names, the first is a {first}; use one of the two")
    named = [row for row in dicts if row is not None]
    names = dict.fromkeys(name for row in named for name in row)
    return {str(name): as_column([row.get(name) for row in named]) for name in names}


def row_list(rows: Any, width: int) -> Sequence[Any] | NDArray[Any]:
    """Return rows of ``width`` cells each, without names.

    Raises:
        InputShapeError: They are a single row, or their length is another.
        InputError: They are not in order, or one of them is no row.
    """
    if hasattr(rows, "__array__"):
        array = unmasked(rows) if hasattr(rows, "filled") else np.asarray(rows)
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
    return [unmasked(row) if hasattr(row, "filled") else row for row in rows]


def _is_several(row: Any) -> bool:
    return hasattr(row, "__len__") and not isinstance(row, str | bytes | bytearray) and getattr(row, "ndim", 1) != 0


LONG = frozenset({"int64", "uint64", "int64[pyarrow]", "uint64[pyarrow]"})
"""Types of pyarrow, polars and, in lower case, pandas whose integers may be larger."""


def as_column(values: Any, name: str = "") -> NDArray[Any]:
    """Return a column whose cells mean each what they would alone, whatever stands beside them.

    Numbers of one type stay an array of that type; cells of several types, and all others, become objects.

    Raises:
        InputError: A type of which there are no arrays, such as pyarrow's times of day in nanoseconds.
    """
    if hasattr(values, "filled"):
        return unmasked(values)
    if hasattr(values, "to_numpy") and hasattr(values, "dtype"):  # pandas and polars
        return _of_series(values)
    if hasattr(values, "to_numpy") and hasattr(values, "type"):  # pyarrow
        return _of_arrow(values, name)
    if isinstance(values, str):
        return _objects([values]).reshape(())
    if isinstance(values, list | tuple) and ((kinds := set(map(type, values))) == {str} or len(kinds) > 1):
        # NumPy would make numbers of booleans, floats of all integers, and every text as long as the longest.
        return _objects(values)
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        return np.fromiter(values, object)
    if array.ndim > 1 and isinstance(values, list | tuple):  # lists of one length
        return np.fromiter(values, object)
    # Texts stay as they are; and of integers of which one needs the sign and another all 64 bits, NumPy makes floats.
    widened = array.dtype.kind == "f" and isinstance(values, list | tuple) and values and isinstance(values[0], int)
    return np.asarray(values, dtype=object) if widened or array.dtype.kind in "OUST" else array


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    cells = np.empty(len(values), object)
    cells[:] = values
    return cells


def _of_series(series: Any) -> NDArray[Any]:
    """Return a column of pandas or polars; integers beside missing ones stay so where float64 would round them."""
    categorical = series.cat if hasattr(series, "cat") else series
    if hasattr(categorical, "codes"):  # pandas would make floats of integers beside none
        words = [*np.asarray(categorical.categories), None]
        known = np.empty(len(words), object)
        known[:] = words
        return np.asarray(known[np.asarray(categorical.codes)])
    some_missing = series.null_count if hasattr(series, "null_count") else series.isna().any
    if str(series.dtype).lower() in LONG and some_missing():
        cells = series.to_list() if hasattr(series, "to_list") else series.tolist()
        return _integers([None if type(cell).__name__ in MISSING else cell for cell in cells])
    try:
        return np.asarray(series.to_numpy())
    except Exception:  # polars' own, with no common base but this, for types that NumPy lacks, such as Int128
        return as_column(list(series))


def _integers(cells: list[int | None]) -> NDArray[Any]:
    """Return integers and None as float64 with NaN, or as they are where that would round one."""
    if any(cell is not None and abs(cell) > WHOLE for cell in cells):
        return np.array(cells, object)
    return np.array([np.nan if cell is None else cell for cell in cells], np.float64)


def _of_arrow(values: Any, name: str) -> NDArray[Any]:
    """Return a pyarrow column; a missing cell is None, or NaN among numbers that float64 holds."""
    kind = values.type
    if hasattr(kind, "value_type") and hasattr(kind, "index_type"):  # a dictionary, whose indices are not its words
        try:
            values, kind = values.cast(kind.value_type), kind.value_type
        except NotImplementedError:  # pyarrow has no such cast for views of texts
            return as_column(values.to_pylist(), name)
    if values.null_count and str(kind) in LONG:
        return _integers(values.to_pylist())
    try:
        return np.asarray(values.to_numpy(zero_copy_only=False))
    except ValueError as error:
        raise InputError(f"column {name!r} holds {kind}; numbers or texts are needed") from error


def unmasked(values: Any) -> NDArray[Any]:
    """Return a masked array with masked cells missing; asarray would take what is under the mask."""
    kind = values.dtype.kind
    if kind == "f":
        return np.asarray(values.filled(np.nan))
    return np.asarray(values.astype(object).filled(None) if kind in "biuOUST" else values)
