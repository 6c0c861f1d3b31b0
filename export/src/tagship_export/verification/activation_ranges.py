"""Ranges of activations against what rows reach: a narrow one clips their values, a wide one rounds them coarsely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.float_graph import FloatGraph, Given, Made, Range
from tagship_export.targets.reconversion import Reconversion
from tagship_export.verification.activation_extremes import Extremes, extremes, spread
from tagship_export.verification.bounds import lower_bound, upper_bound
from tagship_export.verification.own_conversion import OTHER_ROWS, SATURATED, Explained
from tagship_runtime.typing import Features, Scores

SAME_ENDS = 0.01
"""Share of a range by which its ends may differ from those of a conversion by the same rows, made here."""

ROUNDING = 1.5
"""Steps beyond an end that are no clipping: half of one is rounding, and scores of 1 are stored as 255/256."""

ODD, ODD_AT_LEAST = 5.0, 0.02
"""Times the share of rows that go beyond the file's other ranges, and share besides, from which a range is an odd one:
whatever calibrated a file did so for all its ranges, and rows beyond it go beyond all of them about as often."""

ENDS, CALIBRATES = 2, 4
"""Ends of a range, each of which one row sets of those that calibrate and a further one: that is how many lie beyond by
chance. An export calibrates by one of so many rows that it is given, which may be those at hand."""

LEAST_TYPICAL = 0.02
"""Difference of scores that three quarters of the rows may have whatever a conversion by them has."""


def range_faults(
    again: Reconversion, matrix: Features, original: Scores, scores: Scores, explained: Explained
) -> Iterator[str]:
    """Yield what is wrong with the ranges of a payload whose operations and weights are those of its original.

    Where the rows that calibrated it are known, its ranges are those of a conversion by them. Where they are not, its
    ranges have to hold what most rows reach, one as well as another, and its steps have to be fine enough that three
    quarters of the rows are not much farther off than by a conversion that these rows calibrate.

    Args:
        again: The original, converted here by the same recipe.
        matrix: The rows, encoded as the original takes them.
        original: Its scores of the rows.
        scores: The artifact's.
        explained: How far off the conversion made here is.
    """
    stored, own = again.stored(), again.rounded()
    if own is None or explained.rows is None:
        return
    if not explained.beyond:
        yield from moved_ranges(stored, own)
        return
    off = np.abs(original.astype(np.float64) - scores).max(axis=1)
    yield from _far_off(off, explained.rows)
    rows = spread(matrix)
    try:
        reached = kept(extremes(again, rows, {one.value for one in stored.ranges}), own)
    except (ValueError, RuntimeError):  # an engine that gives none; scores alone judge
        return
    yield from clipping_ranges(stored.ranges, reached, spread(off), spread(explained.rows))


def kept(reached: Extremes, own: FloatGraph) -> Extremes:
    """Return what rows reach as far as a conversion that they calibrate keeps it.

    A converter may give a value the range of what is made of it, such as that of the largest of several, and cut the
    others off. What that reaches then says whether the range is one of these rows.
    """
    ends = _widest(own)
    held = {value: both for value, both in reached.items() if value in ends and not _beyond(ends[value], *both).any()}
    found = dict(reached)
    for value in reached.keys() & (ends.keys() - held.keys()):
        one = ends[value]
        alike = [both for other, both in held.items() if (ends[other].low, ends[other].high) == (one.low, one.high)]
        low, high = max(alike, key=lambda both: float(both[1].max() - both[0].min()), default=reached[value])
        found[value] = np.clip(low, one.low, one.high), np.clip(high, one.low, one.high)
    return found


def _widest(graph: FloatGraph) -> dict[Given | Made, Range]:
    """Return the range of each value; of several, one that holds most."""
    ranges = sorted(graph.ranges, key=lambda one: one.high - one.low)
    return {one.value: one for one in ranges}


def moved_ranges(stored: FloatGraph, own: FloatGraph) -> Iterator[str]:
    """Yield ranges that are others than the same rows give here: their ends, or the steps between.

    Args:
        stored: Of the payload.
        own: Of the original, converted by the rows that calibrated the payload.
    """
    known: dict[Given | Made, list[Range]] = {}
    for one in own.ranges:
        known.setdefault(one.value, []).append(one)
    for one in stored.ranges:
        others = known.get(one.value, [])
        if others and not any(_same_ends(one, other) for other in others):
            yield f"the range of {one.name!r} is {_ends(one)}; the rows that calibrate it give {_ends(others[0])}"


def _same_ends(one: Range, other: Range) -> bool:
    allowed = SAME_ENDS * (other.high - other.low)
    step = abs(one.step - other.step) <= SAME_ENDS * other.step
    return step and abs(one.low - other.low) <= allowed and abs(one.high - other.high) <= allowed


def _far_off(off: NDArray[np.float64], own: NDArray[np.float64]) -> Iterator[str]:
    """Say that more than a quarter of the rows are much farther off than three quarters are by a conversion of them."""
    usual = float(np.quantile(own, 1 - SATURATED))
    typical = max(LEAST_TYPICAL, OTHER_ROWS * usual)
    farther = int((off > typical).sum())
    if lower_bound(farther, len(off)) > SATURATED:
        yield (
            f"{farther:,} of {len(off):,} rows are off by more than {typical:.2g}; three quarters of them are off by "
            f"{usual:.2g} at most in a conversion that they calibrate"
        )


def clipping_ranges(
    ranges: Sequence[Range], reached: Extremes, off: NDArray[np.float64], own: NDArray[np.float64]
) -> Iterator[str]:
    """Yield ranges beyond which more of the rows go than other rows to calibrate by explain.

    Args:
        ranges: Of the payload.
        reached: What the original's values reach on the rows, as far as a conversion that these calibrate keeps it.
        off: How far off the artifact's scores of each row are.
        own: How far off those of a conversion are that the rows calibrate.
    """
    known = [one for one in ranges if one.value in reached]
    clipped = [_beyond(one, *reached[one.value]) for one in known]
    most = max(SATURATED, ENDS / (len(off) // CALIBRATES + 1))
    counts = [int(rows.sum()) for rows in clipped]
    for place, (one, rows) in enumerate(zip(known, clipped, strict=True)):
        usual = float(np.median(counts[:place] + counts[place + 1 :] or [len(rows)]))
        odd = ODD_AT_LEAST + ODD * upper_bound(usual, len(rows))
        share = lower_bound(counts[place], len(rows))
        if share > most or (share > odd and _hurt(off[rows], own[rows])):
            yield (
                f"{counts[place]:,} of {len(rows):,} rows go beyond the range of {one.name!r}, {_ends(one)}: more than "
                f"chance leaves to the rows that calibrated it; {usual:.0f} go beyond a usual one of its others"
            )


def _beyond(one: Range, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows hold a number that the range does not."""
    slack = ROUNDING * one.step
    beyond: NDArray[np.bool_] = (low < one.low - slack) | (high > one.high + slack)
    return beyond


def _hurt(off: NDArray[np.float64], own: NDArray[np.float64]) -> bool:
    """Tell whether rows are farther off than a conversion that they calibrate is, most of them."""
    return float(np.median(off)) > max(LEAST_TYPICAL / 2, OTHER_ROWS * float(np.median(own)))


def _ends(one: Range) -> str:
    return f"{one.low:.3g} to {one.high:.3g}"
