"""Columns of durations in tables: cells that others might mean otherwise are told, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.features import spans
from tagship_runtime.files.open_table import SAMPLE, STDIN, kind_of, title
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.spelling.date_orders import cells_of
from tagship_runtime.files.spelling.numerals import is_numeral

WORKBOOK = ".xlsx"


class Durations:
    """Columns of durations of one table.

    Args:
        source: The table.
        names: The columns'.
        note: Told once for each column how hours and minutes are read; None for nobody.
    """

    def __init__(self, source: str, names: Sequence[str], note: Callable[[str], None] | None) -> None:
        self._source, self._note = source, note
        self._untold = [] if note is None else list(names)
        stream = source == STDIN or source.startswith(SAMPLE)
        self._names = () if stream or kind_of(source) != WORKBOOK else names

    def check(self, columns: Mapping[str, Any], first: int = 0) -> None:
        """Look at some rows.

        Args:
            columns: Their cells by name.
            first: Number of the first of them, for messages.

        Raises:
            DataError: A cell of a workbook is a number, which may be a fraction of a day, as Excel has durations.
        """
        for name in self._names:
            for row, cell in enumerate(cells_of(columns.get(name), numbers=True), first):
                if _is_plain(cell):
                    raise DataError(
                        f"{title(self._source)}, row {row}, column {name!r}: {cell} is a plain number, which may be "
                        "a fraction of a day, as Excel has durations, or seconds; format the column as [h]:mm:ss"
                    )
        for name in [*self._untold]:
            shown = next((cell for cell in cells_of(columns.get(name)) if spans.is_short(cell)), None)
            if shown is not None:
                self._untold.remove(name)
                self._tell(name, shown)

    def _tell(self, name: str, cell: str) -> None:
        seconds = spans.parse(cell)
        if self._note is not None and seconds is not None:
            said = f"{cell!r} in column {name!r} is read as hours and minutes, {seconds:,.0f} seconds"
            self._note(f"{title(self._source)}: {said}")


def with_durations(batches: Iterator[Batch], source: str, reading: Reading) -> Iterator[Batch]:
    """Yield batches whose durations have been looked at.

    Raises:
        DataError: See :meth:`Durations.check`.
    """
    durations = Durations(source, reading.durations, reading.note)
    for batch in batches:
        durations.check(batch.columns, batch.first)
        yield batch


def _is_plain(cell: Any) -> bool:
    """Tell whether a cell is a number, or one that a reader of words has spelled."""
    if isinstance(cell, str):
        return is_numeral(cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell
