"""Extremes that a model's values reach between its operations, row by row, in its conversion to float32."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.float_graph import Given, Made
from tagship_export.targets.reconversion import Reconversion
from tagship_export.targets.runner import Values
from tagship_runtime.typing import Features

Kind = TypeVar("Kind", bound=np.generic)

ROWS = 1000
"""Rows that are looked at, spread over all that there are."""

BATCH, BATCH_BYTES = 256, 64 << 20
"""Rows that are computed at once, and bytes that their values may take."""

Extremes = Mapping[Given | Made, tuple[NDArray[np.float64], NDArray[np.float64]]]
"""The least and the greatest number of a value in each row."""


def spread(rows: NDArray[Kind]) -> NDArray[Kind]:
    """Return at most so many of the rows as are looked at."""
    return rows[:: -(-len(rows) // ROWS) or 1]


def extremes(again: Reconversion, rows: Features, wanted: Collection[Given | Made]) -> Extremes:
    """Return what values reach on each of the rows; those that the engine does not give are left out.

    Args:
        again: The original, converted here.
        rows: Encoded.
        wanted: Values of the graph that all its conversions have in common.

    Raises:
        ValueError, RuntimeError: The engine gives no values between the operations.
    """
    names = _names(again, wanted)
    parts: dict[Given | Made, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    for batch, count in _batches(again, rows):
        values = again.layer_values(batch)
        for value, name in names.items():
            found = np.asarray(batch if name is None else values.get(name, ()))
            if found.dtype.kind == "f" and len(found) == len(batch):
                flat = found[:count].reshape(count, -1).astype(np.float64)
                parts.setdefault(value, []).append((flat.min(axis=1), flat.max(axis=1)))
    return {
        value: (np.concatenate([low for low, _ in pairs]), np.concatenate([high for _, high in pairs]))
        for value, pairs in parts.items()
        if sum(len(low) for low, _ in pairs) == len(rows)
    }


def _names(again: Reconversion, wanted: Collection[Given | Made]) -> dict[Given | Made, str | None]:
    """Return what the float32 payload calls values; None for the rows themselves."""
    operations = again.as_trained().operations
    named: dict[Given | Made, str | None] = {
        Made(place, output): name
        for place, operation in enumerate(operations)
        for output, name in enumerate(operation.names)
    }
    return {value: name for value, name in (named | {Given(0): None}).items() if value in wanted}


def _batches(again: Reconversion, rows: Features) -> Iterator[tuple[Features, int]]:
    """Yield rows to compute at once, filled up where the batch is fixed, and how many of them count."""
    size = again.batch or max(1, min(BATCH, BATCH_BYTES // max(1, _bytes(again.layer_values(rows[:1])))))
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        missing = size - len(batch) if again.batch else 0
        yield (np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]) if missing else batch), len(batch)


def _bytes(values: Values) -> int:
    return sum(np.asarray(value).nbytes for value in values.values())
