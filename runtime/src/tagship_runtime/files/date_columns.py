"""Columns of dates in batches of a table, in one order for all of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tagship_runtime.files.open_table import title
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.spelling.date_orders import DateOrders


def with_dates(
    batches: Iterator[Batch],
    source: str,
    reading: Reading,
    again: Callable[[str, Reading], Iterator[Batch]] | None = None,
) -> Iterator[Batch]:
    """Yield batches in which no date is left that the model would take for another.

    Args:
        batches: As they are read.
        source: The table.
        reading: How; rows that are answered as they come are read by what training knew, or as the caller says.
        again: Reads the table from its start, to look for a cell that tells; None where it can be read once.

    Raises:
        DataError: Nothing tells what stands first in a column, or two cells tell otherwise.
    """
    given = reading.dialect.dates
    if reading.live and given is None:
        yield from batches
        return
    missing = reading.dialect.missing
    orders = DateOrders(title(source), reading.date_orders, given=given, missing=missing, note=reading.note)

    def search(names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        plain = replace(reading, numbers=(), signs={}, date_orders={}, durations=())
        only = replace(plain, columns=names, note=None, skip=lambda _: None)
        return (batch.columns for batch in again(source, only)) if again is not None else iter(())

    for batch in batches:
        for part in _without(batch, orders, reading):
            yield replace(part, columns={**part.columns, **orders.rewrite(part.columns, search)})


def _without(batch: Batch, orders: DateOrders, reading: Reading) -> Iterator[Batch]:
    """Yield a batch, or its parts between rows that are left out because they contradict the order that is given."""
    wrong = {} if reading.skip is None else orders.contradicting(batch.columns, batch.first)
    start = 0
    for row, error in wrong.items():
        if row > start:
            yield batch.part(start, row)
        reading.refuse(error)
        start = row + 1
    if not wrong:
        yield batch
    elif start < batch.size:
        yield batch.part(start, batch.size)
