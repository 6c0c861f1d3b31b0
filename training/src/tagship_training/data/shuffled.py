"""Rows in an order that a seed decides, of which memory holds a fixed number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from tagship_runtime.typing import Targets
from tagship_training.data.sparse_rows import Matrix, stack_rows, take_rows

T = TypeVar("T")

Rows = tuple[Matrix, Targets]
"""Encoded rows and their targets."""

OPEN = 4
"""Groups of rows that are read at the same time, so that neighbours in a sorted table part."""

POOL_BYTES, POOL_ROWS = 32 << 20, (8_192, 262_144)
"""Bytes of the rows that are shuffled among each other, as if all were dense; and fewest and most such rows."""


def interleaved(sources: Sequence[Iterator[T]], random: np.random.Generator) -> Iterator[T]:
    """Yield the items of several sources, of which a few are open at a time and chance says whose turn it is."""
    waiting = list(reversed(sources))
    opened: list[Iterator[T]] = []
    while waiting or opened:
        while waiting and len(opened) < OPEN:
            opened.append(waiting.pop())
        turn = int(random.integers(len(opened)))
        try:
            yield next(opened[turn])
        except StopIteration:
            del opened[turn]


def shuffled(parts: Iterator[Rows], random: np.random.Generator) -> Iterator[Rows]:
    """Yield the same rows, each after any of those that memory holds with it."""
    held: list[Rows] = []
    count = 0
    for matrix, targets in parts:
        held.append((matrix, targets))
        count += len(matrix)
        if count >= pool_rows(matrix.shape[1]):
            now, later = _halves(held, random)
            yield now
            held, count = [later], len(later[0])
    if count:
        yield from _halves(held, random)


def pool_rows(width: int) -> int:
    """Rows of a width that are shuffled among each other."""
    return int(np.clip(POOL_BYTES // (4 * max(width, 1)), *POOL_ROWS))


def _halves(held: Sequence[Rows], random: np.random.Generator) -> tuple[Rows, Rows]:
    """Two random halves of rows."""
    matrix, targets = stack_rows([matrix for matrix, _ in held]), np.concatenate([targets for _, targets in held])
    order = random.permutation(len(targets))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    return (take_rows(matrix, first), targets[first]), (take_rows(matrix, second), targets[second])
