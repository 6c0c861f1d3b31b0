"""Columns of dates and of durations, told by their cells; what is nearly one, or may mean two things, is an error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import DateFeature, DurationFeature, Feature
from tagship_runtime.features import cells, moments, spans
from tagship_runtime.files.spelling.numerals import MOSTLY
from tagship_training.config import Kinds
from tagship_training.errors import TableError

SHORT_YEAR = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}( .*)?")

CLOCK = re.compile(r".*([0-9]:[0-5][0-9]|[0-9] day).*|[+-]?P[0-9T].*[A-Z]")
"""Texts that are durations, or are meant to be."""


def kind_of_times(name: str, values: NDArray[Any], kinds: Kinds) -> type[Feature] | None:
    """Return the class of feature for dates or durations; None for any other column.

    Raises:
        TableError: It is mostly one of them, but not all of it.
    """
    if values.dtype.kind in "Mm":
        return DateFeature if values.dtype.kind == "M" else DurationFeature
    if values.dtype.kind not in "OUST":
        return None
    counts = _present(values, kinds.missing)
    for feature, types, is_one in KINDS_OF_TIMES:
        found = sum(count for cell, count in counts.items() if _is(cell, types, is_one))
        if not found or found < MOSTLY * sum(counts.values()):
            continue
        other = next((cell for cell in counts if not _is(cell, types, is_one)), None)
        if other is not None:
            row = next(row for row, cell in enumerate(values.tolist()) if _hashable(cell) == other)
            raise TableError(
                f"column {name!r} holds {feature.kind}s, but {cells.shown(other)} in row {row}; mend it, leave it "
                f"empty, name it with --missing, or take all as words with --categorical {name}"
            )
        return feature
    _check_years(name, counts)
    return None


def order_of(name: str, columns: Iterable[NDArray[Any]], kinds: Kinds) -> str | None:
    """Return what stands first in a column's dates such as 03/04/2024; None where it has no such dates.

    Args:
        name: The column's.
        columns: Its cells, in each table.
        kinds: What the user says.

    Raises:
        TableError: Nothing tells, or two cells tell otherwise; or some of its times have a zone and some have none.
    """
    texts = list(dict.fromkeys(cell for values in columns for cell in values.tolist() if isinstance(cell, str)))
    matches = {text: match for text in texts if (match := moments.SHAPE.fullmatch(text.strip()))}
    _check_zones(name, matches)
    slashed = {text: (int(found[8]), int(found[10])) for text, found in matches.items() if found[8]}
    if not slashed or kinds.first is not None:
        return kinds.first if slashed else None
    day = next((text for text, (one, _) in slashed.items() if one > 12), None)
    month = next((text for text, (_, other) in slashed.items() if other > 12), None)
    if (day is None) == (month is None):
        shown = f"{next(iter(slashed))!r}, and no other cell tells" if day is None else f"{day!r} and {month!r}"
        raise TableError(
            f"column {name!r}: the day or the month may stand first in {shown}; say which with --dates day-first or "
            "--dates month-first"
        )
    return moments.MONTH_FIRST if day is None else moments.DAY_FIRST


def _check_zones(name: str, matches: dict[str, re.Match[str]]) -> None:
    timed = {text: bool(found[17] or found[18]) for text, found in matches.items() if found[12]}
    zoned = next((text for text, zone in timed.items() if zone), None)
    bare = next((text for text, zone in timed.items() if not zone), None)
    if zoned is not None and bare is not None:
        raise TableError(
            f"column {name!r} holds {zoned!r}, a time with a zone, and {bare!r}, one without; they cannot be compared, "
            "so spell all of them alike"
        )


def _check_years(name: str, counts: Counter[Any]) -> None:
    short = [cell for cell in counts if isinstance(cell, str) and SHORT_YEAR.fullmatch(cell.strip())]
    if short and sum(counts[cell] for cell in short) >= MOSTLY * sum(counts.values()):
        raise TableError(
            f"column {name!r} holds {short[0]!r}; if these are dates, write years with four digits, or else take "
            f"all as words with --categorical {name}"
        )


def _present(values: NDArray[Any], missing: Collection[str]) -> Counter[Any]:
    counts: Counter[Any] = Counter(map(_hashable, values.tolist()))
    return Counter({cell: count for cell, count in counts.items() if not _is_missing(cell, missing)})


def _hashable(cell: Any) -> Any:
    return cell if isinstance(cell, Hashable) else cells.shown(cell)


def _is_missing(cell: Any, missing: Collection[str]) -> bool:
    if isinstance(cell, str):
        return cell.strip() in cells.FILE_BLANK or cell.strip() in missing
    return cells.is_missing(cell)


def _is(cell: Any, types: tuple[type, ...], is_one: Callable[[str], bool]) -> bool:
    return is_one(cell.strip()) if isinstance(cell, str) else isinstance(cell, types)


def _is_date(text: str) -> bool:
    return moments.SHAPE.fullmatch(text) is not None


def _is_duration(text: str) -> bool:
    return CLOCK.fullmatch(text) is not None and spans.parse(text) is not None


KINDS_OF_TIMES: Sequence[tuple[type[Feature], tuple[type, ...], Callable[[str], bool]]] = (
    (DateFeature, (date, np.datetime64), _is_date),
    (DurationFeature, (timedelta, np.timedelta64, time), _is_duration),
)
"""Marks of a column of each class: the types of its cells, and a look at its texts."""
