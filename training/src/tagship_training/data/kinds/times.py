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
from tagship_runtime.files.spelling.date_orders import SAY, DateEvidence, texts_of
from tagship_runtime.files.spelling.numerals import MOSTLY
from tagship_runtime.files.spelling.spelled_dates import MONTHS, in_iso
from tagship_training.config import Kinds
from tagship_training.errors import TableError

SHORT_YEAR = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}( .*)?")

WITH_NAME = re.compile(r"[0-9]{1,2}[-/. ]{0,2}([^\W\d_]{3,10})[-/. ]{0,2}((?:19|20)?[0-9]{2})( .*)?")
"""Texts such as 1 août 2023 and 01-Aug-23, whose word may be a month's name."""

BESIDE_DATE = re.compile(
    r"(?:[^\W\d_]{2,10}[.,]{0,2} )?(?:[0-9]{1,2}[./-] ?[0-9]{1,2}[./-] ?[0-9]{4}|[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2})"
    r"(?:[ T,]{1,2}[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?)?(?: ?[^\W\d_.]{1,5}\.?)?",
)
BESIDE_TIME = re.compile(
    r"[0-9]{1,2}(?:[:.][0-9]{2}){1,2} ?(?:Uhr|h|[ap]\.?m\.?)|(?:[0-9]+ ?(?:d|h|hrs?|std|min|m|s|sec|sek)\.? ?){2,4}",
    re.IGNORECASE,
)
"""Dates and times with something beside them that none has, such as Fr, 31.12.2024 and 1 h 30 min."""

MOST_NAMES = 24
"""Months in full and in short."""

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
    _check_alone(name, counts)
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
    evidence = DateEvidence.of(
        text for values in columns for text in texts_of(values) if text.strip() not in kinds.missing
    )
    wrong = evidence.contradiction()
    if wrong is not None:
        raise TableError(f"column {name!r} {wrong}")
    against = evidence.against(kinds.first)
    if against is not None:
        raise TableError(
            f"column {name!r}: {against!r} does not have its {kinds.first} first, as --dates says; mend it"
        )
    if evidence.is_silent:
        return None
    first = kinds.first or evidence.first
    if first is None:
        raise TableError(
            f"column {name!r}: the day or the month may stand first in {evidence.either!r}, and no other cell tells; "
            f"{SAY}"
        )
    return first


def _check_years(name: str, counts: Counter[Any]) -> None:
    short = [cell for cell in counts if isinstance(cell, str) and SHORT_YEAR.fullmatch(cell.strip())]
    named = {cell: found for cell in counts if isinstance(cell, str) and (found := WITH_NAME.fullmatch(cell.strip()))}
    words = {found[1].lower() for found in named.values()}
    known = {cell: found for cell, found in named.items() if found[1].lower() in MONTHS}
    for cells_of_one, need in (
        (short, "write years with four digits"),
        ([cell for cell, found in known.items() if len(found[2]) == 2], "write years with four digits"),
        (
            [cell for cell, found in named.items() if len(found[2]) == 4] if len(words) <= MOST_NAMES else [],
            "spell them as 2024-12-31, as months are known by their English and German names",
        ),
    ):
        if cells_of_one and sum(counts[cell] for cell in cells_of_one) >= MOSTLY * sum(counts.values()):
            raise TableError(
                f"column {name!r} holds {cells_of_one[0]!r}; if these are dates, {need}, or else take all as words "
                f"with --categorical {name}"
            )


def _check_alone(name: str, counts: Counter[Any]) -> None:
    """Refuse dates and times with a weekday, a word or units beside them, which would be words."""
    texts = {cell: cell.strip() for cell in counts if isinstance(cell, str)}
    found = [cell for cell, text in texts.items() if BESIDE_DATE.fullmatch(text) or BESIDE_TIME.fullmatch(text)]
    if found and sum(counts[cell] for cell in found) >= MOSTLY * sum(counts.values()):
        raise TableError(
            f"column {name!r} holds {found[0]!r}; if these are dates or times, write them alone, as 2024-12-31 13:34 "
            f"or 1:30:00, or else take all as words with --categorical {name}, or --drop {name}"
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
    """Tell whether a text is a date as a contract knows it, or has its month's name."""
    return moments.SHAPE.fullmatch(text) is not None or (not text.isdigit() and in_iso(text) is not None)


def _is_duration(text: str) -> bool:
    return CLOCK.fullmatch(text) is not None and spans.parse(text) is not None


KINDS_OF_TIMES: Sequence[tuple[type[Feature], tuple[type, ...], Callable[[str], bool]]] = (
    (DateFeature, (date, np.datetime64), _is_date),
    (DurationFeature, (timedelta, np.timedelta64, time), _is_duration),
)
"""Marks of a column of each class: the types of its cells, and a look at its texts."""
