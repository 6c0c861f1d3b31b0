"""Dates and times as callers have them, as milliseconds since 1970-01-01T00:00 in float64.

A time with a zone is that moment in UTC; a time without one is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features import cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 86_400_000
"""Milliseconds of a day."""

EPOCH = date(1970, 1, 1).toordinal()

FIRST, LAST = (1 - EPOCH) * DAY, (date.max.toordinal() + 1 - EPOCH) * DAY
"""Milliseconds of the years 1 to 9999, the last one excluded."""

SHAPE = re.compile(
    r"(?:([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})"  # 2024-12-31
    r"|([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})"  # 31.12.2024
    r"|([0-9]{1,2})([-/])([0-9]{1,2})\9([0-9]{4}))"  # 31/12/2024, or 12/31/2024
    r"(?:(?:[Tt]|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?: ?([AaPp])[Mm])?"
    r" ?(?:([Zz]|UTC)|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?"
)
"""Spellings of a date, with or without a time of day and a zone."""

DAY_FIRST, MONTH_FIRST = "day", "month"

_NEED = "a date such as 2024-12-31 is needed"
_EITHER = "may begin with its day or its month, which training had no such dates to tell"
_SAY = "spell it as 2024-12-31 is, or say which to a command with --dates"


def moments(values: NDArray[Any], name: str, first: str | None, missing: Collection[str]) -> NDArray[np.float64]:
    """Return one column as milliseconds, NaN where a value is missing.

    Args:
        values: Texts, dates, times with their date, or NumPy's; what is less than a millisecond is left out.
        name: The column's, for errors.
        first: What stands first in 03/04/2024, ``day`` or ``month``; None where such a date is refused.
        missing: Words that stand for a missing date, besides those that always do.

    Raises:
        InputValueError: A cell is neither a date nor missing.
        InputError: The column is of another type altogether, such as durations.
    """
    if values.dtype.kind == "M":
        return _of_ticks(values, name)
    if values.dtype.kind not in "OUSTbiuf":  # of numbers, NaN is missing, and any other is refused below
        raise InputError(f"column {name!r} holds {values.dtype}; dates are needed")
    known: dict[str, float] = {}
    found = np.empty(len(values), np.float64)
    for row, value in enumerate(values.tolist()):
        try:
            if isinstance(value, str):
                if value not in known:
                    known[value] = parse(value, first, missing)
                found[row] = known[value]
            else:
                found[row] = _moment(value)
        except (TypeError, ValueError) as error:
            need = _SAY if str(error) == _EITHER else _NEED
            raise InputValueError(row, name, f"{cells.shown(value)} {error}", need) from None
    return found


def parse(text: str, first: str | None, missing: Collection[str] = ()) -> float:
    """Return a text as milliseconds, NaN where it stands for a missing date.

    Raises:
        ValueError: It is none, with the reason.
    """
    spelled = text.strip()
    if spelled in missing:  # 31.12.9999 may be one
        return np.nan
    found = SHAPE.fullmatch(spelled)
    if found is None:
        if spelled in cells.FILE_BLANK:
            return np.nan
        raise ValueError("is no date")
    y, _, m, d, dotted_day, dotted_month, dotted_year, one, _, other, year, hour, *rest = found.groups()
    if one is not None:
        if first is None:
            raise ValueError(_EITHER)
        m, d = (one, other) if first == MONTH_FIRST else (other, one)
    days = _days(int(y or dotted_year or year), int(m or dotted_month), int(d or dotted_day))
    return float(days * DAY + (0 if hour is None else _time_of_day(int(hour), *rest)))


def _days(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal() - EPOCH
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def _time_of_day(hour: int, minute: str, second: str | None, fraction: str | None, half: str | None, *zone: Any) -> int:
    """Return milliseconds since midnight in UTC, which may be of the day before or after."""
    if half is not None and not 1 <= hour <= 12:
        raise ValueError("is no time of day")
    if half is not None:
        hour = hour % 12 + (12 if half in "Pp" else 0)
    _, sign, zone_hours, zone_minutes = zone
    shift = int(zone_hours or 0) * 60 + int(zone_minutes or 0)
    if hour > 23 or int(minute) > 59 or int(second or 0) > 59 or shift >= 24 * 60 or int(zone_minutes or 0) > 59:
        raise ValueError("is no time of day")
    minutes = hour * 60 + int(minute) - (-shift if sign == "-" else shift)
    return (minutes * 60 + int(second or 0)) * 1000 + int(((fraction or "") + "00")[:3] if fraction else 0)


def _moment(value: Any) -> float:
    """Return a cell that is no text."""
    if cells.is_missing(value):
        return np.nan
    if isinstance(value, datetime):
        shift = value.utcoffset()
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        micros = (value.toordinal() - EPOCH) * DAY * 1000 + seconds * 1_000_000 + value.microsecond
        return float((micros - (0 if shift is None else round(shift.total_seconds() * 1_000_000))) // 1000)
    if isinstance(value, date):
        return float((value.toordinal() - EPOCH) * DAY)
    if isinstance(value, np.datetime64):
        return float(_of_ticks(np.array([value]), "")[0])
    raise TypeError("is no date")


def _of_ticks(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Return NumPy's dates; those of other calendars' years are refused, as Python has none."""
    missing = np.isnat(values)
    with np.errstate(over="ignore"):
        days = values.astype("M8[D]").astype(np.int64)
        ticks = values.astype("M8[ms]").astype(np.int64).astype(np.float64)
    wrong = ~missing & ((days < 1 - EPOCH) | (days > date.max.toordinal() - EPOCH))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputValueError(row, name, f"{values[row]} is of no year from 1 to 9999", _NEED)
    return np.where(missing, np.nan, ticks)


def spelled(moment: float) -> str:
    """Return milliseconds as ISO 8601 spells them: a date alone at midnight, else with the time as short as it can."""
    day, rest = divmod(int(moment), DAY)
    text = date.fromordinal(day + EPOCH).isoformat()
    if not rest:
        return text
    seconds, milliseconds = divmod(rest, 1000)
    fraction = f".{milliseconds:03d}" if milliseconds else ""
    return f"{text}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
