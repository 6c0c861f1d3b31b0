"""Duration features fitted to a column: the fill for missing ones, and whether these are flagged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import DurationFeature
from tagship_runtime.features import spans
from tagship_training.data.kinds import numeric
from tagship_training.data.kinds.base import Column, Described, check_numbers


def describe(column: Column) -> Described:
    """Fit a duration feature, as :func:`tagship_training.data.kinds.numeric.describe` fits a number's."""
    seconds = read(column)
    missing = np.isnan(seconds)
    if missing.all():
        return Described(DurationFeature(name=column.name, missing=column.missing), "every value is missing")
    present = seconds[~missing].astype(np.float32)
    filled, indicator = numeric.treatment(column, missing)
    feature = DurationFeature(
        name=column.name,
        fill=float(np.median(present)) if filled else None,
        indicator=indicator,
        missing=column.missing,
    )
    constant = bool((present == present[0]).all())
    reason = numeric.useless(constant, f"{present[0]:g} seconds", filled, indicator, len(np.unique(seconds[~missing])))
    return Described(feature, reason, _hours(column, seconds))


def read(column: Column) -> NDArray[np.float64]:
    """Return a column's durations in seconds, NaN where one is missing."""
    return DurationFeature(name=column.name, missing=column.missing).read(column.values)


def check(column: Column) -> bool:
    """Refuse cells that are no durations, and tell whether one is missing."""
    return check_numbers(column, read(column))


def _hours(column: Column, seconds: NDArray[np.float64]) -> str | None:
    """Show a cell such as 1:30, which others might take for minutes and seconds."""
    cells = zip(column.values.tolist(), seconds.tolist(), strict=True)
    shown = next(((cell, span) for cell, span in cells if spans.is_short(cell)), None)
    return None if shown is None else f"holds hours and minutes: {shown[0]!r} is read as {shown[1]:,.0f} seconds"
