"""Percent signs and currencies of one file's numbers: one for each column, and that of training's cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import cells
from tagship_runtime.files.spelling.number_texts import is_accounts_zero, sign_of


class NumberSigns:
    """Signs of the columns of a file, as some rows at a time show them.

    Attributes:
        found: By the column's name.
        trained_percents: Names of columns whose cells had a percent sign in training.
    """

    def __init__(self, name: str, trained: Mapping[str, str], missing: Collection[str]) -> None:
        """Take what is known before any cell.

        Args:
            name: Of the table, for messages.
            trained: Signs of training's cells, by the column's name.
            missing: Words that stand for a missing number.
        """
        self._name, self._trained, self._missing = name, trained, missing
        self._seen: dict[str, dict[str, Any]] = {}
        self.trained_percents = [name for name, sign in trained.items() if sign == "%"]

    @property
    def found(self) -> dict[str, str]:
        """See :class:`NumberSigns`."""
        return {name: sign for name, seen in self._seen.items() if (sign := next(filter(None, seen), ""))}

    def check_percent(self, columns: Mapping[str, Sequence[Any]], place: Callable[[str, str], int]) -> None:
        """Refuse a text without a percent sign where training had one: 12 may be 12 %, or 1200 %.

        Args:
            columns: Cells by name.
            place: Gives a cell's row by its column and text.

        Raises:
            DataError: There is one.
        """
        for name in self.trained_percents:
            texts = (cell for cell in columns.get(name, ()) if isinstance(cell, str) and self._is_there(cell))
            bare = next((text for text in texts if "%" not in text), None)
            if bare is not None:
                raise DataError(
                    f"{self._name}, row {place(name, bare)}, column {name!r}: {bare!r} has no percent sign, which "
                    "training's cells had; write 12 % for 0.12, or give shares as numbers, as in a workbook or Parquet"
                )

    def check(self, name: str, column: Sequence[Any], texts: Sequence[str]) -> None:
        """Refuse a column in which one number is a share or an amount of a currency, and another is not.

        Args:
            name: Of the column.
            column: Some of its cells.
            texts: Those which Python does not read as numbers.

        Raises:
            DataError: It is such a column, or has another currency than training's cells, or a currency and a dash
                before any amount of that currency.
        """
        seen = self._seen.setdefault(name, {})
        number = () if "" in seen else islice(self._others(column, set(texts)), 1)
        zeros = [text for text in texts if is_accounts_zero(text) and self._is_there(text)]
        for cell in (*(text for text in texts if text not in zeros), *zeros, *number):
            if self._is_there(cell):
                seen.setdefault(sign_of(cell) if isinstance(cell, str) else "", cell)
        if len(seen) > 1 and ("%" in seen or len(seen) > 2 or "" not in seen):
            first, second = list(seen.values())[:2]
            raise DataError(f"{self._name}: column {name!r} holds {first!r} and {second!r}; spell all of them alike")
        trained = self._trained.get(name)
        other = next((cell for sign, cell in seen.items() if sign not in ("", trained)), None)
        if trained is not None and other is not None:
            raise DataError(
                f"{self._name}: column {name!r} holds {other!r}, and training's cells had {trained}; convert the "
                "numbers, or, if they mean the same, write them without a sign"
            )
        alone = next((zero for sign, zero in seen.items() if zero in zeros and sign != trained), None)
        if alone is not None:
            raise DataError(
                f"{self._name}: column {name!r} holds {alone!r}, which is zero in accounts, but up to there no amount "
                f"in that currency; write 0, or give --missing {alone.strip()!r} if it is none"
            )

    def _others(self, column: Sequence[Any], odd: Collection[str]) -> Iterator[Any]:
        """Yield the cells that Python reads as numbers."""
        return (cell for cell in column if not (isinstance(cell, str) and cell in odd) and self._is_there(cell))

    def _is_there(self, cell: Any) -> bool:
        return cell.strip() not in self._missing if isinstance(cell, str) else not cells.is_missing(cell)
