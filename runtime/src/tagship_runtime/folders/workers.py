"""Parts handed to processes, one at a time each; a process that is killed is replaced, and its part tried once more."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from tagship_runtime.errors import TagshipError, WorkerKilledError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from tagship_runtime.folders.parts import Part

Answer = Callable[["Part"], Any]
Prepare = Callable[[], Answer]
"""Call that a worker makes once, and that returns what answers a part; both are pickled."""

TRIES = 2
"""Number of workers that may die over one part; where it is the part that kills them, more would not help."""

PATIENCE = 10
"""Seconds that a worker has to remove what is half-written, before it is killed."""


@dataclass(slots=True)
class _Worker:
    """A process with the part that it has in hand."""

    process: SpawnProcess
    pipe: Connection
    part: Part | None = None


def run_parts(
    parts: Sequence[Part], prepare: Prepare, workers: int, note: Callable[[str], None]
) -> Iterator[tuple[Part, Any]]:
    """Yield each part with what a worker returned for it, as they are finished.

    Args:
        parts: What to do, in this order.
        prepare: Made by each worker before its first part.
        workers: How many processes there are at most.
        note: Told of a worker that was killed.

    Raises:
        TagshipError: What a worker raised; the others finish the parts that they have in hand, which are yielded first.
        WorkerKilledError: A second worker died over the same part.
    """
    with ExitStack() as stack:
        team = _Team(parts, lambda: stack.enter_context(_started(prepare)), note)
        team.grow(min(workers, len(parts)))
        yield from team.run()


class _Team:
    """Workers, and the parts that they are to do."""

    def __init__(self, parts: Sequence[Part], start: Callable[[], _Worker], note: Callable[[str], None]) -> None:
        self._waiting = list(reversed(parts))
        self._start, self._note = start, note
        self._workers: list[_Worker] = []
        self._deaths: Counter[str] = Counter()
        self._failed: BaseException | None = None

    def grow(self, workers: int) -> None:
        """Add workers."""
        self._workers += [self._start() for _ in range(workers)]

    def run(self) -> Iterator[tuple[Part, Any]]:
        """Hand out parts until there are no more, or one failed; then wait for those in hand."""
        while busy := self._busy():
            ready = wait([worker.pipe for worker in busy])
            for worker, part in [(one, one.part) for one in busy if one.pipe in ready]:
                if part is None:
                    continue
                try:
                    good, result = worker.pipe.recv()
                except (EOFError, OSError):  # it is gone
                    self._replace(worker, part)
                    continue
                worker.part = None
                if good:
                    yield part, result
                else:
                    self._failed = self._failed or result
        if self._failed is not None:
            raise self._failed

    def _busy(self) -> list[_Worker]:
        """Give idle workers something to do, and return those that have something."""
        for worker in self._workers:
            if worker.part is None and self._waiting and self._failed is None:
                worker.part = self._waiting.pop()
                with suppress(OSError):  # it is gone, which is noticed when its answer is waited for
                    worker.pipe.send(worker.part)
        return [worker for worker in self._workers if worker.part is not None]

    def _replace(self, worker: _Worker, part: Part) -> None:
        """Have another worker try the part of one that is gone."""
        self._workers.remove(worker)
        self._deaths[part.name] += 1
        cause = _cause(worker)
        if self._deaths[part.name] == TRIES:
            self._failed = self._failed or WorkerKilledError(part.source, cause)
        elif self._failed is None:
            self._note(f"a worker ended {cause} while it answered {part.source}; another one tries it again")
            self._waiting.append(part)
            self.grow(1)


@contextmanager
def _started(prepare: Prepare) -> Iterator[_Worker]:
    """Start a process; at the end, it is told to stop, and has time to remove what is half-written."""
    context = multiprocessing.get_context("spawn")  # a fork would share the threads of engines
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(prepare, theirs), daemon=True)
    process.start()
    theirs.close()
    worker = _Worker(process, ours)
    try:
        yield worker
    finally:
        ours.close()
        if worker.part is None:  # it ends by itself, and no signal comes between what it takes down
            process.join(PATIENCE)
        process.terminate()
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()


def _work(prepare: Prepare, pipe: Connection) -> None:
    """Answer parts until there are no more; what is wrong with one is sent back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent tells its workers
    signal.signal(signal.SIGTERM, _end)
    try:
        _answer(prepare, pipe)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing is half-written any more


def _answer(prepare: Prepare, pipe: Connection) -> None:
    """Answer until there are no more parts, or the parent is gone."""
    answer: Answer | None = None
    with suppress(EOFError, OSError):
        while True:
            part = pipe.recv()
            try:
                answer = answer or prepare()
                done = True, answer(part)
            except (TagshipError, OSError, MemoryError) as error:
                done = False, error
            pipe.send(done)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _cause(worker: _Worker) -> str:
    """Say how a process ended."""
    worker.process.join(PATIENCE)
    code = worker.process.exitcode
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"by {name}{' (out of memory?)' if name == 'SIGKILL' else ''}"
    return f"with exit code {code}"
