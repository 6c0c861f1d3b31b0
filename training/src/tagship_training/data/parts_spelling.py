"""Spelling of texts in files that are read a few rows at a time, found in rows that were drawn from all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import pyarrow

from tagship_runtime.files import Dialect
from tagship_runtime.files.arrow_columns import with_signs
from tagship_runtime.files.arrow_texts import texts_in
from tagship_runtime.files.spelling.numerals import POINT, Numerals
from tagship_runtime.files.typed_texts import typed
from tagship_training.data.date_spellings import find_spelled_dates, with_dates_in_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class AsSpelled:
    """Columns whose texts are taken as they stand, and what the caller says of the others.

    Attributes:
        text: Names of columns of words, texts and tags.
        named: Names of columns of which the caller says that they hold no dates.
        dialect: How the table is spelled, as far as that is given.
        note: Told what was found by looking; None for nobody.
    """

    text: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    dialect: Dialect = field(default_factory=Dialect)
    note: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsSpelling:
    """Numbers and dates among the texts of files, which all are spelled alike.

    Attributes:
        numbers: Names of columns of texts that are numbers.
        numerals: Their spelling.
        dates: Names of columns of dates in spellings that no contract knows.
        missing: Words that stand for what is missing, besides those that always do.
    """

    numbers: tuple[str, ...]
    numerals: Numerals
    dates: tuple[str, ...]
    missing: tuple[str, ...]

    def rewritten(self, table: pyarrow.Table, first: int) -> pyarrow.Table:
        """Return some rows with these columns as Python and ISO 8601 spell them.

        Args:
            table: Some of the columns.
            first: Number of the first of these rows, for messages.

        Raises:
            DataError: A number that is spelled otherwise than those before.
        """
        columns = {name: texts_in(table[name]) or [] for name in self.numbers if name in table.column_names}
        for name, cells in self.numerals.rewrite(columns, known=True, first=first).items():
            table = table.set_column(table.column_names.index(name), name, pyarrow.array(cells, pyarrow.string()))
        return with_dates_in_iso(table, [name for name in self.dates if name in table.column_names], self.missing)


def find_spelling(table: pyarrow.Table, source: str, labels: Collection[str], given: AsSpelled) -> PartsSpelling:
    """Return the spelling of a table, of which some rows are there.

    Args:
        table: The rows.
        source: Name of the table, for messages.
        labels: Names of the columns of labels, which have spellings of their own.
        given: What the caller says.

    Raises:
        DataError: Nothing tells which mark is the decimal one, or two things do.
    """
    missing = given.dialect.missing
    numerals = Numerals(source, decimal=given.dialect.decimal, usual=POINT, missing=missing, note=given.note)
    others = [name for name in table.column_names if name not in {*labels, *given.text}]
    texts = {name: cells for name in others if (cells := texts_in(table[name].unique())) is not None}
    spelled = numerals.rewrite(texts, known=False, place=lambda name, text: table[name].to_pylist().index(text))
    numbers = [name for name, cells in spelled.items() if _are_numbers(cells)]
    dates = find_spelled_dates(table.select([name for name in others if name not in given.named]), (), missing)
    with_dates_in_iso(table, dates, missing, given.note)
    return PartsSpelling(numbers=tuple(numbers), numerals=numerals, dates=tuple(dates), missing=missing)


def _are_numbers(cells: list[str | None]) -> bool:
    """Tell whether texts are numbers, all of them; the same with zeros at their beginning are codes."""
    column = pyarrow.chunked_array([pyarrow.array(cells, pyarrow.string())])
    return not pyarrow.types.is_string(typed(column).type)


def as_numbers(table: pyarrow.Table, spelling: PartsSpelling) -> pyarrow.Table:
    """Return rows that :meth:`PartsSpelling.rewritten` gave, with columns of numbers in their type."""
    for name in spelling.numbers:
        table = table.set_column(table.column_names.index(name), name, typed(table[name]))
    return with_signs(table, spelling.numerals.signs.found)
