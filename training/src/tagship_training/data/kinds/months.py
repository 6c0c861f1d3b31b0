"""Months without a day, such as 10.2022, 2022/10 and Oct 2022, which are read as numbers or as words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tagship_runtime.files.spelling.numerals import STRAY
from tagship_runtime.files.spelling.spelled_dates import MONTHS

_YEAR, _MONTH, _NAME = "((?:19|20)[0-9]{2})", "(0?[1-9]|1[0-2])", r"([^\W\d_]{3,9})\.?"

MONTH_FIRST = re.compile(rf"{_MONTH}[./-]{_YEAR}")
YEAR_FIRST = re.compile(rf"{_YEAR}[./-]{_MONTH}")
NAMED = re.compile(rf"{_NAME}[-/ ]?((?:19|20)?[0-9]{{2}})|{_YEAR}[-/ ]?{_NAME}")

FEW = 2
"""Of fewer different months, nothing tells that they are any."""


def month_in(text: str) -> tuple[int, int] | None:
    """Return the year and the month that a text may be; None for any other."""
    text = text.strip()
    if found := MONTH_FIRST.fullmatch(text):
        return int(found[2]), int(found[1])
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := NAMED.fullmatch(text):
        year, number = found[2] or found[3], MONTHS.get((found[1] or found[4]).lower())
        return None if number is None else (int(year) + (2000 if len(year) == 2 else 0), number)
    return None


def note_on_months(counts: Mapping[str, int], kind: str) -> str | None:
    """Say that a column's cells may be months; None where they are not.

    Args:
        counts: Numbers of cells, but for missing ones, by their text.
        kind: Name of what they are taken as, such as ``numbers``.
    """
    found = {text: of_year for text in counts if (of_year := month_in(text)) is not None}
    if len({month for _, month in found.values()}) < FEW:
        return None
    if sum(counts[text] for text in found) < (1 - STRAY) * sum(counts.values()):
        return None
    text, (year, month) = next(iter(found.items()))
    return (
        f"holds {text} and the like, which are taken as {kind}; if they are months and years, spell them as "
        f"{year}-{month:02}-01"
    )


def as_month(number: float) -> str:
    """Return a number as the month that it may be, with the zeros that it lost: 8.2020, and 2022.10."""
    whole, _, fraction = f"{number:.15g}".partition(".")
    return f"{whole}.{fraction:0<2}" if len(whole) == len("2022") else f"{whole}.{fraction:0<4}"
