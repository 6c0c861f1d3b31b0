"""Order of a graph's operations that depends on nothing but what they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def depth_first(ends: Iterable[T], needs: Callable[[T], Iterable[T]]) -> Iterator[T]:
    """Yield every operation that some need, each once and after those that it needs itself.

    Args:
        ends: Those that are needed, in order.
        needs: Returns what an operation needs, in order; operations are told apart by identity.

    Raises:
        ValueError: Operations need each other.
    """
    done: set[int] = set()
    open_ones: set[int] = set()
    stack = list(ends)[::-1]
    while stack:
        operation = stack[-1]
        if id(operation) in done:
            stack.pop()
            continue
        waiting = [needed for needed in needs(operation) if id(needed) not in done]
        if waiting and id(operation) in open_ones:
            raise ValueError("operations that need each other have no order")
        if waiting:
            open_ones.add(id(operation))
            stack += reversed(waiting)
            continue
        done.add(id(stack.pop()))
        yield operation
