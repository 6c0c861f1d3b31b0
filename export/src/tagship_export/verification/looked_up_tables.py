"""Tables that are looked up in, where a recipe stores them by the scale of the activation that they give.

That scale is of what is made of the numbers, such as a sum or a product, as far as the rows that calibrate reach: its
steps may be coarser than the table needs, and its ends may cut a part of the table off.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.float_graph import FINEST, FloatGraph, Numbers
from tagship_export.verification.own_conversion import SATURATED
from tagship_export.verification.stored_graph import CLOSE

COARSER, ENOUGH = 8.0, 100
"""Times that steps may be as far apart as by a conversion that other rows calibrate, and rows that these have to be:
what is made of the numbers may be a product of several, whose extremes are rare, and few rows look up a small part of a
table, beyond which much of it lies."""

LOOKUPS = ("GATHER",)
"""Operations that take a table first, and give integers by its scale."""


def table_faults(stored: FloatGraph, rounded: FloatGraph, trained: FloatGraph, rows: int) -> Iterator[str]:
    """Yield tables of which less is left than other rows to calibrate explain, whoever made the payload.

    Args:
        stored: Of the payload, whose numbers are those of the original but for rounding and for what is cut off.
        rounded: Of the original, converted by the same recipe here.
        trained: Of the original as it is.
        rows: How many calibrate the conversion made here.
    """
    if rows < ENOUGH:
        return
    for table, own, exact in zip(_tables(stored), _tables(rounded), _tables(trained), strict=False):
        if exact.values.dtype.kind != "f" or not exact.values.size or not np.isfinite(table.ends).all():
            continue
        needed = float(np.abs(exact.values).max()) / FINEST
        if float(table.step.max()) > max(needed * (1 + CLOSE), COARSER * float(own.step.max())):
            yield f"the numbers of {table.name!r} are rounded to far coarser steps than by its recipe"
        lost = _beyond(exact, table) & ~_beyond(exact, own)
        if lost.mean() > SATURATED:
            yield f"{int(lost.sum())} of the {lost.size} numbers of {table.name!r} are cut off, which its recipe keeps"


def _tables(graph: FloatGraph) -> Iterator[Numbers]:
    """Yield constants that are looked up in."""
    for operation in graph.operations:
        if operation.name in LOOKUPS and isinstance(operation.inputs[0], Numbers):
            yield operation.inputs[0]


def _beyond(exact: Numbers, held: Numbers) -> NDArray[np.bool_]:
    """Tell which numbers lie beyond the ends of what holds them."""
    low, high = held.ends
    beyond: NDArray[np.bool_] = (exact.values < low - held.step) | (exact.values > high + held.step)
    return beyond
