"""Numbers of a table's last row that are sums or means of those above them."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod

import numpy as np
import pyarrow
from numpy.typing import NDArray

FEWEST = 5
"""Of fewer numbers that are not zero, a number is a sum by chance."""

BY_CHANCE = 0.02
"""Largest share of a column's range that a mean's rounding may span: one of ratings from 1 to 5 is met by many rows."""

LEVELS = 10
"""Of fewer different numbers, the middle is a setting as others are: that of a designed experiment."""

DENSITY = 3.0
"""Chance that numbers are near their mean, as a multiple of what it is where they are spread evenly."""

RARE = 1e-4
"""Chance of so many means in a row that no name tells of, below which they are none by chance."""

DECIMALS = 6
"""Digits behind the mark that are looked at."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the last row, and what it is of those above it: their sum, or their mean."""

    column: str
    shown: str
    kind: str


def find_sums(table: pyarrow.Table, *, named: bool) -> list[Cell]:
    """Return the numbers of the last row that are sums of those above it, and beyond what is summed.

    Args:
        table: All of it.
        named: Whether the row has a name such as Total: means are taken for the same then, and what is shown may have
            been rounded after it was summed.
    """
    found = []
    for name, number in numbers_of(table).items():
        above = _above(table, name)
        summed = len(above) if named else np.count_nonzero(above)
        if summed >= FEWEST and _is_sum(number, above, loose=named):
            found.append(_cell(name, number, "sum"))
        elif named and len(above) >= FEWEST and _is_mean(number, above):
            found.append(_cell(name, number, "mean"))
    return found


def find_means(table: pyarrow.Table) -> list[Cell]:
    """Return the numbers of the last row that are means of those above it, where a row without a name has them.

    None where so many of its numbers may be means by chance, as they are written, and where none has more digits than
    all numbers above it: columns may be copies of each other, of which a single chance makes two means.
    """
    numbers = numbers_of(table)
    found, chances, finer = [], [], False
    for name, number in numbers.items():
        above, slack = _above(table, name), 0.5 * 10.0 ** -_digits(number)
        if len(above) < LEVELS or abs(number - above.mean()) > slack + 1e-12 * np.abs(above).max():
            continue
        if number not in above and len(np.unique(above)) >= LEVELS:  # a mean that others have too was filled in
            found.append(_cell(name, number, "mean"))
            chances.append(min(1.0, DENSITY * 2 * slack / (above.max() - above.min())))
            finer |= slack < 0.4 * _unit(above)
    chance = comb(len(numbers), len(found)) * prod(chances)
    return found if finer and len(found) > 1 and chance <= RARE else []


def numbers_of(table: pyarrow.Table) -> dict[str, float]:
    """Return the numbers of the last row by their column."""
    found = {}
    for name in table.column_names:
        kind, number = table[name].type, table[name][len(table) - 1].as_py()
        if number is not None and (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)):
            found[name] = float(number)
    return found


def _above(table: pyarrow.Table, name: str) -> NDArray[np.float64]:
    """Return the numbers of a column above the last row that are there."""
    column = table[name][: len(table) - 1].cast(pyarrow.float64(), safe=False)
    above: NDArray[np.float64] = column.to_numpy()
    return above[np.isfinite(above)]


def _cell(name: str, number: float, kind: str) -> Cell:
    return Cell(name, f"{number:.15g}", kind)


def _is_sum(number: float, above: NDArray[np.float64], *, loose: bool) -> bool:
    if not np.isfinite(number) or above.min() <= number <= above.max():
        return False
    slack = _unit(above) * (np.sqrt(len(above)) if loose else 0.5)  # roundings of a unit add up as its root does
    return bool(abs(number - above.sum()) <= slack + 1e-12 * np.abs(above).sum())


def _is_mean(number: float, above: NDArray[np.float64]) -> bool:
    """Tell whether a number is the mean, to as many digits as it is written with, or as those are that it is of."""
    slack = max(0.5 * 10.0 ** -_digits(number), _unit(above) / np.sqrt(len(above)))
    told = 2 * slack <= BY_CHANCE * (above.max() - above.min())
    return bool(told and abs(number - above.mean()) <= slack)


def _digits(number: float) -> int:
    """Return how many digits a number is written with behind the mark."""
    return len(f"{number:.15g}".partition(".")[2])


def _unit(numbers: NDArray[np.float64]) -> float:
    """Return the place value of the last digit that numbers are written with, if they have as many as they need."""
    digits = (digits for digits in range(DECIMALS) if (numbers.round(digits) == numbers).all())
    return float(10.0 ** -next(digits, DECIMALS))
