"""Numeric features fitted to a column: the fill for missing numbers, and whether missing ones are flagged."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import NumericFeature, OffsetFeature
from tagship_runtime.features import cells
from tagship_runtime.files.spelling.numerals import is_numeral
from tagship_runtime.typing import Targets
from tagship_training.data.kinds.base import Column, Described, check_numbers
from tagship_training.data.kinds.compact_dates import note_on_dates

FREQUENT = 0.01
"""Share of missing values from which an indicator is considered."""

SIGNIFICANT = 0.01
"""Chance, over all labels, below which an indicator counts as related to a label."""

STEPS = 65_536
"""Fractions over whose range float32 has so many steps are as good as exact."""

FEW_EXPECTED = 5
"""Rows expected in a cell of a table of two flags, below which Pearson's test is not to be trusted."""


def describe(column: Column) -> Described:
    """Fit a numeric feature: missing numbers are filled with the median, and flagged where that is related to a label.

    A missing number is refused later on where none is missing in any table that is given.
    """
    numbers = cells.real_numbers(column.values, column.name, column.missing)
    missing = np.isnan(numbers)
    if missing.all():
        return Described(NumericFeature(name=column.name, missing=column.missing), "every value is missing")
    present = numbers[~missing]
    different = different_numbers(column.values, numbers)
    offset, note = resolution(present, different)
    held = (present - (offset or 0)).astype(np.float32)
    constant = bool((held == held[0]).all())
    filled, indicator = treatment(column, missing)
    middle = float(np.median(present if offset is not None else present.astype(np.float32)))
    feature = _feature(column, middle if filled else None, indicator, offset)
    reason = useless(constant, _shown(present[0]), filled, indicator, different)
    dates = None if column.named else note_on_dates(present)
    notes = filter(None, (note, dates, _named_as_missing(column, present)))
    return Described(feature, reason, "; it ".join(notes) or None)


def _named_as_missing(column: Column, present: NDArray[np.float64]) -> str | None:
    """Say that words which are to stand for a missing number do not where cells are numbers rather than texts."""
    numbers = {word for word in column.missing if is_numeral(word)}
    word = next(iter(numbers & {*map(_shown, np.unique(present))}), None) if numbers else None
    return None if word is None else f"holds the number {word}, and --missing means texts in such a file; make it null"


def read(column: Column) -> NDArray[np.float32]:
    """Return a column's numbers, NaN where one is missing, infinite where float32 cannot hold it."""
    return cells.numbers(column.values, column.name, column.missing)


def check(column: Column) -> bool:
    """Refuse cells that are no finite numbers, and tell whether one is missing."""
    return check_numbers(column, read(column))


def treatment(column: Column, missing: NDArray[np.bool_]) -> tuple[bool, bool]:
    """Tell whether missing cells are filled, which they are where one may be missing, and whether they are flagged.

    They are flagged where that is related to a label, and there are enough of them.
    """
    filled = bool(missing.any()) or column.incomplete
    return filled, filled and bool(missing.mean() >= FREQUENT and related(missing, column.targets))


def useless(constant: bool, shown: str, filled: bool, indicator: bool, different: int = 1) -> str | None:
    """Say why a column is of no use; None where it is, or where missing ones are flagged.

    Args:
        constant: Whether all values are one in float32.
        shown: The first of them.
        filled: Whether missing ones become another.
        indicator: Whether missing ones are flagged.
        different: Number of different values before they become float32.
    """
    if not constant or indicator:
        return None
    if different > 1:
        return (
            f"its {different:,} different values, {shown} among them, become one in float32, the type of the model's "
            "input; if they are names rather than amounts, take them as words with --categorical"
        )
    return f"every value is {shown}{' or missing' if filled else ''}"


def resolution(present: NDArray[np.float64], different: int | None = None) -> tuple[float | None, str | None]:
    """Tell whether float32 keeps a column's numbers apart, and what to do where it does not.

    Args:
        present: Its numbers.
        different: How many different ones its cells hold; None for as many as float64 tells apart.

    Returns:
        A number to subtract first, where more of the numbers stay apart then; and what is lost all the same.
    """
    different = different or len(np.unique(present))
    kept = _kept(present)
    if kept == different and (present.astype(np.float32) == present).all():
        return None, None
    low, high = float(present.min()), float(present.max())
    step = float(np.spacing(np.float32(max(abs(low), abs(high)))))
    integers = present[present == np.trunc(present)]
    whole = len(integers) == len(present)
    beyond = max(abs(low), abs(high)) >= cells.WHOLE
    if not whole and (high - low) / step >= STEPS and _kept(integers) == len(np.unique(integers)) and not beyond:
        return None, None
    middle = float(np.round((low + high) / 2)) if whole else (low + high) / 2
    shifted = 0 if beyond else _kept(present - middle)  # readers refuse offsets from such numbers
    offset = middle if different - shifted <= (different - kept) / 2 and kept < different else None
    left = kept if offset is None else shifted
    if left < different:
        return offset, _merged(different, left, beyond=beyond)
    if whole and offset is None:
        return None, (
            "holds integers above 16,777,216, which float32, the type of the model's input, rounds by up to "
            f"{step / 2:g}"
        )
    return offset, None


def _merged(different: int, left: int, *, beyond: bool) -> str:
    """Say that different numbers become one, and what to do."""
    why = (
        f"; beyond {cells.WHOLE - 1:,} not even float64, which numbers are read in, tells integers apart, so none can "
        "be subtracted first"
        if beyond
        else ""
    )
    return (
        f"holds {different:,} different numbers, of which {left:,} are left in float32, the type of the model's "
        f"input, which holds integers up to 16,777,216 exactly{why}; if they are names rather than amounts, take them "
        "as words with --categorical, or --drop them"
    )


def different_numbers(values: NDArray[Any], numbers: NDArray[np.float64]) -> int:
    """Count the different numbers of a column's cells, integers exactly, though float64 may take several for one.

    Args:
        values: Its cells, (rows,).
        numbers: The same as float64, NaN where one is missing.
    """
    known = ~np.isnan(numbers)
    if values.dtype.kind in "biuf":
        return len(np.unique(values[known]))
    pairs = zip(values[known].tolist(), numbers[known].tolist(), strict=True)
    return len({_exact(cell, number) for cell, number in pairs})


def _exact(cell: Any, number: float) -> int | float:
    """Return a cell as an integer where it is one beyond what float64 holds exactly, else as float64 has it."""
    if abs(number) < cells.WHOLE:
        return number
    try:
        return int(cell) if isinstance(cell, int | np.integer | str) else number
    except ValueError:  # such as 1e20
        return number


def _kept(numbers: NDArray[np.float64]) -> int:
    return len(np.unique(numbers.astype(np.float32)))


def _feature(column: Column, fill: float | None, indicator: bool, offset: float | None) -> NumericFeature:
    percent = column.sign == "%"
    feature = NumericFeature if offset is None else partial(OffsetFeature, offset=offset)
    return feature(
        name=column.name,
        fill=fill,
        indicator=indicator,
        missing=column.missing,
        percent=percent,
        currency="" if percent else column.sign,
    )


def _shown(value: float) -> str:
    return f"{value:.15g}" if value == np.trunc(value) else f"{value:g}"


def related(missing: NDArray[np.bool_], targets: Targets) -> bool:
    """Tell whether missing values go with some label beyond what chance explains (Bonferroni-corrected)."""
    labels = targets.shape[1]
    return any(chance_of_independence(missing, truth == 1) < SIGNIFICANT / labels for truth in targets.T)


def chance_of_independence(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """P-value of two flags being independent, from all four cells of their table.

    Pearson's chi-squared test without a correction for continuity (Pearson 1900); Fisher's exact test (Fisher 1922)
    where fewer than 5 rows are expected in a cell, below which the first one is not to be trusted (Cochran 1954).

    Args:
        first: (rows,).
        second: (rows,).
    """
    from scipy.stats import chi2_contingency, fisher_exact  # a second that a wrong table should not wait for

    counts = np.array([[(a & b).sum() for b in (second, ~second)] for a in (first, ~first)])
    if not counts.sum(axis=0).all() or not counts.sum(axis=1).all():
        return 1.0  # a flag that never changes goes with nothing
    test = chi2_contingency(counts, correction=False)
    return float(fisher_exact(counts).pvalue if test.expected_freq.min() < FEW_EXPECTED else test.pvalue)
