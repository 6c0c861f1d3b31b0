"""Batches of consecutive rows of a table, and the settings by which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tagship_runtime.errors import DataError
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.files.spelling.numerals import Numerals

if TYPE_CHECKING:
    from tagship_runtime.features import Encoder

BATCH_ROWS = 8192
"""Rows of a batch, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive rows.

    Attributes:
        first: Number of the first row, counted from 0 over the whole table.
        size: How many rows.
        columns: By name; lists, arrays or pyarrow arrays, of ``size`` values each.
        rows: The features as an array (size, ...), where they have no names; None where they are among the columns.
        kept: Those of :attr:`Reading.kept` as the table spells them.
    """

    first: int
    size: int
    columns: Mapping[str, Any]
    rows: Any = None
    kept: Mapping[str, Any] = field(default_factory=dict)

    def halves(self) -> Iterator[Batch]:
        """Yield the two halves of at least two rows."""
        middle = self.size // 2
        for start, stop in ((0, middle), (middle, self.size)):
            yield self.part(start, stop)

    def part(self, start: int, stop: int) -> Batch:
        """Return the rows from one to before another, counted from the batch's first."""
        columns = {name: values[start:stop] for name, values in self.columns.items()}
        rows = None if self.rows is None else self.rows[start:stop]
        kept = {name: values[start:stop] for name, values in self.kept.items()}
        return Batch(first=self.first + start, size=stop - start, columns=columns, rows=rows, kept=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Settings for reading a table.

    Attributes:
        rows: The most rows of a batch.
        columns: Names of those that are needed, for readers that can leave out others; None for all.
        numbers: Names of those that hold numbers, for readers that convert; None for unknown.
        signs: Percent sign or currency of training's cells, by name.
        date_orders: By column of dates, what stood first in training in those such as 03/04/2024; None without such.
        durations: Names of those that hold durations.
        kept: Names of features that pass on to the output as well, where they stand as the table spells them.
        skip: Told of a row that cannot be read, which is left out then; None to raise the error.
        live: Whether rows are answered as they come: one row a batch.
        dialect: How the table is spelled, as far as that is given.
        note: Told what was found by looking; None for nobody.
    """

    rows: int
    columns: Sequence[str] | None = None
    numbers: Sequence[str] | None = None
    signs: Mapping[str, str] = field(default_factory=dict)
    date_orders: Mapping[str, str | None] = field(default_factory=dict)
    durations: Sequence[str] = ()
    kept: Sequence[str] = ()
    skip: Callable[[DataError], None] | None = None
    live: bool = False
    dialect: Dialect = field(default_factory=Dialect)
    note: Callable[[str], None] | None = None

    @classmethod
    def for_model(cls, encode: Encoder, dialect: Dialect, beside: Sequence[str] = (), **settings: Any) -> Self:
        """Return the reading of a table by what a model's features need to know of it.

        Args:
            encode: Of the model.
            dialect: How the table is spelled, as far as that is given.
            beside: Names of columns that are needed besides the model's.
            **settings: Other attributes.
        """
        columns = encode.columns
        return cls(
            columns=None if columns is None else list(dict.fromkeys((*columns, *beside))),
            numbers=None if columns is None else [name for name in columns if name not in encode.textual],
            signs=encode.signs,
            date_orders=encode.date_orders,
            durations=encode.durations,
            kept=[name for name in beside if name in (columns or ())],
            dialect=dialect.with_missing(encode.missing_words),
            **settings,
        )

    def numerals(self, name: str, usual: str | None = None) -> Numerals:
        """Return the spelling of a table's numbers, as far as the caller says it.

        Args:
            name: Of the table, for messages.
            usual: The decimal mark of such a table, unless its cells say otherwise; None where only they can say it.
        """
        given = self.dialect
        return Numerals(
            name, decimal=given.decimal, usual=usual, missing=given.missing, signs=self.signs, note=self.note
        )

    def batch(self, columns: Mapping[str, Any], numerals: Numerals, first: int, size: int) -> Batch:
        """Return some rows, with numbers among their texts as Python spells them.

        Args:
            columns: Lists of cells by name.
            numerals: The table's spelling of numbers.
            first: Number of the first of these rows.
            size: How many they are.
        """
        return Batch(
            first=first, size=size, columns=self.rewritten(columns, numerals, first), kept=self.kept_of(columns)
        )

    def kept_of(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns that pass on to the output as the table spells them."""
        return {name: columns[name] for name in self.kept if name in columns}

    def rewritten(self, columns: Mapping[str, Any], numerals: Numerals, first: int) -> dict[str, Any]:
        """Return the columns of some rows, with numbers among their texts as Python spells them.

        Args:
            columns: Lists of cells by name.
            numerals: The table's spelling of numbers.
            first: Number of the first of these rows, for messages.
        """
        numbers = {name: columns[name] for name in self.numbers or () if name in columns}
        return {**columns, **numerals.rewrite(numbers, known=True, first=first)}

    def refuse(self, error: DataError) -> None:
        """Skip a row, or raise what is wrong with it."""
        if self.skip is None:
            raise error
        self.skip(error)
