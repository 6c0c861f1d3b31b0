"""Many rows through an engine: in chunks that fit the processor's cache, on one thread or several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.base import Engine
from tagship_runtime.engines.quantization import filling, reading
from tagship_runtime.engines.sessions import CLOSED, ONE_BITS, Sessions
from tagship_runtime.errors import EngineError, NotAScoreError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from numpy.typing import NDArray

    from tagship_runtime.typing import Decisions, Scores

    Collect = Callable[[int, Scores], None]
    """Call that takes the number of the first of some rows, and their scores."""

CHUNK_ROWS, CHUNK_BYTES = 8192, 1 << 19
"""Rows of a chunk, and bytes of its input, at most."""

CACHE_BYTES, LEAST_ROWS, MODEL_BYTES = 7 << 18, 512, 50
"""Bytes of the processor's cache that a chunk's values between layers may take; how many rows a larger network computes
at a time nevertheless, so that its weights are read seldom; and that a row of these values is about as large as the
model's file divided by this, which holds for dense layers from 32-16-8 units to five networks of 64-64."""

NARROW = 64
"""Up to so many labels, comparing with thresholds that are repeated for each row is faster than broadcasting."""


class Closable(Protocol):
    """Something that holds memory until it is closed."""

    def close(self) -> None:
        """Free it."""


class Scorer:
    """Scores and decisions of many rows, from one engine; used from any thread.

    Args:
        engine: What computes.
        input: The contract's description of the input, which says how integers are meant.
        output: Likewise.
        threads: How many chunks may be computed at the same time.
    """

    def __init__(self, engine: Engine, input: TensorSpec, output: TensorSpec, threads: int = 1) -> None:
        self.sessions = Sessions(engine)
        self.engine, self.threads = engine, threads
        self.labels = output.row_shape
        self._fill, self._read = filling(input), reading(output)
        self._fixed = input.shape[0]
        self.row_cells = max(1, int(np.prod(input.row_shape)))
        self.chunk = self._fixed or _chunk_rows(4 * self.row_cells, engine.model_bytes)
        self._pool: tuple[int, ThreadPoolExecutor] | None = None
        self._companions: list[Closable] = []

    def rows_of(self, cells: int) -> int:
        """Return how many rows have about so many numbers, in whole chunks for as many threads as there are."""
        chunks = self.chunk * self.threads
        return max(1, cells // self.row_cells // chunks) * chunks

    def scores(self, features: NDArray[Any]) -> Scores | None:
        """Scores for features of any real type, (rows, ...); None if a number is not finite in float32."""
        scores = np.empty((len(features), *self.labels), np.float32)

        def collect(first: int, some: Scores) -> None:
            scores[first : first + len(some)] = some

        return scores if self._run(features, collect) else None

    def decisions(self, features: NDArray[Any], thresholds: Scores) -> Decisions | None:
        """``scores >= thresholds``, without keeping the scores.

        Args:
            features: As for :meth:`scores`.
            thresholds: From :meth:`repeat`.
        """
        decisions = np.empty((len(features), *self.labels), np.bool_)

        def collect(first: int, some: Scores) -> None:
            rows = len(some)
            np.greater_equal(some, thresholds[:rows], out=decisions[first : first + rows])

        return decisions if self._run(features, collect) else None

    def repeat(self, thresholds: Scores) -> Scores:
        """Return thresholds as :meth:`decisions` compares them fastest."""
        repeated = np.broadcast_to(thresholds, (self.chunk, *self.labels))
        return repeated.copy() if thresholds.size <= NARROW else repeated

    def also_close(self, companion: Closable) -> None:
        """Close something else together with this."""
        self._companions.append(companion)

    def close(self) -> None:
        """Free the engine's memory and stop the threads; close what belongs to it."""
        self.sessions.close()
        while self._companions:
            self._companions.pop().close()
        pool, self._pool = self._pool, None
        if pool is not None and pool[0] == os.getpid():
            pool[1].shutdown(wait=False)

    def _run(self, features: NDArray[Any], collect: Collect) -> bool:
        rows = len(features)
        if rows == 0:
            return True
        if self.threads == 1 or rows < 2 * self.chunk:
            return self._part(features, 0, rows, collect)
        # Parts begin at multiples of a chunk, so the chunks are the same whatever the number of threads.
        share = -(-(rows // self.chunk) // self.threads) * self.chunk
        starts = range(0, rows - self.chunk + 1, share)
        pool = self._threads()
        try:
            parts = [
                pool.submit(self._part, features, start, stop, collect)
                for start, stop in zip(starts, [*starts[1:], rows], strict=True)
            ]
        except RuntimeError as error:
            if self.sessions.closed:  # by another thread, a moment ago
                raise EngineError(CLOSED) from error
            raise
        finite = [part.result() for part in parts]
        return all(finite)

    def _part(self, features: NDArray[Any], start: int, stop: int, collect: Collect) -> bool:
        """Compute rows ``start`` to ``stop``; return False as soon as a number is not finite."""
        session = self.sessions.many(self._fixed or min(self.chunk, stop - start))
        tensor, fill, read = session.input, self._fill, self._read
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows in float32 is infinite, and found so
            for first, rows in _chunks(start, stop, session.rows):
                if not fill(tensor[:rows], features[first : first + rows]):
                    return False
                if rows < session.rows:  # a fixed batch: fill up with a row that belongs to it, not with what was there
                    tensor[rows:] = tensor[rows - 1]
                try:
                    session.invoke()
                except Exception as error:  # ONNX Runtime's exceptions have no common base but this
                    raise EngineError(f"{self.engine.name} failed on {rows} rows: {error}") from error
                scores = read(session.output)[:rows]
                if np.maximum.reduce(scores.reshape(-1).view(np.uint32)) > ONE_BITS:  # flat: half the time of max()
                    self._check(scores, first)
                collect(first, scores)
        return True

    def _check(self, scores: Scores, first: int) -> None:
        wrong = np.argwhere(~((scores >= 0) & (scores <= 1)))
        if len(wrong):  # otherwise it was the bits of a negative zero
            row, *place = (int(i) for i in wrong[0])
            raise NotAScoreError(self.engine.name, first + row, float(scores[(row, *place)]))

    def _threads(self) -> ThreadPoolExecutor:
        """Return a pool for this process; a forked one cannot use its parent's."""
        process, pool = os.getpid(), self._pool
        if pool is None or pool[0] != process:
            from concurrent.futures import ThreadPoolExecutor

            pool = self._pool = process, ThreadPoolExecutor(self.threads, "tagship")
        return pool[1]


def _chunk_rows(row_bytes: int, model_bytes: int) -> int:
    """Number of rows to compute at a time: the same for a file on every machine, so that its scores are too.

    A power of two: rows of every chunk then begin where the first one's do in the lines of the cache.
    """
    between_layers = max(LEAST_ROWS, CACHE_BYTES // max(1, model_bytes // MODEL_BYTES))
    most = min(CHUNK_ROWS, CHUNK_BYTES // row_bytes, between_layers)
    return 1 << (most.bit_length() - 1) if most else 1


def _chunks(start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield first row and number of rows; the last chunk goes back over rows that are done, rather than be smaller."""
    if stop - start <= size:
        yield start, stop - start
        return
    for first in range(start, stop - size + 1, size):
        yield first, size
    if (stop - start) % size:
        yield stop - size, size
