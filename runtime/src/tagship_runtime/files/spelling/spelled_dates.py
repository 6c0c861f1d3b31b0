"""Dates of tables in spellings that no contract knows, 20240622 and 1 Aug 2023, rewritten as ISO 8601 has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from tagship_runtime.features import moments

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january januar jänner",
            "feb february februar",
            "mar march mär märz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}
"""English and German names of months, in lower case."""

COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])")
"""A date without marks, of a year that people write of."""

_NAME = r"([^\W\d_]{3,9})\.?"
_BETWEEN = r"[-/. ]? *"
NAMED = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*[.,]{0,2} +)?(?:"
    rf"([0-9]{{1,2}})(?:st|nd|rd|th)?{_BETWEEN}{_NAME},?{_BETWEEN}([0-9]{{4}})"
    rf"|{_NAME}{_BETWEEN}([0-9]{{1,2}})(?:st|nd|rd|th)?[-/., ] *([0-9]{{4}})"
    rf"|([0-9]{{4}}){_BETWEEN}{_NAME}{_BETWEEN}([0-9]{{1,2}})"
    r")((?:[t ]|, ).*)?",
    re.IGNORECASE,
)
"""A date with its month's name, and what stands behind it."""

UNUSUAL = re.compile(r"[^\W\d_]{3}|[0-9]{8}")
"""Marks of texts among which some may be such dates; all others need no look at each."""


def in_iso(text: str) -> str | None:
    """Return such a date as ISO 8601 spells it, with its time of day; None for any other text."""
    text = text.strip()
    if compact := COMPACT.fullmatch(text):
        year, month, day = map(int, compact.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return None
    named = NAMED.fullmatch(text)
    if named is None:
        return None
    first, name, last, name_first, inner, late, early, middle, end, rest = named.groups()
    month = MONTHS.get((name or name_first or middle).lower(), 0)
    spelled = f"{last or late or early}-{month:02}-{int(first or inner or end):02}{rest or ''}"
    return spelled if month and moments.SHAPE.fullmatch(spelled) else None


def as_text(cell: Any) -> Any:
    """Return a number of eight digits as a text, which a date may be; any other cell as it is."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 10_000_101 <= cell <= 99_991_231:
        return cell
    return str(int(cell)) if cell == int(cell) else cell


def rewritten(cells: Sequence[Any], missing: Collection[str] = ()) -> tuple[list[Any], tuple[str, str]] | None:
    """Return a column of dates with all of them as contracts know them, and a cell with what it became.

    Args:
        cells: Its cells.
        missing: Words that stand for a missing date.

    Returns:
        None where nothing is to be rewritten.
    """
    cells = [as_text(cell) for cell in cells]
    texts = dict.fromkeys(cell for cell in cells if isinstance(cell, str))
    if not UNUSUAL.search("\0".join(texts)):
        return None
    spelled = {text: iso for text in texts if text.strip() not in missing and (iso := in_iso(text)) is not None}
    if not spelled:
        return None
    return [spelled.get(cell, cell) if isinstance(cell, str) else cell for cell in cells], next(iter(spelled.items()))
