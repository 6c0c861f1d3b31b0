"""Date features fitted to a column: the reference date, the fill, and which parts of a date help."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.features import moments
from tagship_runtime.features.date import PARTS, DateFeature
from tagship_runtime.features.moments import DAY
from tagship_training.data.kinds import numeric
from tagship_training.data.kinds.base import Column, Described, check_numbers
from tagship_training.data.kinds.calendar import helps


def describe(column: Column) -> Described:
    """Fit a date feature: days are counted from the middle, and month and weekday have columns where that helps."""
    found = read(column)
    missing = np.isnan(found)
    if missing.all():
        return Described(_plain(column), "every value is missing")
    present = found[~missing]
    middle = float((present.min() + present.max()) / 2 // DAY * DAY)
    filled, indicator = numeric.treatment(column, missing)
    targets = column.targets[~missing]
    feature = DateFeature(
        name=column.name,
        since=moments.spelled(middle),
        fill=_median(present) if filled else None,
        indicator=indicator,
        parts=tuple(part for part in PARTS if helps(part, present, targets)),
        first=column.first,
        missing=column.missing,
    )
    constant = bool((present == present[0]).all())
    useless = numeric.useless(constant, moments.spelled(present[0]), filled, indicator)
    notes = [note for note in (_order(column, found), _lost(present, middle)) if note]
    return Described(feature, useless, "; it ".join(notes) or None)


def read(column: Column) -> NDArray[np.float64]:
    """Return a column's dates as milliseconds since 1970, NaN where one is missing."""
    return _plain(column).read(column.values)


def check(column: Column) -> bool:
    """Refuse cells that are no dates, and tell whether one is missing."""
    return check_numbers(column, read(column))


def _plain(column: Column) -> DateFeature:
    return DateFeature(name=column.name, since="1970-01-01", first=column.first, missing=column.missing)


def _order(column: Column, found: NDArray[np.float64]) -> str | None:
    """Show how a date is read that might begin with its day or its month."""
    for cell, moment in zip(column.values.tolist(), found.tolist(), strict=True):
        match = moments.SHAPE.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if match and match[8] and int(match[8]) <= 12 and int(match[10]) <= 12:
            return f"holds dates, the {column.first} first: {cell!r} is read as {moments.spelled(moment)}"
    return None


def _median(present: NDArray[np.float64]) -> str:
    """Return the median, one of the dates."""
    return moments.spelled(float(np.sort(present)[len(present) // 2]))


def _lost(present: NDArray[np.float64], since: float) -> str | None:
    """Say how many of the times float32 tells apart, where it does not tell all."""
    different = len(np.unique(present))
    left = len(np.unique(((present - since) / DAY).astype(np.float32)))
    if left == different:
        return None
    return (
        f"holds {different:,} different times, of which {left:,} are left as days in float32, the type of the model's "
        "input"
    )
