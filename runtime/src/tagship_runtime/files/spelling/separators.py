"""Separators of text tables, found by looking at the first rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice

from tagship_runtime.errors import DataError

CANDIDATES = ",;\t|"

ROWS = 100
"""Rows that are looked at."""

SHOWN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def find_separator(name: str, lines: Sequence[str]) -> str:
    """Return what stands between the cells of a table.

    It divides the header into several cells, and each row into as many. Where rows are of several lengths with every
    candidate, the header alone tells.

    Args:
        name: Of the table, for messages.
        lines: The first ones, with the header, and no half of a row but at their end.

    Raises:
        DataError: Two separators would do.
    """
    widths = {mark: _widths(lines, mark) for mark in CANDIDATES}
    dividing = [mark for mark in CANDIDATES if widths[mark][:1] > [1]]
    even = [mark for mark in dividing if len(set(widths[mark])) == 1]
    if len(widths[","]) == 1 and "," in dividing:
        return ","  # a header alone: nothing says that a mark within its commas means more
    if len(even) > 1 or (not even and len(dividing) > 1 and "," not in dividing):
        marks = even or dividing
        first, second = (f"{SHOWN[mark]} make {widths[mark][0]} columns" for mark in marks[:2])
        raise DataError(f"{name} may be read in two ways: {first}, {second}; say which with --separator")
    return (even or [mark for mark in dividing if mark == ","] or dividing or [","])[0]


def _widths(lines: Sequence[str], mark: str) -> list[int]:
    """Return the number of cells of each row that is there whole."""
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=mark), ROWS) if row]
    except csv.Error:
        return []
    # The last line may end within a quoted cell, and so may its row.
    return [len(row) for row in (rows[:-1] if len(rows) > 2 and len(lines) >= ROWS else rows)]
