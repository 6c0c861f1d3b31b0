"""Columns of durations in tables: cells that others might mean otherwise are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tagship_runtime.features import spans
from tagship_runtime.files.open_table import title
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.spelling.date_orders import cells_of


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

    def look(self, columns: Mapping[str, Any]) -> None:
        """Look at some rows, given by their cells by name."""
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
    """Yield batches whose durations have been looked at."""
    durations = Durations(source, reading.durations, reading.note)
    for batch in batches:
        durations.look(batch.columns)
        yield batch
