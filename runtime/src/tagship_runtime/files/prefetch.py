"""Reading and writing in another thread: what pyarrow does without Python's lock overlaps with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def prefetched(items: Iterator[T]) -> Iterator[T]:
    """Yield the same items, each fetched by another thread while the one before it is in use."""
    with ThreadPoolExecutor(1, "tagship-read") as pool:
        end = object()
        coming: Future[object] = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]


@contextmanager
def deferred(call: Callable[[T], None]) -> Iterator[Callable[[T], None]]:
    """Yield the same call, made by another thread; the next one, or the end of the block, raises what went wrong."""
    with ThreadPoolExecutor(1, "tagship-write") as pool:
        running: Future[None] | None = None

        def later(argument: T) -> None:
            nonlocal running
            if running is not None:
                running.result()
            running = pool.submit(call, argument)

        yield later
        if running is not None:
            running.result()
