"""An engine of NumPy alone, which records what is done with it."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError


class FakeEngine:
    """Gives each row's numbers back as its scores.

    Attributes:
        sessions: Every session that was opened.
        closed, reopened: How often.
        refused: A number of rows that a session cannot be resized to.
    """

    name, version, fallback, model_bytes = "fake", "1", False, 0

    def __init__(self, labels: int = 3, batch: int | None = None) -> None:
        self.input = TensorSpec(name="features", dtype="float32", shape=(batch, labels))
        self.output = TensorSpec(name="scores", dtype="float32", shape=(batch, labels))
        self.sessions: list[FakeSession] = []
        self.closed = self.reopened = 0
        self.refused = -1
        self.compute: Callable[[NDArray[Any]], NDArray[Any]] = lambda features: features

    def session(self, rows: int) -> FakeSession:
        session = FakeSession(self, rows)
        self.sessions.append(session)
        return session

    def close(self) -> None:
        self.closed += 1

    def reopen(self) -> None:
        self.reopened += 1


class FakeSession:
    """Tensors for a number of rows; ``seen`` are those that it computed, with the thread that asked."""

    def __init__(self, engine: FakeEngine, rows: int) -> None:
        self._engine = engine
        self.seen: list[NDArray[Any]] = []
        self.threads: set[int] = set()
        self.resized = 0
        self._make(rows)

    def _make(self, rows: int) -> None:
        self.rows = rows
        self.input = np.full((rows, *self._engine.input.row_shape), 0.99, np.float32)
        self.output = np.full((rows, *self._engine.output.row_shape), 0.99, np.float32)

    def resize(self, rows: int) -> None:
        if rows == self._engine.refused:
            raise EngineError("too many")
        self.resized += 1
        self._make(rows)

    def invoke(self) -> None:
        self.threads.add(threading.get_ident())
        self.seen.append(self.input.copy())
        self.output[...] = self._engine.compute(self.input)


def in_a_fork(check: Callable[[], object]) -> bool:
    """Tell whether a check gives something true in a forked process, within ten seconds."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            import signal

            signal.alarm(10)
            code = 0 if check() else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
