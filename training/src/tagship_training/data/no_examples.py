"""Rows that are no examples: blank ones and lines of text below a table, and totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray

from tagship_runtime.features import cells
from tagship_runtime.files.spelling.numerals import STRAY
from tagship_training.errors import TableError

NAMES = (
    r"^\s*(?:(?:grand|sub|zwischen|gesamt)[- ]?)?"
    "(?:average|mean|mittelwert|durchschnitt|moyenne|\u00f8|totals?|summen?|sums?|gesamt|ergebnis|insgesamt|somme|totale|suma|\u03a3|\u2211)"
    r"\s*:?\s*$"
)
"""Spellings of what names such a row, of sums or of means, in English, German, French, Italian and Spanish."""

FEWEST = 5
"""Of fewer numbers that are not zero, a number is a sum by chance."""

SUMMED = 0.5
"""Least share of a last row's numbers that are sums where nothing names it: in a wide table some are by chance."""

BY_CHANCE = 0.02
"""Largest share of a column's range that a mean's rounding may span: one of ratings from 1 to 5 is met by many rows."""

FEW_COLUMNS = 2
"""In so few, a text without a tag is a row as others are."""

DECIMALS = 6
"""Digits behind the mark that are looked at."""


def check_rows_below(table: pyarrow.Table, source: str, note: Callable[[str], None] | None = None) -> None:
    """Refuse rows below a table that have no cell, or a text alone, where a blank may mean that a label is off.

    Args:
        table: As it was read.
        source: Its name, for messages.
        note: Told of rows without a cell in between; None for nobody.

    Raises:
        TableError: There is one.
    """
    last = len(table) - 1
    there = _counts(table)
    filled = np.flatnonzero(there)
    first = int(filled[-1]) + 1 if len(filled) else 0
    if first <= last:
        raise TableError(f"{source} has no cell from row {first} on, up to its last row {last}; remove these rows")
    if note is not None and len(filled) < len(table) and table.num_columns > 1:
        row = int(np.argmin(there))
        more = len(table) - len(filled) - 1
        note(f"{source}: row {row} has no cell{f', as {more:,} more' if more else ''}, and is taken for an example")
    if last >= FEWEST and table.num_columns > FEW_COLUMNS and there[last] == 1 and (there[:last] > 1).all():
        name, text = next((name, cell) for name in table.column_names if (cell := table[name][last].as_py()))
        raise TableError(
            f"{source}: row {last}, the last one, has nothing but {cells.shown(text)} in column {name!r}; if this is a "
            "line below the table, remove it"
        )


def _counts(table: pyarrow.Table) -> NDArray[np.int64]:
    """Return how many cells each row has, (rows,)."""
    counts = np.zeros(len(table), np.int64)
    for column in table.columns:
        there = pyarrow.compute.is_valid(column)
        if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
            there = pyarrow.compute.and_(there, pyarrow.compute.not_equal(pyarrow.compute.fill_null(column, ""), ""))
        counts += there.to_numpy()
    return counts


@dataclass(frozen=True, slots=True)
class _Cell:
    column: str
    shown: str
    kind: str


def check_totals(table: pyarrow.Table, source: str, note: Callable[[str], None] | None = None) -> None:
    """Refuse a last row of totals, and note rows that by their name alone may be some.

    Args:
        table: As it was read.
        source: Its name, for messages.
        note: Told of rows that may be totals; None for nobody.

    Raises:
        TableError: The last row holds the sum of the rows above it in a column beside a name such as Total; or in most
            of its numbers, which are several, or one beside a cell that is blank in this row alone.
    """
    last = len(table) - 1
    if last < FEWEST:
        return
    named = list(_named(table))
    told = next((name for name, rows in named if rows[-1] == last), None)
    blank = None if told is not None else next(_blank_in_last(table, last), None)
    sums = list(_sums(table, last, loose=told is not None))
    most = len(sums) >= SUMMED * len(_numbers(table, last)) and (blank is not None or len(sums) > 1)
    if sums and (told is not None or most):
        name = told or blank
        beside = "" if name is None else f"{table[name][last].as_py() or ''!r} in column {name!r}, and "
        raise TableError(
            f"{source}: row {last}, the last one, holds totals and is no example: {beside}{sums[0].shown}, the "
            f"{sums[0].kind} of the rows above it, in column {sums[0].column!r}; remove this row"
        )
    if note is None:
        return
    for name, rows in named:
        word, more = table[name][rows[0]].as_py(), "" if len(rows) == 1 else f", as {len(rows) - 1:,} more do"
        note(
            f"{source}: row {rows[0]} holds {word!r} in column {name!r}{more}, and is taken for an example; if it "
            "holds totals, remove it"
        )


def _named(table: pyarrow.Table) -> Iterator[tuple[str, list[int]]]:
    """Yield columns of texts with the rows that such a name stands in, unless many have it, as any other word."""
    for name in table.column_names:
        if not (pyarrow.types.is_string(kind := table[name].type) or pyarrow.types.is_large_string(kind)):
            continue
        found = pyarrow.compute.match_substring_regex(table[name], NAMES, ignore_case=True)
        rows = pyarrow.compute.indices_nonzero(found).to_pylist()
        if 0 < len(rows) <= STRAY * len(table):
            yield name, rows


def _blank_in_last(table: pyarrow.Table, last: int) -> Iterator[str]:
    """Yield columns that have a cell in each row but the last one."""
    for name in table.column_names:
        if table[name][last].as_py() in (None, "") and not table[name][:last].null_count:
            texts = pyarrow.types.is_string(table[name].type)
            if not texts or not pyarrow.compute.any(pyarrow.compute.equal(table[name][:last], "")).as_py():
                yield name


def _sums(table: pyarrow.Table, last: int, *, loose: bool) -> Iterator[_Cell]:
    """Yield the numbers of the last row that are sums of those above it, and beyond what is summed.

    Where the row is named, means are taken for the same.

    Args:
        table: All of it.
        last: Number of its last row.
        loose: Whether what is shown may have been rounded after it was summed.
    """
    for name, number in _numbers(table, last).items():
        above = table[name][:last].cast(pyarrow.float64(), safe=False).to_numpy()
        above = above[np.isfinite(above)]
        summed = len(above) if loose else np.count_nonzero(above)
        if summed >= FEWEST and _is_sum(float(number), above, loose=loose):
            yield _Cell(name, f"{number:.15g}", "sum")
        elif loose and len(above) >= FEWEST and _is_mean(float(number), above):
            yield _Cell(name, f"{number:.15g}", "mean")


def _numbers(table: pyarrow.Table, row: int) -> dict[str, float]:
    """Return the numbers of a row by their column."""
    found = {}
    for name in table.column_names:
        kind, number = table[name].type, table[name][row].as_py()
        if number is not None and (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)):
            found[name] = number
    return found


def _is_sum(number: float, above: NDArray[np.float64], *, loose: bool) -> bool:
    if not np.isfinite(number) or above.min() <= number <= above.max():
        return False
    slack = _unit(above) * (np.sqrt(len(above)) if loose else 0.5)  # roundings of a unit add up as its root does
    return bool(abs(number - above.sum()) <= slack + 1e-12 * np.abs(above).sum())


def _is_mean(number: float, above: NDArray[np.float64]) -> bool:
    """Tell whether a number is the mean, to as many digits as it is written with, or as those are that it is of."""
    digits = len(f"{number:.15g}".partition(".")[2])
    slack = max(0.5 * 10.0**-digits, _unit(above) / np.sqrt(len(above)))
    told = 2 * slack <= BY_CHANCE * (above.max() - above.min())
    return bool(told and abs(number - above.mean()) <= slack)


def _unit(numbers: NDArray[np.float64]) -> float:
    """Return the place value of the last digit that numbers are written with, if they have as many as they need."""
    digits = (digits for digits in range(DECIMALS) if (numbers.round(digits) == numbers).all())
    return float(10.0 ** -next(digits, DECIMALS))
