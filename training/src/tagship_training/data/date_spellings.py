"""Columns of dates in spellings that no contract knows, such as 20240622 and 1 Aug 2023, made dates of ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pyarrow

from tagship_runtime.features import as_column, cells, moments
from tagship_runtime.files.arrow_columns import arrow_column
from tagship_runtime.files.spelling.date_orders import cells_of
from tagship_runtime.files.spelling.spelled_dates import COMPACT, as_text, in_iso, rewritten

FIRST = 100
"""Cells that are looked at before all of a column."""


def find_spelled_dates(table: pyarrow.Table, named: Collection[str], missing: Collection[str] = ()) -> list[str]:
    """Return the columns that hold dates alone, some of them in such a spelling.

    Args:
        table: As it was read.
        named: Columns whose kind the user names, which are taken for nothing else.
        missing: Words that stand for a missing date, besides those that always do.
    """
    return [name for name in table.column_names if name not in named and _holds_dates(table[name], missing)]


def with_dates_in_iso(
    table: pyarrow.Table,
    names: Sequence[str],
    missing: Collection[str] = (),
    note: Callable[[str], None] | None = None,
) -> pyarrow.Table:
    """Return a table with such dates as ISO 8601 spells them.

    Args:
        table: As it was read.
        names: Columns of dates.
        missing: Words that stand for a missing date, besides those that always do.
        note: Told of one cell of each column.
    """
    for name in names:
        found = rewritten(cells_of(table[name], numbers=True), missing) if name in table.column_names else None
        if found is None:
            continue
        spelled, (text, iso) = found
        table = table.set_column(table.column_names.index(name), name, arrow_column(as_column(spelled), name))
        if note is not None:
            kind = "numeric" if COMPACT.fullmatch(text.strip()) else "categorical"
            note(f"column {name!r} holds dates: {text!r} is read as {iso}; --{kind} {name} takes no dates")
    return table


def _holds_dates(column: pyarrow.ChunkedArray, missing: Collection[str]) -> bool:
    """Tell whether each cell is a date or missing, and one has an unusual spelling; most columns' first cells tell."""
    return _are_dates(column[:FIRST], missing) is not False and _are_dates(column.unique(), missing) is True


def _are_dates(column: Any, missing: Collection[str]) -> bool | None:
    """Tell whether each cell is a date or missing: True if one has an unusual spelling, None if none has."""
    unusual = None
    for cell in map(as_text, cells_of(column, numbers=True)):
        if _is_missing(cell, missing):
            continue
        if not isinstance(cell, str):
            return False
        if in_iso(cell) is not None:
            unusual = True
        elif moments.SHAPE.fullmatch(cell.strip()) is None:
            return False
    return unusual


def _is_missing(cell: Any, missing: Collection[str]) -> bool:
    if isinstance(cell, str):
        return cell.strip() in cells.FILE_BLANK or cell.strip() in missing
    return cells.is_missing(cell)
