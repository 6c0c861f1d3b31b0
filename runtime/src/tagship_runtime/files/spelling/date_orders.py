"""Dates such as 03/04/2024 of one table: what stands first in each column, said by the caller or told by its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import moments
from tagship_runtime.features.moments import DAY_FIRST, MONTH_FIRST
from tagship_runtime.files.arrow_texts import texts_in
from tagship_runtime.files.spelling import spelled_dates

SAY = "say which with --dates day-first or --dates month-first"

ORDERED = re.compile(r"(?:^|\0)\s*[0-9]{1,2}[-/]|[0-9]:[0-9]", re.MULTILINE)
"""Marks of texts among which some may be in an order of their own, or times; all others need no look at each."""

NUMERIC = re.compile(r"u?int|float|double")
"""Names of pyarrow's types of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateEvidence:
    """Cells of a column that tell how its dates are meant, the first of each sort; None without one.

    Attributes:
        day: Has its day first, as 31/12/2024.
        month: Has its month first, as 12/31/2024.
        either: May have either, as 03/04/2024.
        zoned: Is a time with a zone.
        bare: Is a time without one.
    """

    day: str | None = None
    month: str | None = None
    either: str | None = None
    zoned: str | None = None
    bare: str | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> DateEvidence:
        """Return what texts tell; those that are no dates tell nothing."""
        found: dict[str, str] = {}
        for text in texts:
            if (match := moments.SHAPE.fullmatch(text.strip())) is None:
                continue
            if match[8]:
                one, other = int(match[8]), int(match[10])
                if one <= 12 or other <= 12:
                    found.setdefault("day" if one > 12 else "month" if other > 12 else "either", text)
            if match[12]:
                found.setdefault("zoned" if match[17] or match[18] else "bare", text)
        return cls(**found)

    def and_later(self, later: DateEvidence) -> DateEvidence:
        """Return what these cells and later ones tell together."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(later, **{name: text for name, text in own.items() if text is not None})

    @property
    def is_silent(self) -> bool:
        """True if no date has its day or its month first."""
        return self.day is None and self.month is None and self.either is None

    @property
    def first(self) -> str | None:
        """Part that stands first, where one sort of cell alone tells."""
        if (self.day is None) == (self.month is None):
            return None
        return MONTH_FIRST if self.day is None else DAY_FIRST

    def against(self, first: str | None) -> str | None:
        """Return a cell that does not have this part first; None where all may."""
        return None if first is None else self.month if first == DAY_FIRST else self.day

    def contradiction(self) -> str | None:
        """Say which two cells cannot be of one column; None where all can."""
        if self.day is not None and self.month is not None:
            return f"has its day first in {self.day!r} and its month in {self.month!r}; spell all of its dates alike"
        if self.zoned is not None and self.bare is not None:
            return (
                f"holds {self.zoned!r}, a time with a zone, and {self.bare!r}, one without; they cannot be compared, "
                "so spell all of them alike"
            )
        return None


class DateOrders:
    """Spelling of one table's dates, each column of which has one order; other dates mean the same in every table."""

    def __init__(
        self,
        name: str,
        trained: Mapping[str, str | None],
        *,
        given: str | None = None,
        missing: Collection[str] = (),
        note: Callable[[str], None] | None = None,
    ) -> None:
        """Take what is known before any cell.

        Args:
            name: Of the table, for messages.
            trained: By column of dates, what stood first in training; None where it had no such dates.
            given: What stands first in all columns, where the caller says so.
            missing: Words that stand for a missing date, besides those that always do.
            note: Told once by which order a column is read that training did not settle, and of unusual spellings.
        """
        self.name, self.trained, self.given, self._note = name, trained, given, note
        self._missing, self._told = missing, set[str]()
        self._orders: dict[str, str] = {}
        self._evidence: dict[str, DateEvidence] = {}

    def rewrite(
        self,
        columns: Mapping[str, Any],
        search: Callable[[Sequence[str]], Iterable[Mapping[str, Any]]] | None = None,
    ) -> dict[str, list[Any]]:
        """Return those columns of which the model would take some date for another, or none, with such in ISO 8601.

        Args:
            columns: Cells by name, some rows of the table or all.
            search: Gives the cells of some columns in the whole table, where these rows are a part of it.

        Raises:
            DataError: Nothing tells what stands first, or two cells of a column tell otherwise.
        """
        rewritten = {}
        for name in self.trained:
            cells = cells_of(columns.get(name), numbers=True)
            if (spelled := spelled_dates.rewritten(cells, self._missing)) is not None:
                cells = rewritten[name] = spelled[0]
                self._tell_spelling(name, *spelled[1])
            texts = [text for text in texts_of(cells) if text.strip() not in self._missing]
            if not ORDERED.search("\0".join(texts)):
                continue
            evidence = self._evidence.get(name, DateEvidence()).and_later(DateEvidence.of(texts))
            self._evidence[name] = evidence
            self._check(name, evidence)
            if evidence.is_silent:
                continue
            first = self._orders.get(name) or self._decide(name, evidence, search)
            if first != self.trained[name]:
                in_order = {text: _in_iso(text, first) for text in texts}
                rewritten[name] = [in_order.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]
        return rewritten

    def contradicting(self, columns: Mapping[str, Any], start: int) -> dict[int, DataError]:
        """Return what is wrong with rows that contradict the order that is given, by their number among these.

        Args:
            columns: Their cells by name.
            start: Number of the first of them, for messages.
        """
        if self.given is None:
            return {}
        return {
            row: self._against(f"row {start + row}, column {name!r}", against)
            for name in self.trained
            for row, cell in enumerate(cells_of(columns.get(name)))
            if isinstance(cell, str) and (against := DateEvidence.of([cell]).against(self.given)) is not None
        }

    def _against(self, place: str, text: str) -> DataError:
        return DataError(f"{self.name}, {place}: {text!r} does not have its {self.given} first, as --dates says")

    def _check(self, name: str, evidence: DateEvidence) -> None:
        against = evidence.against(self.given)
        if against is not None:
            raise self._against(f"column {name!r}", against)
        wrong = evidence.contradiction()
        if wrong is not None:
            raise DataError(f"{self.name}: column {name!r} {wrong}")
        if evidence.first is not None and self._orders.get(name, evidence.first) != evidence.first:
            raise DataError(
                f"{self.name}: column {name!r} has its {evidence.first} first in {evidence.day or evidence.month!r}, "
                f"and {evidence.either!r} in rows before it was read as in training, the {self._orders[name]} first; "
                f"{SAY}"
            )

    def _decide(
        self,
        name: str,
        evidence: DateEvidence,
        search: Callable[[Sequence[str]], Iterable[Mapping[str, Any]]] | None,
    ) -> str:
        """Find what stands first in a column: as it is given, as its cells tell, or else as training knew it."""
        if self.given is None and evidence.first is None and search is not None:
            for columns in search([name]):
                evidence = evidence.and_later(DateEvidence.of(texts_of(columns.get(name))))
            self._check(name, evidence)
        trained = self.trained[name]
        first = self.given or evidence.first or trained
        if first is None:
            raise DataError(
                f"{self.name}: column {name!r}: the day or the month may stand first in {evidence.either!r}, and "
                f"neither another cell nor training tells; {SAY}"
            )
        self._orders[name] = first
        if self.given is None and (evidence.first is None or first != trained):
            self._tell(name, evidence, first)
        return first

    def _tell_spelling(self, name: str, text: str, spelled: str) -> None:
        if self._note is not None and name not in self._told:
            self._told.add(name)
            self._note(f"{self.name}: {text!r} in column {name!r} is read as {spelled}")

    def _tell(self, name: str, evidence: DateEvidence, first: str) -> None:
        """Note by which order a column is read that is not the one that training and its own cells agree on."""
        if self._note is None:
            return
        shown = evidence.day or evidence.month or evidence.either or ""
        why = ", unlike in training" if self.trained[name] is not None else ""
        why = why if evidence.first else ", as in training"
        spelled = _in_iso(shown, first)
        self._note(f"{self.name}: {shown!r} in column {name!r} is read as {spelled}, the {first} first{why}")


def cells_of(values: Any, *, numbers: bool = False) -> Sequence[Any]:
    """Return a column's cells, of which texts may be dates; none of a column of another type, or of no column.

    Args:
        values: The column.
        numbers: Whether columns of numbers have such cells as well.
    """
    kind = getattr(values, "type", None)
    if kind is not None:  # pyarrow's
        if (texts := texts_in(values)) is not None:
            return texts
        return values.to_pylist() if numbers and NUMERIC.match(str(getattr(kind, "value_type", kind))) else ()
    if hasattr(values, "dtype"):  # NumPy's
        return values.tolist() if values.dtype.kind in ("OUSTiuf" if numbers else "OUST") else ()
    return values or ()


def texts_of(values: Any) -> list[str]:
    """Return the different texts of a column."""
    return list(dict.fromkeys(cell for cell in cells_of(values) if isinstance(cell, str)))


def _in_iso(text: str, first: str) -> str:
    """Return a date that begins with its day or its month as ISO 8601 spells it; any other text as it is."""
    match = moments.SHAPE.fullmatch(text.strip())
    if match is None or not match[8]:
        return text
    try:
        return moments.spelled(moments.parse(text, first))
    except ValueError:  # no day of the calendar, in either order: whoever reads it says so
        return text
