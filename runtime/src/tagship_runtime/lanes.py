"""Every thread's lanes through one engine: one for a single row, one for many."""

from __future__ import annotations

import math
import os
import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.engines import Engine, Lane
from tagship_runtime.errors import EngineError


class OneRow:
    """A thread's lane for a single row of float32, with what the shortest way needs at hand.

    Attributes:
        flat: The input, (features,).
        bytes: The same memory, for ``struct``.
        invoke: See :class:`tagship_runtime.engines.Lane`.
        output: Likewise, (1, labels).
    """

    __slots__ = ("bytes", "flat", "invoke", "output")

    def __init__(self, lane: Lane) -> None:
        self.flat: NDArray[np.float32] = lane.input.reshape(-1)
        self.bytes = memoryview(self.flat.data).cast("B")
        self.invoke, self.output = lane.invoke, lane.output

    def is_finite(self) -> bool:
        """Whether the row is free of NaN and infinities; float64 sums of float32 do not overflow."""
        return math.isfinite(sum(self.flat.tolist()))


class Lanes:
    """Opens lanes on first use, for each thread; a forked process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._closed = False
        self._local = threading.local()
        _ALL.add(self)

    def one(self) -> OneRow:
        """The calling thread's lane for a single row."""
        try:
            row: OneRow = self._local.one
        except AttributeError:
            row = self._local.one = OneRow(self._open(1))
        return row

    def many(self, rows: int) -> Lane:
        """The calling thread's lane for other numbers of rows, with room for exactly ``rows``.

        Raises:
            EngineError: The engine cannot take so many rows, or was closed.
        """
        lane: Lane | None = getattr(self._local, "many", None)
        if lane is None:
            lane = self._local.many = self._open(rows)
        elif lane.rows != rows:
            del self._local.many  # should the resize fail, this lane is in no state to be used again
            try:
                lane.resize(rows)
            except EngineError:  # an exception that somebody kept may still look into the lane's memory
                lane = self._open(rows)
            self._local.many = lane
        return lane

    def close(self) -> None:
        """Free the lanes of every thread, as soon as none of them is running."""
        self._closed = True
        self._local = threading.local()

    def _open(self, rows: int) -> Lane:
        if self._closed:
            raise EngineError("the predictor was closed; load the artifact again")
        return self.engine.lane(rows)

    def _forget(self) -> None:
        _INHERITED.append(self._local)
        self._local = threading.local()
        self.engine.reopen()


_ALL: weakref.WeakSet[Lanes] = weakref.WeakSet()
_INHERITED: list[Any] = []
"""What a fork copied. It is not freed: that might wait for a lock whose thread does not exist here."""


def _after_fork() -> None:
    for lanes in list(_ALL):
        lanes._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
