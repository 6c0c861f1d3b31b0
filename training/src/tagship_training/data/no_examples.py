"""Rows that are no examples: blank ones and lines of text below a table, totals and means."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray

from tagship_runtime.features import cells
from tagship_runtime.files.spelling.numerals import STRAY
from tagship_training.data.sums_and_means import FEWEST, find_means, find_sums, numbers_of
from tagship_training.errors import TableError

NAMES = (
    r"^\s*(?:(?:grand|sub|zwischen|gesamt)[- ]?)?"
    "(?:average|mean|mittelwert|durchschnitt|moyenne|\u00f8|totals?|summen?|sums?|gesamt|ergebnis|insgesamt|somme|totale|suma|\u03a3|\u2211)"
    r"\s*:?\s*$"
)
"""Spellings of what names such a row, of sums or of means, in English, German, French, Italian and Spanish."""

SUMMED = 0.5
"""Least share of a row's numbers that are sums or means where nothing names it: in wide tables, some are by chance."""

KEEPS, KEEP = (f"--keep-last-row takes {what}" for what in ("it for an example", "them for examples"))
"""Advice where a last row is refused, or several."""

MOST_LINES = 5
"""So many lines may stand below a table."""

FEW_COLUMNS = 2
"""In so few, a text without a tag is a row as others are."""


def check_rows_below(
    table: pyarrow.Table, source: str, note: Callable[[str], None] | None = None, *, keep_last: bool = False
) -> None:
    """Refuse rows below a table that have no cell, or a text alone, where a blank may mean that a label is off.

    Args:
        table: As it was read.
        source: Its name, for messages.
        note: Told of rows without a cell in between, and of what is kept; None for nobody.
        keep_last: Whether the last row is an example whatever it holds.

    Raises:
        TableError: There is one.
    """
    last = len(table) - 1
    there = _counts(table)
    filled = np.flatnonzero(there)
    first = int(filled[-1]) + 1 if len(filled) else 0
    if first <= last and not (keep_last and first == last):
        hint = f"remove this row, or {KEEPS}" if first == last else "remove these rows"
        raise TableError(f"{source} has no cell from row {first} on, up to its last row {last}; {hint}")
    if note is not None and len(filled) < len(table) and table.num_columns > 1:
        row = int(np.argmin(there))
        more = len(table) - len(filled) - 1
        note(f"{source}: row {row} has no cell{f', as {more:,} more' if more else ''}, and is taken for an example")
    below = _lines_below(table, there)
    if below is None:
        return
    row, name = below
    text = cells.shown(table[name][row].as_py())
    if row == last:
        found = f"row {row}, the last one, has nothing but {text} in column {name!r}"
        hint = f"if this is a line below the table, remove it, or else {KEEPS}"
    else:
        found = f"rows {row} to {last}, the last ones, have a cell each at most, such as {text} in column {name!r}"
        hint = f"if these are lines below the table, remove them, or else {KEEP}"
    if not keep_last:
        raise TableError(f"{source}: {found}; {hint}")
    if note is not None:
        note(f"{source}: {found}, and {'is taken for an example' if row == last else 'are taken for examples'}")


def _lines_below(table: pyarrow.Table, there: NDArray[np.int64]) -> tuple[int, str] | None:
    """Return the first of the last rows that hold a cell each at most, and its column; None where others do as well.

    Of several such rows, no cell may stand above them too: rows without a tag are sorted to the end, notes are not.
    """
    more = np.flatnonzero(there > 1)
    first, last = int(more[-1]) + 1 if len(more) else 0, len(table) - 1
    if first > last or last - first >= MOST_LINES or last < FEWEST or table.num_columns <= FEW_COLUMNS:
        return None
    if not (there[:first] > 1).all():
        return None
    lines = [(row, name) for row in range(first, last + 1) if there[row] for name in _filled(table, row)]
    if len(lines) > 1 and any(table[name][row].as_py() in table[name][:first].to_pylist() for row, name in lines):
        return None
    return lines[0] if lines else None


def _filled(table: pyarrow.Table, row: int) -> Iterator[str]:
    """Yield the columns that have a cell in a row."""
    return (name for name in table.column_names if table[name][row].as_py() not in (None, ""))


def _counts(table: pyarrow.Table) -> NDArray[np.int64]:
    """Return how many cells each row has, (rows,)."""
    counts = np.zeros(len(table), np.int64)
    for column in table.columns:
        there = pyarrow.compute.is_valid(column)
        if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
            there = pyarrow.compute.and_(there, pyarrow.compute.not_equal(pyarrow.compute.fill_null(column, ""), ""))
        counts += there.to_numpy()
    return counts


def check_totals(
    table: pyarrow.Table, source: str, note: Callable[[str], None] | None = None, *, keep_last: bool = False
) -> None:
    """Refuse a last row of totals, and note rows that by their name alone may be some.

    Args:
        table: As it was read.
        source: Its name, for messages.
        note: Told of rows that may be totals; None for nobody.
        keep_last: Whether the last row is an example whatever it holds.

    Raises:
        TableError: The last row holds the sum of the rows above it in a column beside a name such as Total; or in most
            of its numbers, which are several, or one beside a cell that is blank in this row alone; or means in most of
            them, which no chance makes.
    """
    last = len(table) - 1
    if last < FEWEST:
        return
    named = list(_named(table))
    found = _totals(table, next((name for name, rows in named if rows[-1] == last), None))
    if found is not None and not keep_last:
        raise TableError(
            f"{source}: row {last}, the last one, holds {found[0]} and is no example: {found[1]}; remove this row, "
            f"or else {KEEPS}"
        )
    if note is None:
        return
    if found is not None:
        note(f"{source}: row {last}, the last one, is taken for an example, though it holds {found[0]}: {found[1]}")
        return
    for name, rows in named:
        word, more = table[name][rows[0]].as_py(), "" if len(rows) == 1 else f", as {len(rows) - 1:,} more do"
        note(
            f"{source}: row {rows[0]} holds {word!r} in column {name!r}{more}, and is taken for an example; if it "
            "holds totals, remove it"
        )


def _totals(table: pyarrow.Table, named: str | None) -> tuple[str, str] | None:
    """Return what the last row holds, totals or means, and by what it is known; None where it is no such row.

    Args:
        table: All of it.
        named: The column in which that row has the name of such a row.
    """
    last = len(table) - 1
    blank = None if named is not None else next(_blank_in_last(table, last), None)
    most = SUMMED * len(numbers_of(table))
    totals = find_sums(table, named=named is not None)
    if named is None and (len(totals) < most or (blank is None and len(totals) < 2)):
        totals = []
    if not totals and named is None and len(means := find_means(table)) >= most:
        totals = means
    if not totals:
        return None
    name, first = named or blank, totals[0]
    beside = "" if name is None else f"{table[name][last].as_py() or ''!r} in column {name!r}, and "
    kinds = "means" if first.kind == "mean" else "totals"
    return kinds, f"{beside}{first.shown}, the {first.kind} of the rows above it, in column {first.column!r}"


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
