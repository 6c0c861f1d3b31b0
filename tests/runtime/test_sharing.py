"""One predictor in many threads, copies and processes, for a long time."""

from __future__ import annotations

import asyncio
import copy
import gc
import multiprocessing
import os
import pickle
import resource
import weakref
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.errors import EngineError
from tagship_runtime.typing import Features

SIZES = [1, 7, 300, 5000, 2, 64, 4097, 1] * 8


@pytest.fixture(params=[1, 2, 3])
def threads(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_sixteen_threads_answer_as_one(artifact: Path, rows: Features, threads: int) -> None:
    model = tagship_runtime.load(artifact, threads=threads)
    offsets = np.random.default_rng(0).integers(0, 5000, len(SIZES)).tolist()
    pieces = [np.roll(rows, offset, axis=0)[:size] for size, offset in zip(SIZES, offsets, strict=True)]
    want = [(model.predict_proba(piece), model.predict(piece), model.predict_one(piece[0])) for piece in pieces]

    def answer(piece: Features) -> tuple[object, ...]:
        return model.predict_proba(piece), model.predict(piece), model.predict_one(piece[0])

    with ThreadPoolExecutor(16) as pool:
        for got, wanted in zip(pool.map(answer, pieces), want, strict=True):
            for one, other in zip(got, wanted, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("size", [8191, 8192, 8193, 16384, 16385, 60_000, 100_001])
def test_threads_change_nothing(artifact: Path, rows: Features, size: int) -> None:
    many = np.resize(rows, (size, 6))
    want = tagship_runtime.load(artifact)
    scores, decisions = want.predict_proba(many), want.predict(many)
    np.testing.assert_array_equal(decisions, scores >= want.thresholds)
    for threads in (2, 3):
        model = tagship_runtime.load(artifact, threads=threads)
        np.testing.assert_array_equal(model.predict_proba(many), scores)
        np.testing.assert_array_equal(model.predict(many), decisions)
        spoiled = many.copy()
        spoiled[size - 2, 3] = np.nan
        with pytest.raises(ValueError, match=f"row {size - 2}, column 'feature_3'"):
            model.predict(spoiled)
        model.close()


def test_asyncio(artifact: Path, rows: Features) -> None:
    model = tagship_runtime.load(artifact)

    async def answers() -> list[object]:
        return list(await asyncio.gather(*(asyncio.to_thread(model.predict_one, row.tolist()) for row in rows[:20])))

    assert asyncio.run(answers()) == [model.predict_one(row) for row in rows[:20]]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])  # noqa: S301
def test_copies_answer_alike_and_close_alone(
    artifact: Path, rows: Features, duplicate: Callable[[tagship_runtime.Predictor], tagship_runtime.Predictor]
) -> None:
    model = tagship_runtime.load(artifact, threads=2).with_thresholds({"class_1": 0.2})
    other = duplicate(model)
    want = model.predict(rows)
    model.close()
    np.testing.assert_array_equal(other.predict(rows), want)
    assert repr(other) == repr(model)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(artifact: Path, rows: Features, method: str) -> None:
    model = tagship_runtime.load(artifact, threads=2)
    want = model.predict(rows)  # the parent has used its sessions and its threads
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for got in pool.map(model.predict, [rows, rows[:1], rows[:100]]):
            np.testing.assert_array_equal(got, want[: len(got)])


def test_fork_while_other_threads_predict(artifact: Path, rows: Features) -> None:
    model = tagship_runtime.load(artifact)
    many = np.resize(rows, (200_000, 6))
    want = model.predict(many[:10])
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(model.predict, many) for _ in range(8)]
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(0 if (model.predict(many[:10]) == want).all() else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        for future in busy:
            assert len(future.result()) == len(many)


def test_close(artifact: Path, rows: Features) -> None:
    with tagship_runtime.load(artifact, threads=2) as model:
        other = model.with_thresholds(0.9)
        model.predict(np.resize(rows, (50_000, 6)))
    for call in (model.predict, model.predict_proba, other.predict, lambda x: model.predict_one(x[0].tolist())):
        for size in (1, 5, 5000):
            with pytest.raises(EngineError, match="closed; load the artifact again"):
                call(rows[:size])
    model.close()


def test_garbage_is_collected(artifact: Path, rows: Features) -> None:
    model = tagship_runtime.load(artifact, threads=2)
    model.predict(np.resize(rows, (50_000, 6)))
    model.predict_one(rows[0].tolist())
    gone = weakref.ref(model), weakref.ref(model.engine)
    del model
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


def grown(call: Callable[[], object], times: int) -> int:
    """By how many bytes the process grows."""
    for _ in range(times // 10):
        call()
    before = resident()
    for _ in range(times):
        call()
    return resident() - before


def resident() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(statm.read_text().split()[1]) * resource.getpagesize()


MEGABYTE = 1 << 20


@pytest.mark.parametrize("times", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow(artifact: Path, rows: Features, times: int) -> None:
    model = tagship_runtime.load(artifact)
    row, numbers = rows[:1].copy(), rows[0].tolist()
    assert grown(lambda: model.predict(row), times) < 2 * MEGABYTE
    assert grown(lambda: model.predict_one(numbers), times // 10) < 2 * MEGABYTE
    assert grown(lambda: model.predict_proba(rows[:37]), times // 10) < 2 * MEGABYTE


def test_loading_and_closing_does_not_grow(artifact: Path, rows: Features) -> None:
    data = artifact.read_bytes()

    def use() -> None:
        with tagship_runtime.load(data) as model:
            model.predict(rows[:100])
            model.predict(rows[:1])

    assert grown(use, 300) < 8 * MEGABYTE


def test_an_error_that_is_kept_does_not_block_other_sizes(artifact: Path, rows: Features) -> None:
    """Its traceback holds the frame, and with it the engine's memory."""
    model = tagship_runtime.load(artifact)
    spoiled = rows[:100].copy()
    spoiled[50, 2] = np.nan
    with pytest.raises(ValueError, match="row 50") as kept:
        model.predict_proba(spoiled)
    for size in (3, 100, 7):
        np.testing.assert_array_equal(model.predict(rows[:size]), model.predict_proba(rows[:size]) >= model.thresholds)
    assert kept.tb is not None
