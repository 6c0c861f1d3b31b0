"""Many rows in chunks and threads: every row is scored once, as it would be alone, and what is wrong is named."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import numpy as np
import pytest

from runtime.engines.fake_engine import FakeEngine, in_a_fork
from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.batching import Scorer, _chunks
from tagship_runtime.errors import EngineError, NotAScoreError
from tagship_runtime.typing import Features

CHUNK = 4


def scorer(engine: FakeEngine, threads: int = 1, chunk: int = CHUNK) -> Scorer:
    made = Scorer(engine, engine.input, engine.output, threads)
    if engine.input.shape[0] is None:
        made.chunk = chunk
    return made


def numbered(rows: int) -> Features:
    """Rows that are all different, with scores from 0 to 1."""
    return (np.arange(rows * 3).reshape(rows, 3) / max(rows * 3 - 1, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("start", "stop", "size", "want"),
    [
        (0, 10, 4, [(0, 4), (4, 4), (6, 4)]),
        (3, 11, 4, [(3, 4), (7, 4)]),
        (3, 12, 4, [(3, 4), (7, 4), (8, 4)]),
        (2, 6, 4, [(2, 4)]),
        (2, 5, 4, [(2, 3)]),
        (5, 6, 1, [(5, 1)]),
        (5, 7, 1, [(5, 1), (6, 1)]),
        (1, 6, 4, [(1, 4), (2, 4)]),
        (1, 9, 4, [(1, 4), (5, 4)]),
    ],
)
def test_the_last_chunk_goes_back_over_rows(start: int, stop: int, size: int, want: list[tuple[int, int]]) -> None:
    assert list(_chunks(start, stop, size)) == want


@pytest.mark.parametrize(
    ("width", "chunk"),
    [(1, 8192), (16, 8192), (17, 4096), (128, 1024), (129, 512), (1 << 17, 1), (1 << 20, 1)],
)
def test_a_chunk_fits_the_cache(width: int, chunk: int) -> None:
    spec = TensorSpec(name="features", dtype="float32", shape=(None, width))
    made = Scorer(FakeEngine(), spec, FakeEngine().output)
    assert made.chunk == chunk
    assert made.threads == 1


@pytest.mark.parametrize(
    ("model_bytes", "chunk"),
    [(0, 8192), (49, 8192), (10_640, 8192), (20_000, 4096), (40_548, 2048), (274_244, 512), (9_000_000, 512)],
)
def test_rows_that_are_more_work_are_computed_fewer_at_a_time(model_bytes: int, chunk: int) -> None:
    engine = FakeEngine()
    engine.model_bytes = model_bytes
    assert Scorer(engine, engine.input, engine.output).chunk == chunk


@pytest.mark.parametrize(
    ("cells", "threads", "rows"), [(0, 1, 4), (11, 1, 4), (24, 1, 8), (35, 1, 8), (36, 1, 12), (36, 2, 8), (48, 2, 16)]
)
def test_rows_of_so_many_numbers_are_whole_chunks_for_every_thread(cells: int, threads: int, rows: int) -> None:
    found = scorer(FakeEngine(), threads).rows_of(cells)
    assert (found, type(found)) == (rows, int)


def test_rows_of_one_number_each() -> None:
    spec = TensorSpec(name="features", dtype="float32", shape=(None, 1))
    made = Scorer(FakeEngine(), spec, FakeEngine().output)
    made.chunk = CHUNK
    assert made.rows_of(12) == 12


def test_a_fixed_batch_is_the_chunk() -> None:
    assert scorer(FakeEngine(batch=7)).chunk == 7


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("batch", [None, 1, CHUNK])
@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 40, 41])
def test_every_row_gets_its_own_scores(rows: int, batch: int | None, threads: int) -> None:
    features = numbered(rows)
    made = scorer(FakeEngine(batch=batch), threads)
    scores = made.scores(features)
    assert scores is not None
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(scores, features)
    thresholds = np.array([0.25, 0.5, features[-1, 2] if rows else 1], np.float32)
    decisions = made.decisions(features, made.repeat(thresholds))
    assert decisions is not None
    np.testing.assert_array_equal(decisions, features >= thresholds)
    made.close()


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 8, 9])
def test_no_row_of_a_free_batch_is_made_up(rows: int) -> None:
    engine = FakeEngine()
    scorer(engine).scores(numbered(rows))
    (session,) = engine.sessions
    assert {len(seen) for seen in session.seen} == {min(rows, CHUNK)}
    assert len(session.seen) == -(-rows // CHUNK)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_fixed_batch_is_filled_up_with_its_last_row(rows: int) -> None:
    engine = FakeEngine(batch=CHUNK)
    features = numbered(rows)
    made = scorer(engine)
    made.scores(np.full((CHUNK, 3), 0.7, np.float32))
    made.scores(features)
    np.testing.assert_array_equal(
        engine.sessions[0].seen[-1], np.concatenate([features, np.repeat(features[-1:], CHUNK - rows, axis=0)])
    )


@pytest.mark.parametrize(("rows", "own"), [(7, True), (8, False), (9, False)])
def test_few_rows_stay_on_the_calling_thread(rows: int, own: bool) -> None:
    engine = FakeEngine()
    made = scorer(engine, 2)
    made.scores(numbered(rows))
    threads = set().union(*(session.threads for session in engine.sessions))
    assert (threads == {threading.get_ident()}) == own
    assert (threading.get_ident() in threads) == own
    made.close()


def test_one_thread_is_the_calling_one() -> None:
    engine = FakeEngine()
    scorer(engine).scores(numbered(100))
    assert engine.sessions[0].threads == {threading.get_ident()}


@pytest.mark.parametrize(
    ("rows", "threads", "want"),
    [
        (8, 2, [(0, 4), (4, 8)]),
        (11, 2, [(0, 4), (4, 11)]),
        (40, 3, [(0, 16), (16, 32), (32, 40)]),
        (41, 3, [(0, 16), (16, 32), (32, 41)]),
        (12, 5, [(0, 4), (4, 8), (8, 12)]),
        (36, 2, [(0, 20), (20, 36)]),
        (10, 3, [(0, 4), (4, 10)]),
    ],
)
def test_parts_begin_at_multiples_of_a_chunk(
    rows: int, threads: int, want: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = []

    def part(self: Scorer, features: Features, start: int, stop: int, collect: Any) -> bool:
        parts.append((start, stop))
        return True

    monkeypatch.setattr(Scorer, "_part", part)
    made = scorer(FakeEngine(), threads)
    made.scores(numbered(rows))
    assert sorted(parts) == want
    made.close()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("place", [0, 5, 21])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_what_is_not_finite_in_float32_gives_nothing(bad: float, place: int, threads: int) -> None:
    features = numbered(22).astype(np.float64)
    features[place, 1] = bad
    made = scorer(FakeEngine(), threads)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made.scores(features) is None
        assert made.decisions(features, made.repeat(np.full(3, 0.5, np.float32))) is None
    made.close()


@pytest.mark.parametrize("place", [0, 6, 9])
@pytest.mark.parametrize("wrong", [1.0000001, 1.5, 2.5, -1e-30, -0.5, np.nan])
def test_what_is_no_score_is_refused_with_its_row(wrong: float, place: int) -> None:
    engine = FakeEngine()
    engine.compute = lambda features: np.where(features == 0.75, np.float32(wrong), features)
    features = np.tile(np.array([0, 1, 0.25], np.float32), (10, 1))
    features[place, 1] = features[9, 2] = 0.75
    with pytest.raises(NotAScoreError) as caught:
        scorer(engine).scores(features)
    assert (caught.value.engine, caught.value.row) == ("fake", place)
    np.testing.assert_equal(caught.value.got, float(np.float32(wrong)))


def test_negative_zero_is_a_score() -> None:
    features = np.full((9, 3), -0.0, np.float32)
    scores = scorer(FakeEngine()).scores(features)
    np.testing.assert_array_equal(scores, features)


def test_a_failing_engine_is_named() -> None:
    def fail(features: Any) -> Any:
        raise KeyError("inside")

    engine = FakeEngine()
    engine.compute = fail
    with pytest.raises(EngineError, match="fake failed on 4 rows: 'inside'") as caught:
        scorer(engine).scores(numbered(9))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize(("labels", "copied"), [(1, True), (64, True), (65, False)])
def test_thresholds_of_few_labels_are_repeated_in_memory(labels: int, copied: bool) -> None:
    thresholds = np.linspace(0.1, 0.9, labels, dtype=np.float32)
    repeated = scorer(FakeEngine(labels)).repeat(thresholds)
    assert repeated.shape == (CHUNK, labels)
    np.testing.assert_array_equal(repeated, np.tile(thresholds, (CHUNK, 1)))
    assert (repeated.strides[0] > 0) == copied


@pytest.mark.parametrize("closed", [False, True])
def test_threads_that_were_stopped_meanwhile(closed: bool) -> None:
    made = scorer(FakeEngine(), 2)
    made.scores(numbered(20))
    pool = made._threads()
    pool.shutdown()
    made.sessions.closed = closed  # by another thread, between the two
    with pytest.raises(EngineError if closed else RuntimeError) as caught:
        made.scores(numbered(20))
    assert isinstance(caught.value, EngineError) == closed


def test_close_stops_the_threads_and_does_not_wait() -> None:
    engine = FakeEngine()
    release, running = threading.Event(), threading.Event()

    def wait(features: Features) -> Features:
        running.set()
        assert release.wait(20)
        return features

    engine.compute = wait
    made = scorer(engine, 2)
    made._threads().submit(made.scores, numbered(1))
    assert running.wait(20)
    pool = made._threads()
    made.close()
    assert not release.is_set()
    assert engine.closed == 1
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(int)
    assert any(thread.is_alive() and "tagship" in thread.name for thread in threading.enumerate())  # it did not wait
    release.set()
    made.close()  # again
    assert engine.closed == 2


def test_closing_without_threads() -> None:
    engine = FakeEngine()
    made = scorer(engine, 2)
    made.close()
    assert engine.closed == 1


def test_a_fork_has_threads_of_its_own() -> None:
    made = scorer(FakeEngine(), 2)
    features = numbered(40)
    made.scores(features)
    pool = made._threads()
    assert made._threads() is pool

    def check() -> bool:
        scores = made.scores(features)
        return scores is not None and bool((scores == features).all()) and made._threads() is not pool

    assert in_a_fork(check)
    made.close()


def test_a_fork_leaves_its_parents_threads_alone() -> None:
    """Stopping them takes a lock, which another thread may have held when the process forked."""
    made = scorer(FakeEngine(), 2)
    made.scores(numbered(40))
    pool: Any = made._threads()

    def close() -> bool:
        made.close()
        return True

    with pool._shutdown_lock:
        assert in_a_fork(close)
    made.close()
