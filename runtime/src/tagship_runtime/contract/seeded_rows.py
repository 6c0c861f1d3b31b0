"""Golden rows of large inputs, which a seed stands for: every reader repeats them with integers of 32 bits."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

from tagship_runtime.features.json_values import Json, integer, mapping, number, take

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MULTIPLIER, INCREMENT, ROUNDS = 1664525, 1013904223, 3
"""Of the linear congruential generator of Numerical Recipes (Press et al. 1992, section 7.1), modulo 2**32."""

MOST_CELLS = 1 << 24
"""Cells of the largest row that is repeated."""


def check_seeded(row: Json) -> None:
    """Refuse a row that is no seed, such as one that lacks a key.

    Raises:
        ContractError: A key is absent or holds something else.
        ValueError: A number is out of its range.
    """
    document = mapping(row)
    seed, block = take(document, "seed", integer), take(document, "block", integer)
    if not (0 <= seed < 1 << 32 and 1 <= block < 1 << 16):
        raise ValueError(f"a golden row has seed {seed} and block {block}; 32 and 16 bits are needed")
    if not all(isfinite(take(document, key, number)) for key in ("low", "step")):
        raise ValueError("a golden row is not finite")


def cells_of(row: Mapping[str, Any], shape: tuple[int, ...], *, whole: bool = False) -> NDArray[np.float32]:
    """Compute the cells that a seed stands for, float32 of ``shape``; rounded where they are to be whole.

    Along every axis but the last of several, indices are divided by ``block`` and rounded down. The place of these
    indices in row-major order is added to the seed; three rounds of the generator, each followed by an exclusive or
    with its own upper half, give 32 bits, whose upper 8 are how many times ``step`` is added to ``low``.
    """
    import numpy as np

    if prod(shape) > MOST_CELLS:
        raise ValueError(f"a golden row of a seed has {prod(shape):,} cells; at most {MOST_CELLS:,} are computed")
    places = np.zeros((), np.uint64)
    for axis, size in enumerate(shape):
        block = 1 if 0 < axis == len(shape) - 1 else row["block"]
        along = np.arange(size, dtype=np.uint64) // np.uint64(block)
        places = places[..., None] * np.uint64(size) + along
    bits = (places + np.uint64(row["seed"])) & np.uint64(0xFFFFFFFF)
    for _ in range(ROUNDS):
        bits = (bits * np.uint64(MULTIPLIER) + np.uint64(INCREMENT)) & np.uint64(0xFFFFFFFF)
        bits ^= bits >> np.uint64(16)
    numbers: NDArray[np.float32] = (row["low"] + row["step"] * (bits >> np.uint64(24)).astype(np.float64)).astype(
        np.float32
    )
    return np.rint(numbers) if whole else numbers
