"""Integers that float32, the type of a model's input, cannot hold, and so takes for a neighbour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.features.cells import EXACT, to_float32

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDE = {"i": 4, "u": 4, "f": 8}
"""Bytes from which on a type holds integers that float32 does not, by NumPy's letter for its kind."""


def rounded_by(values: NDArray[Any]) -> float:
    """Return by how much float32 is off the integers among numbers, at most; 0 where it holds all of them.

    Args:
        values: Numbers of any type, in any shape, NaN where one is missing.
    """
    kind = values.dtype.kind
    if not values.size or values.dtype.itemsize < WIDE.get(kind, np.inf):
        return 0.0
    low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if not (high > EXACT or low < -EXACT):
        return 0.0
    large = values[(values > EXACT) | (values < -EXACT)]
    whole = large if kind != "f" else large[np.isfinite(large) & (large == np.trunc(large))]
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(whole.astype(np.longdouble) - to_float32(whole).astype(np.longdouble))
    return float(off.max(initial=0.0, where=np.isfinite(off)))


def keep_largest(amounts: dict[str, float], found: Mapping[str, float]) -> None:
    """Put amounts of some rows, by name, among those of others; in place."""
    for name, amount in found.items():
        amounts[name] = max(amount, amounts.get(name, 0.0))


def rounding_notes(found: Mapping[str, float]) -> tuple[str, ...]:
    """Return a sentence for each column of which integers were rounded.

    Args:
        found: By how much, by name; the empty name stands for an input without columns.
    """
    return tuple(
        f"{f'column {name!r}' if name else 'the input'} holds integers above {EXACT:,}, which float32, the type of the "
        f"model's input, rounds by up to {amount:g}"
        for name, amount in found.items()
        if amount
    )
