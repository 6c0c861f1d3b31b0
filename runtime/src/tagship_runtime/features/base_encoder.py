"""The interface of encoders, which turn rows as callers have them into one model's input."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagship_runtime.typing import Features


class Encoder(ABC):
    """An encoder of rows into one model's input, whether that is a table or an array.

    Accepted: anything array-like of real numbers; a list of dicts, one dict (a row) or a dict of columns; pandas,
    polars and pyarrow tables, columns in any order and matched by name.

    Attributes:
        plain: The shape of a row, if arrays of finite numbers are the model's input as they are; else None.
        columns: Names of the columns that are needed; None where columns have no names.
        textual: Names of those whose cells a CSV's reader leaves as they are spelled.
        missing_words: Words that stand for a missing number in each of the others, besides those that always do.
        signs: Percent sign or currency of training's cells, by the column's name.
        date_orders: By column of dates, what stood first in training in those such as 03/04/2024; None without such.
        durations: Names of columns of durations.
    """

    plain: tuple[int, ...] | None
    columns: tuple[str, ...] | None
    textual: tuple[str, ...]
    missing_words: tuple[str, ...] = ()
    signs: Mapping[str, str] = MappingProxyType({})
    date_orders: Mapping[str, str | None] = MappingProxyType({})
    durations: tuple[str, ...] = ()

    @abstractmethod
    def encode(self, rows: Any, unknown: Counter[str] | None = None) -> Features:
        """Encode rows.

        Args:
            rows: As callers have them.
            unknown: Gets, by feature, how many cells hold a word that is not among a category's values. Such
                cells are all zeros, and no error; those that are missing are not counted.

        Returns:
            C-contiguous float32, shape (rows, ...) as the model takes it. It may share memory with ``rows``
            where those are such an array already.

        Raises:
            InputShapeError: Wrong width or number of axes.
            InputValueError: A cell that is text, missing without a fill, or not finite in float32.
            MissingColumnError: A table without one of the features.
            InputError: Not array-like at all.
        """

    def encode_parts(self, rows: Any, size: int | None, unknown: Counter[str] | None = None) -> Iterator[Features]:
        """Encode rows some at a time, so that a wide matrix of them all need not fit into memory; see :meth:`encode`.

        Args:
            rows: As callers have them.
            size: The most rows of a part, where rows are many columns wide; None for all of them.
            unknown: As for :meth:`encode`.
        """
        del size
        yield self.encode(rows, unknown)

    def rounded(self, rows: Any) -> dict[str, float]:
        """Return by how much float32 is off integers of rows that can be encoded, by column; under "" without columns.

        Nothing where it holds all of them, or where others are refused.
        """
        del rows
        return {}

    @abstractmethod
    def select(self, columns: Mapping[str, Any], passed_on: Sequence[str]) -> Any:
        """Return what :meth:`encode` takes of a table's columns, so that others are not converted.

        Args:
            columns: All of the table's, by name.
            passed_on: Names of those that pass through to the output, and are no features unless they are named.
        """

    @abstractmethod
    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the name of each column and what it takes, in words for people."""

    @abstractmethod
    def row_list(self, values: Any) -> Any:
        """Return the rows of a table as JSON takes them: a list of cells each, None for a missing one."""

    @abstractmethod
    def sample(self, values: Any, count: int, random: np.random.Generator) -> Any:
        """Invent rows within the ranges of real ones.

        Args:
            values: Real rows.
            count: The most to invent.
            random: Where chance comes from.
        """

    @abstractmethod
    def to_cells(self, values: Any) -> NDArray[np.float64]:
        """Return rows as numbers that a search can vary, (rows, ...), none of them missing."""

    @abstractmethod
    def bounds(self, found: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the least and greatest number that a search may try in each cell of a row."""

    @abstractmethod
    def discrete(self) -> NDArray[np.bool_]:
        """Return which cells of a row are positions in a list, rather than numbers within a range."""

    @abstractmethod
    def from_cells(self, population: NDArray[np.float64]) -> list[Any]:
        """Return rows as a caller would pass them, for the numbers of :meth:`to_cells`."""
