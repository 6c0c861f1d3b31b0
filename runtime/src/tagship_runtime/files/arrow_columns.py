"""Columns as pyarrow keeps them, without a change in what a cell means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import DataError, InputError, InputValueError
from tagship_runtime.features import cells
from tagship_runtime.files.open_table import one_line
from tagship_runtime.files.pyarrow_import import import_pyarrow
from tagship_runtime.files.spelling.numerals import COMMA, POINT, Numerals

if TYPE_CHECKING:
    import pyarrow
    from numpy.typing import NDArray

FIRST = 1024
"""Numbers that are looked at before all of a column: most columns of fractions have one among them."""

INTEGER = r"^(0|-?[1-9][0-9]*)$"
"""Spelling of an integer that is the same once it was one."""

EXPONENT = r"^\s*[0-9]+[eE][0-9]+\s*$"
"""Spelling of an integer by a power of ten."""

DIGITS = r"^\s*[+-]?[0-9]+\s*$"
"""Spelling of an integer in any way that Python reads."""


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


def typed_columns(
    columns: Mapping[str, pyarrow.ChunkedArray], text: Sequence[str], numerals: Numerals
) -> dict[str, pyarrow.ChunkedArray]:
    """Return the columns of a CSV file, those of numbers as numbers.

    Args:
        columns: Texts as the file has them.
        text: Names of those that stay so.
        numerals: The file's spelling of numbers.

    Raises:
        DataError: Nothing tells which mark is the decimal one, or two things do.
    """
    pyarrow = import_pyarrow("compute")
    done = {name: column for name, column in columns.items() if name in text}
    rest = {name: column for name, column in columns.items() if name not in text}
    numerals.check_percent(
        {name: column.unique().to_pylist() for name, column in rest.items()}, partial(_row_of, columns)
    )
    plain = numerals.decimal in (None, POINT)
    numbers = {name: typed(column) for name, column in rest.items()} if plain else {}
    numbers = {name: column for name, column in numbers.items() if pyarrow.types.is_primitive(column.type)}
    odd = {name: column.unique().to_pylist() for name, column in rest.items() if name not in numbers}
    odd = {name: cells for name, cells in odd.items() if numerals.holds_numbers(cells)}
    commas = any(COMMA in cell for cells in odd.values() for cell in cells)
    if numerals.decimal is None and (numerals.strict or commas):  # what holds a point is evidence as well
        odd |= {
            name: rest[name].unique().to_pylist()
            for name in numbers
            if pyarrow.compute.any(pyarrow.compute.match_substring(rest[name], POINT)).as_py()
        }
    for name, spelled in numerals.rewrite(odd, known=True, place=partial(_row_of, columns)).items():
        numbers.pop(name, None)
        rest[name] = _replaced(rest[name], dict(zip(odd[name], spelled, strict=True)))
    done |= {name: numbers[name] if name in numbers else typed(column) for name, column in rest.items()}
    for name, column in done.items():
        if pyarrow.types.is_floating(column.type) and (code := _exponent_in(columns[name])) is not None:
            numerals.tell_exponent(name, code)
    return {name: without_words(done[name], columns[name], numerals) for name in columns}


def without_words(
    column: pyarrow.ChunkedArray, spelled: pyarrow.ChunkedArray, numerals: Numerals
) -> pyarrow.ChunkedArray:
    """Return a column of numbers without those that stand for a missing one, such as -999 where the caller says so.

    Args:
        column: Numbers; texts are returned as they are.
        spelled: The same as the file has them.
        numerals: The file's spelling of numbers.
    """
    pyarrow = import_pyarrow("compute")
    if not numerals.number_words or not pyarrow.types.is_primitive(column.type):
        return column
    words = pyarrow.array(sorted(numerals.number_words), spelled.type)
    named = pyarrow.compute.is_in(pyarrow.compute.utf8_trim_whitespace(spelled), words)
    return pyarrow.compute.if_else(named, pyarrow.scalar(None, column.type), column)


def _exponent_in(column: pyarrow.ChunkedArray) -> str | None:
    """Return a cell such as 12E4, a number to readers and a code to many people, where the first ones have no mark."""
    pyarrow = import_pyarrow("compute")
    if pyarrow.compute.any(pyarrow.compute.match_substring(column[:FIRST], POINT)).as_py():
        return None
    found = pyarrow.compute.index(pyarrow.compute.match_substring_regex(column, EXPONENT), value=True).as_py()
    return None if found < 0 else str(column[found].as_py())


def _row_of(columns: Mapping[str, pyarrow.ChunkedArray], name: str, text: str) -> int:
    """Return the first row that holds a text."""
    pyarrow = import_pyarrow("compute")
    return int(pyarrow.compute.index(columns[name], text).as_py())


PERCENT = {b"tagship": b"percent"}
"""Metadata of a column whose cells had a percent sign."""


def with_percents(table: pyarrow.Table, names: Collection[str]) -> pyarrow.Table:
    """Return a table whose columns say which of them had a percent sign in each cell."""
    if not names:
        return table
    pyarrow = import_pyarrow()
    fields = [field.with_metadata(PERCENT) if field.name in names else field for field in table.schema]
    return pyarrow.Table.from_arrays(table.columns, schema=pyarrow.schema(fields))


def percents_of(table: Any) -> tuple[str, ...]:
    """Return the names of columns that had a percent sign in each cell, where the table is pyarrow's."""
    fields = getattr(table, "schema", ())
    return tuple(field.name for field in fields if (field.metadata or {}).items() >= PERCENT.items())


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


def _replaced(column: pyarrow.ChunkedArray, spelled: Mapping[str, str]) -> pyarrow.ChunkedArray:
    """Return a column of texts with other texts for some."""
    pyarrow = import_pyarrow()
    encoded = column.combine_chunks().dictionary_encode()
    words = pyarrow.array([spelled[word] for word in encoded.dictionary.to_pylist()], column.type)
    return pyarrow.chunked_array([pyarrow.DictionaryArray.from_arrays(encoded.indices, words).cast(column.type)])


def typed(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Return numbers for a column of a CSV file in which each cell is one or missing, and its texts otherwise.

    Integers of which one has zeros at its beginning are codes, and stay texts.
    """
    pyarrow = import_pyarrow("compute")
    present, numbers = column, _plain_numbers(column)
    if numbers is None:
        blank = pyarrow.compute.is_in(column, pyarrow.array(sorted(cells.BLANK), column.type))
        present = pyarrow.compute.if_else(blank, pyarrow.scalar(None, column.type), column)
        numbers = _numbers(present)
    if numbers is None or _rounds_integers(present, numbers):
        return column
    missing = np.isnan(numbers)
    known = numbers[~missing] if missing.any() else numbers
    if len(known) and all(map(_whole, np.array_split(known, [FIRST]))):
        if pyarrow.compute.all(pyarrow.compute.match_substring_regex(present, INTEGER)).as_py():
            numbers = np.where(missing, 0, numbers).astype(np.int64)
        elif pyarrow.compute.any(pyarrow.compute.match_substring_regex(present, cells.CODE)).as_py():
            return column
    return pyarrow.chunked_array([pyarrow.array(numbers, mask=missing)])


def _rounds_integers(present: pyarrow.ChunkedArray, numbers: NDArray[np.float64]) -> bool:
    """Tell whether float64 may take several of the integers for one: they stay texts, which tell them apart."""
    pyarrow = import_pyarrow("compute")
    large = np.abs(numbers) >= cells.WHOLE
    if not large.any():
        return False
    spelled = present.filter(pyarrow.array(large))
    return bool(pyarrow.compute.any(pyarrow.compute.match_substring_regex(spelled, DIGITS)).as_py())


def _whole(numbers: NDArray[np.float64]) -> bool:
    """Tell whether all are whole numbers that float64 holds exactly."""
    return bool((np.isfinite(numbers) & (numbers == np.trunc(numbers)) & (np.abs(numbers) <= cells.WHOLE)).all())


def _plain_numbers(column: pyarrow.ChunkedArray) -> NDArray[np.float64] | None:
    """Return the numbers of a column without a missing cell; None for any other, of which no NaN need be one."""
    pyarrow = import_pyarrow()
    try:
        numbers: NDArray[np.float64] = column.cast(pyarrow.float64()).to_numpy()
    except pyarrow.ArrowException:
        return None
    return None if np.isnan(numbers).any() else numbers


def _numbers(present: pyarrow.ChunkedArray) -> NDArray[np.float64] | None:
    """Return texts as numbers, NaN where one is missing; None where one is no number."""
    pyarrow = import_pyarrow("compute")
    compute = pyarrow.compute
    try:
        if not compute.any(compute.match_substring(present, "(")).as_py():  # it reads nan(ind) as NaN
            found: NDArray[np.float64] = present.cast(pyarrow.float64()).to_numpy()
            return found
    except pyarrow.ArrowException:
        pass
    try:  # what Python reads besides: white space, True
        return np.array([cells.number(cell, row, "") for row, cell in enumerate(present.to_pylist())], np.float64)
    except InputError:
        return None
