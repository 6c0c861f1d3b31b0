"""Every thread's sessions through one engine: one for a single row, one for many."""

from __future__ import annotations

import os
import threading
import weakref
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.engines.base import Engine, Session
from tagship_runtime.errors import EngineError, NotAScoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Decisions, Scores


ONE_BITS = 0x3F800000
"""1.0 in float32. As integers, the bits of numbers from 0 to 1 are at most these; those of NaN and of numbers below 0
or above 1 are larger, so one maximum tells all of them."""

FEW_LABELS = 16
"""Up to so many, Python finds the largest of them sooner than NumPy."""

CLOSED = "the predictor was closed; load the artifact again"


class OneRow:
    """A thread's session for a single row of float32, with what the fast path needs at hand.

    Attributes:
        input: See :class:`tagship_runtime.engines.base.Session`, (1, ...).
        bytes: The same memory, for ``struct``.
        decide: Takes thresholds, (1, labels), and gives decisions of that shape for the row in ``input``, or None
            if that is not finite.
    """

    __slots__ = ("bytes", "decide", "input")

    def __init__(self, session: Session, engine: str) -> None:
        self.input: NDArray[np.float32] = session.input
        flat = self.input.reshape(-1)
        self.bytes = memoryview(flat.data).cast("B")
        # Local names are found faster than attributes, which is a tenth of the time here.
        numbers, invoke, output, greater_equal = flat.tolist, session.invoke, session.output, np.greater_equal
        scores: NDArray[np.float32] = output.reshape(-1)
        bits = scores.view(np.uint32)
        largest = partial(max, bits.data) if scores.size <= FEW_LABELS else partial(np.maximum.reduce, bits)

        def decide(thresholds: Scores) -> Decisions | None:
            if not isfinite(sum(numbers())):  # Python adds in float64, where float32 does not overflow
                return None
            try:
                invoke()
            except Exception as error:  # ONNX Runtime's exceptions have no common base but this
                raise EngineError(f"{engine} failed on one row: {error}") from error
            if largest() > ONE_BITS:  # NaN would pass for "no label"
                wrong = [score for score in scores.tolist() if not 0 <= score <= 1]
                if wrong:  # otherwise it was the bits of a negative zero
                    raise NotAScoreError(engine, 0, wrong[0])
            decisions: Decisions = greater_equal(output, thresholds)
            return decisions

        self.decide = decide


class Sessions:
    """Sessions of each thread, opened on first use; a forked process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.closed = False
        self.local = threading.local()
        _ALL.add(self)

    def one(self) -> OneRow:
        """Return the calling thread's session for a single row."""
        try:
            row: OneRow = self.local.one
        except AttributeError:
            row = self.local.one = OneRow(self._open(1), self.engine.name)
        return row

    def many(self, rows: int) -> Session:
        """Return the calling thread's session for other numbers of rows, with room for exactly ``rows``.

        Raises:
            EngineError: The engine cannot take so many rows, or was closed.
        """
        session: Session | None = getattr(self.local, "many", None)
        if session is None:
            session = self.local.many = self._open(rows)
        elif session.rows != rows:
            del self.local.many  # should the resize fail, this session is in no state to be used again
            try:
                session.resize(rows)
            except EngineError:  # an exception that somebody kept may still look into the session's memory
                session = self._open(rows)
            self.local.many = session
        return session

    def close(self) -> None:
        """Free the sessions of every thread, as soon as none of them is running."""
        self.closed = True
        self.local = threading.local()
        self.engine.close()

    def _open(self, rows: int) -> Session:
        if self.closed:
            raise EngineError(CLOSED)
        return self.engine.session(rows)

    def _forget(self) -> None:
        _INHERITED.append(self.local)
        self.local = threading.local()
        self.engine.reopen()


_ALL: weakref.WeakSet[Sessions] = weakref.WeakSet()
_INHERITED: list[Any] = []
"""Memory that a fork copied. It is not freed: that might wait for a lock whose thread does not exist here."""


def _after_fork() -> None:
    for sessions in list(_ALL):
        sessions._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
