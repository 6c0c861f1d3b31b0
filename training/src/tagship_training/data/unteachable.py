"""Columns that should not teach: what counts or names the rows, and labels under another name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.features import cells
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.typing import RowNumbers, Targets
from tagship_training.data.kinds import compact_dates
from tagship_training.data.word_columns import has_words

FEWEST_ROWS = 20
"""In a smaller table, chance alone makes columns count or copy."""

UNNAMED = re.compile(r"|Unnamed: \d+")
"""Names that pandas gives to an index, which names rows whatever it holds."""

IDENTIFIER = re.compile(
    r"(?i:(?:^|[^a-z])(?:id|ids|nr|no|num|nummer|number|key|serial|uuid|guid|sku|upc|ean|gtin|isbn|imei|barcode"
    r"|strichcode|lot|charge|batch|asset|kennung|serialno|partno|orderno)(?:$|[^a-z]))"
    r"|(?i:(?:nummer|number|code|nr)$)|[a-z](?:ID|Id|No|Nr|Key)(?:$|[^a-z])"
)
"""Names that an identifier has; of compounds such as Seriennummer and partId, the end."""

LONG = 10**7
"""Integers from which on float32 tells neighbours apart no more, soon: those of one length are numbers of things."""

INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
"""Spelling of an integer."""

NEARLY_ALL = 0.99
"""Share of different values from which on a column of integers may name rows."""

DENSE = 2.0
"""Different integers within a range of so many times their number are numbers of rows: what is measured repeats."""


TIMES = ((1e9, 2e9), (1e12, 2e12))
"""Seconds and milliseconds since 1970, of the years 2001 to 2033: they count, and do not count rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Places of rows in the table that they were drawn from.

    Attributes:
        places: Numbers of the rows in it, rising.
        rows: How many it has.
    """

    places: RowNumbers
    rows: int


@dataclass(slots=True)
class Unteachable:
    """Columns that are left out.

    Attributes:
        reasons: Why, by name.
        leaks: The label that a column holds, by the column's name.
    """

    reasons: dict[str, str] = field(default_factory=dict)
    leaks: dict[str, str] = field(default_factory=dict)


def find_unteachable(rows: Dataset, named: Collection[str], drawn: Drawn | None = None) -> Unteachable:
    """Return the columns of a whole table, in its order, that should not teach.

    Where nothing else would be left, labels under another name stay, as leaks. A word among hundreds that stands in a
    label's rows alone is no copy: it may be what the label means (``fibrosis``), and of a rare label some do by chance.

    Args:
        rows: The table, before any row is set aside.
        named: Columns whose kind the user names, which stay whatever they hold.
        drawn: Places of the rows, where they were drawn from a larger table; None for all of a table.
    """
    found = Unteachable()
    if len(rows) < FEWEST_ROWS:
        return found
    words = has_words(rows)
    for name, values in rows.columns.items():
        if name in named:
            continue
        label = _label_in(values, rows.known_targets, rows.labels)
        if label is not None and not (words and _is_word(values, rows.known_targets[:, rows.labels.index(label)])):
            found.leaks[name] = label
            found.reasons[name] = f"it is the label {label!r} under another name; {_keep(name, values)}"
            continue
        reason = _reason(name, values, drawn or Drawn(places=np.arange(len(rows)), rows=len(rows)))
        if reason is not None:
            found.reasons[name] = f"{reason}; {_keep(name, values)}"
    if len(found.reasons) == len(rows.columns):
        for name in found.leaks:
            del found.reasons[name]
    return found


def _keep(name: str, values: NDArray[Any]) -> str:
    option = "--numeric" if values.dtype.kind in "biuf" else "--categorical"
    return f"{option} {name} keeps it" if name else f"a name and {option} keep it"


def _reason(name: str, values: NDArray[Any], drawn: Drawn) -> str | None:
    """Say how a column counts or names rows, all without a name; None where it does neither."""
    unnamed = "it is an index without a name" if UNNAMED.fullmatch(name) else None
    integers = _integers(values)
    if integers is None:
        return unnamed
    time = any(first <= integers.min() and integers.max() <= last for first, last in TIMES)
    steps, apart = np.diff(integers), np.diff(drawn.places)
    step = int(steps[0]) // int(apart[0])
    if step and (steps == step * apart).all() and not time:
        return f"it counts the rows{'' if step == 1 else f' in steps of {step}'}"
    different = len(np.unique(integers))
    if unnamed is not None or different < NEARLY_ALL * len(integers):
        return unnamed
    spread = np.gcd.reduce(steps) * drawn.rows / len(integers)
    if integers.max() - integers.min() < DENSE * different * spread and not time:
        return f"it numbers the rows: {different:,} different integers that lie close together"
    if IDENTIFIER.search(name):
        return f"it is an identifier, by its name and {different:,} different integers"
    if not time and _number_things(integers):
        return f"it is an identifier, by {different:,} different integers of many digits"
    return None


def _number_things(integers: NDArray[np.int64]) -> bool:
    """Tell whether long integers are of one length, or end in check digits; dates such as 20240622 number nothing."""
    low, high = integers.min(), integers.max()
    if low < LONG or compact_dates.FIRST <= low <= high <= compact_dates.LAST:
        return False
    return len(str(low)) == len(str(high)) or _have_check_digits(integers)


def _have_check_digits(integers: NDArray[np.int64]) -> bool:
    """Tell whether all end in a check digit as articles have it, which one in ten others would by chance.

    GS1 General Specifications, section 7.9: digits weigh 3 and 1 in turn, from the right.
    """
    total, rest, weight = integers % 10, integers // 10, 3
    while rest.any():
        total, rest, weight = total + weight * (rest % 10), rest // 10, 4 - weight
    return bool((total % 10 == 0).all())


def _integers(values: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return a column of integers; None for any other, and where one is missing or beyond 53 bits."""
    if values.dtype.kind == "O" and all(isinstance(cell, str) and INTEGER.fullmatch(cell) for cell in values):
        values = values.astype(np.float64)  # cells of JSON that are numbers here and texts there
    if values.dtype.kind not in "iuf":
        return None
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all() or (np.abs(numbers) > cells.WHOLE).any() or (numbers != np.trunc(numbers)).any():
        return None
    return numbers.astype(np.int64)


def _label_in(values: NDArray[Any], targets: Targets, labels: tuple[str, ...]) -> str | None:
    """Return the label that a column of two values holds, under whatever spelling, upright or upside down."""
    flags = _first_of_two(values)
    if flags is None:
        return None
    for place, label in enumerate(labels):
        own = targets[:, place]
        if (flags == own).all() or (flags != own).all():
            return label
    return None


def _is_word(values: NDArray[Any], truth: Targets) -> bool:
    """Tell whether a column counts something, in the rows alone where a label is on."""
    return values.dtype.kind in "biuf" and bool(((values != 0) == truth).all())


def _first_of_two(values: NDArray[Any]) -> Targets | None:
    """Return 1 where a cell is as the first one, else 0, (rows,); None unless a column has two values."""
    if values.dtype.kind in "biu" or (values.dtype.kind == "f" and not np.isnan(values).any()):
        flags: Targets = (values == values[0]).astype(np.uint8)
        others = values[flags == 0]
        return flags if len(others) and (others == others[0]).all() else None
    try:
        words = [_word(value) for value in values.tolist()]
    except TypeError:
        return None
    if len(set(words[:1000])) > 2 or len(set(words)) != 2:
        return None
    return np.array([word == words[0] for word in words], np.uint8)


def _word(value: Any) -> str:
    return cells.word(value).strip().casefold()
