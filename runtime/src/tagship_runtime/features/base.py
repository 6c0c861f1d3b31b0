"""The interface of features: a column of the caller's table becomes columns of the model's matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.features.text_counts import Counts
    from tagship_runtime.typing import Features


@dataclass(frozen=True, kw_only=True)
class Feature(ABC):
    """One column of the caller's table; a class per kind, registered in :mod:`tagship_runtime.features.kinds`.

    Attributes:
        name: Its column.
    """

    kind: ClassVar[str]
    """Name of the kind in the contract."""

    textual: ClassVar[bool]
    """True where a CSV's cells are taken as they are spelled, rather than converted to numbers by the reader."""

    discrete: ClassVar[bool]
    """True where :meth:`to_cells` gives positions in a list, rather than numbers within a range."""

    unknown: ClassVar[str] = "hold a word that the model does not know"
    """Words for cells that :meth:`encode` counts."""

    name: str

    @property
    @abstractmethod
    def width(self) -> int:
        """Number of columns that it takes in the model's matrix."""

    @property
    def takes_missing(self) -> bool:
        """True where a missing cell is encoded, rather than refused."""
        return True

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Words that stand for a missing cell, besides those that always do."""
        return ()

    @property
    def sign(self) -> str:
        """Percent sign or currency of training's cells: 12 may be 0.12 in a text without the one, and € are no $."""
        return ""

    @property
    def in_seconds(self) -> bool:
        """True where its cells are durations."""
        return False

    @property
    def date_orders(self) -> Mapping[str, str | None]:
        """Part of a date that stood first in training, by its column's name; empty where its cells are no dates."""
        return {}

    @property
    def unchanged_fill(self) -> float | None:
        """Replacement of a missing number, NaN where it is refused, if all other numbers enter the matrix unchanged.

        None where the column has to be encoded by :meth:`encode`.
        """
        return None

    @property
    def counted(self) -> tuple[str, ...]:
        """Words, and runs of words, that its columns count, in order; none where they hold something else.

        Most counts of a row are zero, so that :meth:`without_zeros` is worth calling.
        """
        return ()

    def with_columns(self, places: Sequence[int]) -> Self | None:
        """Return the feature with some of its columns.

        Args:
            places: Of those to keep, in the order that they get; all of them where :attr:`counted` is empty.

        Returns:
            None where nothing is left of it.
        """
        del places
        return self

    @abstractmethod
    def encode(self, values: NDArray[Any], into: Features) -> int:
        """Write a column's cells into its part of the matrix.

        Args:
            values: The column as :func:`tagship_runtime.features.columns.as_column` gives it, (rows,).
            into: Zeros, float32 (rows, width); written.

        Returns:
            How many cells hold something that the model does not know, such as a word without a column.

        Raises:
            InputValueError: A cell that cannot be encoded.
            InputError: A column of another type altogether.
        """

    def rounded_by(self, values: NDArray[Any]) -> float:
        """Return by how much :meth:`encode` is off the integers among a column's cells, since float32 lacks some."""
        del values
        return 0.0

    def near_miss(self, values: NDArray[Any]) -> tuple[str, str] | None:
        """Return a cell that the model does not know but for blanks and case, and what it knows; None without one."""
        del values
        return None

    @property
    def bins(self) -> int | None:
        """Number of different things that :meth:`observed` tells apart; None where it gives numbers."""
        return None

    @abstractmethod
    def observed(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a number for each cell by which its distribution is watched, NaN for a missing one, (rows,).

        Raises:
            InputValueError: A cell that cannot be encoded.
            InputError: A column of another type altogether.
        """

    def without_zeros(self, values: NDArray[Any]) -> Counts:
        """Return what :meth:`encode` writes, as compressed rows.

        Raises:
            InputValueError: A cell that cannot be encoded.
            InputError: A column of another type altogether.
        """
        from tagship_runtime.features.text_counts import Counts  # a device encodes numbers and words without it

        columns = np.zeros((len(values), self.width), np.float32)
        self.encode(values, columns)
        rows, places = np.nonzero(columns)
        ends = np.cumsum(np.bincount(rows, minlength=len(columns)))
        return Counts(np.append(0, ends), places.astype(np.int32), columns[rows, places])

    @abstractmethod
    def to_dict(self) -> FeatureDocument:
        """Return the feature as the contract has it, ``name`` and ``kind`` included."""

    @classmethod
    @abstractmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read the feature from the contract.

        Raises:
            ContractError: A key is absent or holds something else.
        """

    @abstractmethod
    def describe(self) -> str:
        """Return what it takes, in words for people."""

    def json_cells(self, values: NDArray[Any]) -> list[Any]:
        """Return a column's cells as JSON takes them: null for NaN."""
        return [None if isinstance(cell, float) and cell != cell else cell for cell in values.tolist()]

    @abstractmethod
    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Invent cells within the range of real ones, without repeating one but for words.

        Args:
            values: Real cells, (rows,).
            count: How many to invent.
            random: Where chance comes from.

        Returns:
            Cells as JSON takes them; None for a missing one.
        """

    @abstractmethod
    def to_cells(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return cells as numbers that a search can vary, (rows,), none of them missing."""

    @abstractmethod
    def bounds(self, cells: NDArray[np.float64]) -> tuple[float, float]:
        """Return the least and greatest number that a search may try."""

    @abstractmethod
    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return what a caller would pass for the numbers of :meth:`to_cells`."""

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield the parts of an encoded cell, each with the columns as they would be without it, (width,).

        Args:
            columns: Of one row, (width,).
            usual: Their middle over the golden rows.
        """
        if not np.array_equal(columns, usual):
            yield "", usual

    @abstractmethod
    def summarise(self, columns: Features) -> FeatureSummary:
        """Describe encoded training rows, (rows, width), by a few numbers, none of which is a single row's extreme."""
