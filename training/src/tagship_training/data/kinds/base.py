"""Columns of training rows, and the features that are fitted to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Targets
from tagship_training.config import Kinds
from tagship_training.errors import TableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the training rows.

    Attributes:
        name: Its name.
        values: Its cells, (rows,).
        targets: Labels of the rows, uint8 (rows, labels).
        incomplete: Whether a value is missing in some table that is given, and so may be.
        first: What stands first in its dates such as 03/04/2024; None without such.
        missing: Words that stand for a missing number, date or duration, besides those that always do.
        named: Whether the user names its kind.
        sign: Percent sign or currency that its cells had.
        ngrams: Most words of a run that is counted in its texts; None leaves it to their script.
    """

    name: str
    values: NDArray[Any]
    targets: Targets
    incomplete: bool
    first: str | None = None
    missing: tuple[str, ...] = ()
    named: bool = False
    sign: str = ""
    ngrams: int | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """A feature, and what is to be said of it.

    Attributes:
        feature: That is fitted; None where none can be.
        useless: The reason why it is; None where it is worth its columns.
        note: What is lost of the column's cells; None where nothing is.
    """

    feature: Feature | None
    useless: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnKind:
    """Training's part of a class of features.

    Attributes:
        describe: Fits a feature to each of its columns.
        check: Refuses cells that it does not take, before rows are split, and tells whether a value is missing; None
            where any cell will do.
        find_order: Tells from a column's cells in each table what stands first in dates such as 03/04/2024; None where
            its cells have no order.
    """

    describe: Callable[[Iterable[Column]], Sequence[Described]]
    check: Callable[[Column], bool] | None = None
    find_order: Callable[[str, Iterable[NDArray[Any]], Kinds], str | None] | None = None


def each(describe: Callable[[Column], Described]) -> Callable[[Iterable[Column]], Sequence[Described]]:
    """Make a function that fits features to columns, each on its own, of one that fits a single one."""
    return lambda columns: [describe(column) for column in columns]


def check_numbers(column: Column, numbers: NDArray[Any]) -> bool:
    """Refuse infinite numbers, and tell whether one is missing.

    Args:
        column: Their column.
        numbers: Its cells as numbers, NaN where one is missing.

    Raises:
        TableError: One is infinite.
    """
    infinite = np.isinf(numbers)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise TableError(f"row {row}, column {column.name!r}: {column.values[row]} is infinite in float32; mend it")
    return bool(np.isnan(numbers).any())
