"""Columns as pyarrow keeps them, without a change in what a cell means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import DataError, InputValueError
from tagship_runtime.features import cells
from tagship_runtime.files.open_table import one_line
from tagship_runtime.files.pyarrow_import import import_pyarrow

if TYPE_CHECKING:
    import pyarrow
    from numpy.typing import NDArray


def arrow_table(columns: Mapping[str, NDArray[Any]]) -> pyarrow.Table:
    """Return a table of columns as :func:`tagship_runtime.features.as_column` gives them.

    Raises:
        DataError: A column of which pyarrow makes none.
    """
    return import_pyarrow().table({name: arrow_column(values, name) for name, values in columns.items()})


def arrow_column(values: NDArray[Any], name: str) -> pyarrow.Array:
    """Return one column; cells of several types become texts, as categories are spelled and numbers read.

    Raises:
        DataError: Cells of which pyarrow makes no column.
    """
    pyarrow = import_pyarrow()
    try:
        if values.dtype.kind != "O":
            return pyarrow.array(values.astype(np.float64) if values.dtype == np.longdouble else values)
        present = [None if cells.is_missing(cell) else cell for cell in values.tolist()]
        kinds = {type(cell) for cell in present if cell is not None}
        if len(kinds) <= 1 and not any(issubclass(kind, Decimal | np.generic) for kind in kinds):
            try:
                return pyarrow.array(present)
            except OverflowError:  # integers beyond 64 bits
                pass
        return pyarrow.array([None if cell is None else cells.word(cell) for cell in present], pyarrow.string())
    except (pyarrow.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"column {name!r} holds what is of no one type: {one_line(error)}; make it numbers or texts first"
        ) from error


SIGN = b"tagship"
"""Key of metadata of a column whose cells had a percent sign or a currency, which :data:`PERCENT` or itself says."""

PERCENT = "percent"


def with_signs(table: pyarrow.Table, signs: Mapping[str, str]) -> pyarrow.Table:
    """Return a table whose columns say which percent sign or currency their cells had.

    Args:
        table: Columns of numbers.
        signs: By the column's name.
    """
    if not signs:
        return table
    pyarrow = import_pyarrow()
    said = {name: PERCENT if sign == "%" else sign for name, sign in signs.items()}
    fields = [
        field.with_metadata({SIGN: said[field.name].encode()}) if field.name in said else field
        for field in table.schema
    ]
    return pyarrow.Table.from_arrays(table.columns, schema=pyarrow.schema(fields))


def signs_of(table: Any) -> dict[str, str]:
    """Return the percent sign or currency that columns' cells had, by name, where the table is pyarrow's."""
    said = {field.name: (field.metadata or {}).get(SIGN, b"").decode() for field in getattr(table, "schema", ())}
    return {name: "%" if sign == PERCENT else sign for name, sign in said.items() if sign}


NO_TEXT = b"tagship no text"
"""Key of metadata of a column of texts, some of which were something else: row and value of the first."""


def with_first_strangers(table: pyarrow.Table, columns: Mapping[str, NDArray[Any]]) -> pyarrow.Table:
    """Return a table whose columns of texts say which cell was none before :func:`arrow_column` made it one.

    Args:
        table: Of texts, among others.
        columns: The same as they were.
    """
    pyarrow = import_pyarrow()
    fields = []
    for field in table.schema:
        found = _first_stranger(columns[field.name]) if pyarrow.types.is_string(field.type) else None
        fields.append(field if found is None else field.with_metadata({NO_TEXT: f"{found[0]} {found[1]}".encode()}))
    return pyarrow.Table.from_arrays(table.columns, schema=pyarrow.schema(fields))


def check_texts(table: Any, names: Collection[str]) -> None:
    """Refuse columns of texts some of which are something else in the file.

    Raises:
        InputValueError: There is one.
    """
    for field in getattr(table, "schema", ()):
        found = (field.metadata or {}).get(NO_TEXT) if field.name in names else None
        if found is not None:
            row, value = found.decode().split(" ", 1)
            raise InputValueError(int(row), field.name, f"{value} is no text", "a text is needed")


def _first_stranger(values: NDArray[Any]) -> tuple[int, str] | None:
    if values.dtype.kind != "O":
        return None
    for row, cell in enumerate(values.tolist()):
        if not isinstance(cell, str) and not cells.is_missing(cell):
            return row, cells.shown(cell)
    return None
