"""Spelling of all numbers of one file: one decimal mark, found in its cells, by which they are rewritten."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import cells
from tagship_runtime.files.spelling.decimal_evidence import FLAGS, DecimalEvidence
from tagship_runtime.files.spelling.number_signs import NumberSigns
from tagship_runtime.files.spelling.number_texts import (
    COMMA,
    POINT,
    is_float,
    is_made_of_digits,
    is_numeral,
    is_plain,
    may_be_versions,
    plain,
    sign_of,
    way_of,
)

WORDS = cells.FILE_BLANK
"""Texts that stand for a missing number in a file."""

STRAY = 0.1
"""A column with fewer other texts than this share among its numbers holds numbers, and mistakes."""

MOSTLY = 0.5
"""A column with this share of numbers is not free text."""

DOUBT = "doubt"
"""Name of the note on points that may stand between thousands, beside those of ways of spelling."""


class Numerals:
    """Spelling of the numbers of one file, which has one decimal mark for all of them.

    Attributes:
        decimal: The mark; None while nothing tells.
        signs: Percent signs and currencies of its columns.
        missing: Words that stand for a missing number.
        number_words: Those of them that are numbers otherwise, such as -999.
    """

    def __init__(
        self,
        name: str,
        *,
        decimal: str | None = None,
        usual: str | None = None,
        missing: Iterable[str] = (),
        signs: Mapping[str, str] | None = None,
        note: Callable[[str], None] | None = None,
    ) -> None:
        """Take what is known before any cell.

        Args:
            name: Of the table, for messages.
            decimal: The mark, where it is given.
            usual: The mark of such a file unless its cells say otherwise: a point between commas.
            missing: Words that stand for a missing number, besides :data:`WORDS`.
            signs: Percent sign or currency of training's cells, by the column's name.
            note: Told once what was found.
        """
        self.decimal = decimal
        self._name, self._usual, self._note = name, usual, note
        self.missing = WORDS | set(missing)
        self.number_words = frozenset(word for word in missing if is_numeral(word))
        self.signs = NumberSigns(name, signs or {}, self.missing)
        self._told: set[str] = set()
        self._assumed: str | None = None

    @property
    def strict(self) -> bool:
        """True if a point is no decimal mark unless a cell, or the caller, says so."""
        return self._usual is None or self.decimal == COMMA

    def rewrite(
        self,
        columns: Mapping[str, Sequence[Any]],
        *,
        known: bool,
        first: int = 0,
        place: Callable[[str, str], int] | None = None,
    ) -> dict[str, list[Any]]:
        """Return those columns that hold numbers and have to be rewritten, with missing ones empty.

        Some rows at a time will do: marks and units of rows before are remembered.

        Args:
            columns: Cells by name; what is no text is a number as it is, or missing.
            known: Whether all of them hold numbers; otherwise those do whose texts are numbers, but for a few.
            first: Number of the first of these rows, for messages.
            place: Gives a cell's row by its column and text instead, where not all rows are here.

        Raises:
            DataError: Nothing tells which mark is the decimal one, or two things do.
        """
        place = place or (lambda name, text: first + columns[name].index(text))
        self.signs.check_percent(columns, place)
        odd = self._odd_columns(columns, known=known, strict=self.strict)
        if self.decimal is None and any(COMMA in text for texts in odd.values() for text in texts):
            # A comma among points: what was taken for a point up to here is evidence as well.
            odd = self._odd_columns(columns, known=known, strict=True)
        for name in columns if known else odd:
            self.signs.check(name, columns[name], odd.get(name, ()))
        if not odd:
            return {}
        self._decide(odd, place)
        decimal = self.decimal or self._usual or POINT
        rewritten = {}
        for name, texts in odd.items():
            spelled = {text: self._spell(text, decimal, name) for text in texts}
            self._tell(name, spelled, decimal)
            rewritten[name] = [spelled.get(cell, cell) if isinstance(cell, str) else cell for cell in columns[name]]
        return rewritten

    def _odd_columns(self, columns: Mapping[str, Sequence[Any]], *, known: bool, strict: bool) -> dict[str, list[str]]:
        odd = {name: texts for name, column in columns.items() if (texts := self._odd(column, strict=strict))}
        return odd if known else {name: texts for name, texts in odd.items() if self.holds_numbers(columns[name])}

    def _odd(self, column: Sequence[Any], *, strict: bool) -> list[str]:
        """Return the texts that Python does not read as the numbers that they may be; strictly, all with a mark."""
        strict = strict and self.decimal != POINT
        if not strict:
            try:
                for cell in column:
                    float(cell)
                plain = cells.UNDERSCORE not in "".join(cell for cell in column if isinstance(cell, str))
                plain = plain and (not self.number_words or self.number_words.isdisjoint(map(_stripped, column)))
            except (TypeError, ValueError, OverflowError):
                plain = False
            if plain:
                self.assume(column)
                return []
        found = dict.fromkeys(cell for cell in column if isinstance(cell, str))
        if strict:
            return [text for text in found if POINT in text or COMMA in text or self._is_odd(text)]
        odd = [text for text in found if self._is_odd(text)]
        if not odd:
            self.assume(column)
        return odd

    def _is_odd(self, text: str) -> bool:
        """Tell whether a text is none that Python reads as the number that it is; -999 may stand for a missing one."""
        return not is_plain(text) or text.strip() in self.number_words

    def assume(self, column: Sequence[Any]) -> None:
        """Remember a number that is read with a point because nothing says otherwise, and rather one that is sure."""
        if self.decimal is None and self._doubted():
            points = [cell for cell in column if isinstance(cell, str) and POINT in cell and cell.strip() not in FLAGS]
            points = [] if may_be_versions(points) else points
            sure = (text for text in points if plain(text, COMMA) is None)
            self._assumed = next(sure, points[0] if points else self._assumed)

    def _doubted(self) -> bool:
        """Tell whether no number up to here has a point that can only be a decimal one."""
        return self._assumed is None or plain(self._assumed, COMMA) is not None

    def tell_doubt(self) -> None:
        """Note, once, a number whose point is taken for a decimal one although nothing tells."""
        if self._note is None or DOUBT in self._told or self.decimal is not None or self._assumed is None:
            return
        if self._doubted():
            self._told.add(DOUBT)
            self._note(
                f"{self._name}: {self._assumed!r} is read as {_short(self._assumed)}, as nothing tells that its point "
                "stands between thousands; if it does, give --decimal ,"
            )

    def holds_numbers(self, cells: Sequence[Any]) -> bool:
        """Tell whether the texts among cells are numbers or missing, but for a few."""
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() not in self.missing]
        if texts and all(text.lstrip().startswith("(") and not sign_of(text) for text in texts):
            return False  # (1), (2) count something
        others = sum(not is_numeral(text) for text in texts)
        return others <= STRAY * len(texts)

    def _spell(self, text: str, decimal: str, name: str) -> str:
        if text.strip() in self.missing:
            return ""
        if is_float(text) and (decimal == POINT or (COMMA not in text and POINT not in text)):
            return text
        if text.strip() in FLAGS:
            return FLAGS[text.strip()]
        number = plain(text, decimal)
        if number is None and is_float(text):
            raise DataError(
                f"{self._name}: {text!r} in column {name!r} is no number with a decimal comma; mend it, or say what "
                "the file has with --decimal"
            )
        return text if number is None else number

    def _decide(self, columns: Mapping[str, Sequence[str]], place: Callable[[str, str], int]) -> None:
        """Find the decimal mark from cells that are a number under one mark alone."""
        if self.decimal is not None:
            return
        evidence = DecimalEvidence.of(columns, self._usual)
        sure, unsure = evidence.telling, evidence.unsure
        if len(sure) == 2:
            (one, first), (two, second) = sure[POINT], sure[COMMA]
            raise DataError(
                f"{self._name} has a decimal point in {first!r} (row {place(one, first)}, column {one!r}) and a "
                f"decimal comma in {second!r} (row {place(two, second)}, column {two!r}); mend one of them, or say "
                f"which mark with --decimal . or --decimal ,{evidence.advice()}"
            )
        if COMMA in sure and self._assumed is not None:
            name, text = sure[COMMA]
            raise DataError(
                f"{self._name} has a decimal comma in {text!r} (row {place(name, text)}, column {name!r}), and "
                f"{self._assumed!r} in rows before it; mend one of them, or say which mark with --decimal . or "
                "--decimal ,"
            )
        if sure:
            self.decimal = next(iter(sure))
        elif unsure is not None and self._assumed is not None and plain(self._assumed, COMMA) is None:
            self.decimal = POINT  # as a cell tells in rows before
        elif unsure is not None:
            name, text = unsure
            point, comma = plain(text, POINT), plain(text, COMMA)
            raise DataError(
                f"{self._name}: {text!r} in column {name!r} may be {_short(point)} or {_short(comma)}, and no other "
                f"cell tells; say which with --decimal . or --decimal ,{evidence.advice()}"
            )

    def tell_exponent(self, name: str, text: str) -> None:
        """Note how a cell such as 12E4 is read."""
        if self._note is not None:
            shown = f"{text!r} in column {name!r} is read as {_short(text)}"
            self._note(f"{self._name}: {shown}; training with --categorical {name} takes words")

    def _tell(self, name: str, spelled: Mapping[str, str], decimal: str) -> None:
        """Note one cell of each way of spelling, with its number."""
        if self._note is None:
            return
        for text, number in spelled.items():
            way = way_of(text, decimal)
            if number and number != text and way and way not in self._told:
                self._told.add(way)
                self._note(f"{self._name}: {text!r} in column {name!r} is read as {_short(number)} ({way})")


def _short(number: str | None) -> str:
    value = float(number or "nan")
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def _stripped(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else None


__all__ = ["COMMA", "POINT", "STRAY", "WORDS", "Numerals", "is_made_of_digits", "is_numeral", "plain"]
