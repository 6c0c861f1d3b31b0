"""Columns of texts that hold numbers, made numbers: of CSV files, and of files that have types of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tagship_runtime.errors import InputError
from tagship_runtime.features import cells
from tagship_runtime.files.arrow_columns import with_signs
from tagship_runtime.files.arrow_texts import texts_in
from tagship_runtime.files.pyarrow_import import import_pyarrow
from tagship_runtime.files.spelling.numerals import COMMA, POINT, Numerals, is_numeral

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


def typed_columns(
    columns: Mapping[str, pyarrow.ChunkedArray], text: Sequence[str], numerals: Numerals
) -> dict[str, pyarrow.ChunkedArray]:
    """Return columns of texts, those of numbers as numbers.

    Args:
        columns: Texts as the file has them, null where a file of types has nothing.
        text: Names of those that stay so.
        numerals: The file's spelling of numbers.

    Raises:
        DataError: Nothing tells which mark is the decimal one, or two things do.
    """
    pyarrow = import_pyarrow("compute")
    done = {name: column for name, column in columns.items() if name in text}
    rest = {name: column for name, column in columns.items() if name not in text}
    percents = {name: rest[name].unique().to_pylist() for name in numerals.signs.trained_percents if name in rest}
    numerals.signs.check_percent(percents, partial(_row_of, columns))
    plain = numerals.decimal in (None, POINT)
    numbers = {name: typed(column) for name, column in rest.items()} if plain else {}
    numbers = {name: column for name, column in numbers.items() if pyarrow.types.is_primitive(column.type)}
    odd = {name: column.unique().to_pylist() for name, column in rest.items() if name not in numbers}
    odd = {name: cells for name, cells in odd.items() if numerals.holds_numbers(cells)}
    commas = any(COMMA in (cell or "") for cells in odd.values() for cell in cells)
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
    done |= {name: columns[name] for name in odd if _holds_codes(done[name])}
    _tell_exponents(done, columns, numerals)
    return {name: without_words(done[name], columns[name], numerals) for name in columns}


def typed_table(table: pyarrow.Table, text: Sequence[str], numerals: Numerals) -> pyarrow.Table:
    """Return a table of a file that has types of its own, with those of its texts as numbers that a CSV would have.

    Args:
        table: As the file has it.
        text: Names of columns of texts that stay so.
        numerals: The file's spelling of numbers that are texts.

    Raises:
        DataError: Nothing tells which mark is the decimal one, or two things do.
    """
    texts = {name: column for name in table.column_names if (column := _as_texts(table[name])) is not None}
    typed = typed_columns(texts, [name for name in text if name in texts], numerals)
    for name, column in typed.items():
        if import_pyarrow().types.is_floating(column.type):
            numerals.assume(texts[name].unique().to_pylist())
    numerals.tell_doubt()
    return with_signs(_with_columns(table, typed), numerals.signs.found)


def typed_cells(table: pyarrow.Table, text: Sequence[str], numerals: Numerals) -> pyarrow.Table:
    """Return a table with its columns of numbers as Python spells them as numbers.

    Args:
        table: Some columns of which are texts.
        text: Names of columns of texts that stay so.
        numerals: By which its numbers were rewritten.
    """
    columns = {name: table[name] for name in table.column_names if name not in text}
    spelled = {name: column for name, column in columns.items() if str(column.type) == "string"}
    numbers = {name: typed(column) for name, column in spelled.items()}
    _tell_exponents(numbers, spelled, numerals)
    return with_signs(_with_columns(table, numbers), numerals.signs.found)


def _holds_codes(column: pyarrow.ChunkedArray) -> bool:
    """Tell whether a column stays one of texts although all are numbers, which are words as the file spells them."""
    return str(column.type) == "string" and all(map(is_numeral, filter(None, column.unique().to_pylist())))


def _with_columns(table: pyarrow.Table, columns: Mapping[str, pyarrow.ChunkedArray]) -> pyarrow.Table:
    """Return a table with those of other columns in place of its own that are numbers."""
    for name, column in columns.items():
        if import_pyarrow().types.is_primitive(column.type):
            table = table.set_column(table.column_names.index(name), name, column)
    return table


def _tell_exponents(
    columns: Mapping[str, pyarrow.ChunkedArray], spelled: Mapping[str, pyarrow.ChunkedArray], numerals: Numerals
) -> None:
    """Note cells such as 12E4 in columns of numbers."""
    for name, column in columns.items():
        if import_pyarrow().types.is_floating(column.type) and (code := _exponent_in(spelled[name])) is not None:
            numerals.tell_exponent(name, code)


def _as_texts(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray | None:
    """Return a column of texts as those of one type; None for any other."""
    if str(column.type) == "string":
        return column
    pyarrow, texts = import_pyarrow(), texts_in(column)
    return None if texts is None else pyarrow.chunked_array([pyarrow.array(texts, pyarrow.string())])


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
    if np.fmax.reduce(numbers, initial=0) < cells.WHOLE and np.fmin.reduce(numbers, initial=0) > -cells.WHOLE:
        return False
    pyarrow = import_pyarrow("compute")
    spelled = present.filter(pyarrow.array(np.abs(numbers) >= cells.WHOLE))
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
