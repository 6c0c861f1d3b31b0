"""Durations and times of day as callers have them, as seconds in float64."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import InputError
from tagship_runtime.features import cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

BILLION = 1_000_000_000

CLOCK = re.compile(r"([+-])?(?:([0-9]+) days?,? *)?(?:\+?([0-9]+):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]+))?)?)?")
"""1:30, 1:30:00, 26:00:00.5, and what Python and pandas make of longer ones: 1 day, 2:00:00."""

ISO = re.compile(
    r"([+-])?P(?=.)(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:[.,]([0-9]+))?S)?)?"
)
"""Durations of ISO 8601 but those with years or months, which differ in length."""

_NEED = "a duration such as 1:30:00 or PT90M, or a number of seconds, is needed"


def seconds(values: NDArray[Any], name: str, missing: Collection[str]) -> NDArray[np.float64]:
    """Return one column as seconds, NaN where a value is missing; a number counts as seconds.

    Args:
        values: Texts, numbers, durations or times of day, or NumPy's durations.
        name: The column's, for errors.
        missing: Words that stand for a missing duration, besides those that always do.

    Raises:
        InputValueError: A cell is neither a duration nor missing.
        InputError: The column is of another type altogether, such as dates.
    """
    if values.dtype.kind == "m":
        return _of_ticks(values)
    if values.dtype.kind in "biuf":
        return cells.real_numbers(values, name)
    if values.dtype.kind not in "OUST":
        raise InputError(f"column {name!r} holds {values.dtype}; durations are needed")
    known: dict[str, float] = {}
    found = np.empty(len(values), np.float64)
    for row, value in enumerate(values.tolist()):
        if not isinstance(value, str):
            found[row] = _span(value, row, name)
            continue
        if value not in known:
            span = parse(value, missing)
            known[value] = cells.number(value, row, name, need=_NEED) if span is None else span
        found[row] = known[value]
    return found


def is_short(cell: object) -> bool:
    """Tell whether a cell is one such as 1:30, hours and minutes, which others might take for minutes and seconds."""
    return isinstance(cell, str) and cell.count(":") == 1


def parse(text: str, missing: Collection[str] = ()) -> float | None:
    """Return a text as seconds, NaN where it stands for a missing duration; None where it may be a number."""
    spelled = text.strip()
    if spelled in cells.FILE_BLANK or spelled in missing:
        return np.nan
    found = CLOCK.fullmatch(spelled)
    if found is not None and (":" in spelled or "day" in spelled):
        sign, days, hours, minutes, second, fraction = found.groups()
        if days is not None and sign == "-":  # the days alone are negative, as Python and pandas have it
            return _joined(-int(days) * 86400 + _clock(hours, minutes, second), fraction, 1)
        return _joined(int(days or 0) * 86400 + _clock(hours, minutes, second), fraction, -1 if sign == "-" else 1)
    found = ISO.fullmatch(spelled)
    if found is None:
        return None
    sign, weeks, days, hours, minutes, second, fraction = found.groups()
    whole = (int(weeks or 0) * 7 + int(days or 0)) * 86400 + _clock(hours, minutes, second)
    return _joined(whole, fraction, -1 if sign == "-" else 1)


def _clock(hours: str | None, minutes: str | None, second: str | None) -> int:
    return (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(second or 0)


def _joined(whole: int, fraction: str | None, sign: int) -> float:
    """Return seconds and the digits behind their point, of which nine count."""
    nanos = int(f"{fraction or '':0<9}"[:9])
    return joined(sign * (whole * BILLION + nanos))


def joined(nanos: int) -> float:
    """Return nanoseconds as seconds: the whole ones, and what is left of one added in float64."""
    whole, rest = divmod(nanos, BILLION)
    return whole + rest / BILLION


def _span(value: Any, row: int, name: str) -> float:
    """Return a cell that is no text."""
    if not cells.is_missing(value):
        if isinstance(value, timedelta):
            nanos = getattr(value, "nanoseconds", 0)  # pandas has them, Python has not
            micros = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
            return joined(micros * 1000 + nanos)
        if isinstance(value, np.timedelta64):
            return float(_of_ticks(np.array([value]))[0])
        if isinstance(value, time) and value.tzinfo is None:
            whole = (value.hour * 60 + value.minute) * 60 + value.second
            return joined(whole * BILLION + value.microsecond * 1000)
    return cells.number(value, row, name, need=_NEED)


def _of_ticks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return NumPy's durations."""
    missing = np.isnat(values)
    whole = values.astype("m8[s]")
    rest = (values - whole).astype("m8[ns]").astype(np.int64)
    short = rest < 0  # whole seconds are to be rounded down
    found = (whole.astype(np.int64) - short).astype(np.float64) + np.where(short, rest + BILLION, rest) / BILLION
    return np.where(missing, np.nan, found)
