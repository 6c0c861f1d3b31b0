"""Columns of training rows, and the features that are fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Targets


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
    """

    name: str
    values: NDArray[Any]
    targets: Targets
    incomplete: bool
    first: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A feature, and what is to be said of it.

    Attributes:
        feature: That is fitted.
        useless: The reason why it is; None where it is worth its columns.
        note: What is lost of the column's cells; None where nothing is.
    """

    feature: Feature
    useless: str | None = None
    note: str | None = None
