"""Sessions of each thread: when they are opened, what one row gives, and what a fork and a close do to them."""

from __future__ import annotations

import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from runtime.engines.fake_engine import FakeEngine, in_a_fork
from tagship_runtime.engines.sessions import OneRow, Sessions
from tagship_runtime.errors import EngineError, NotAScoreError

ABOVE_ONE = float(np.nextafter(np.float32(1), np.float32(2)))


def one_row(*numbers: float) -> OneRow:
    engine = FakeEngine(len(numbers))
    row = Sessions(engine).one()
    row.input[0] = numbers
    return row


def decided(row: OneRow, threshold: float = 0.5) -> list[bool]:
    decisions = row.decide(np.full(row.input.shape, threshold, np.float32))
    assert decisions is not None
    assert decisions.shape == row.input.shape
    return [bool(on) for on in decisions[0]]


@pytest.mark.parametrize("labels", [1, 2, 16, 17, 40])
def test_a_score_at_its_threshold_is_on(labels: int) -> None:
    numbers = np.linspace(0, 1, labels + 1)[1:].tolist()
    row = one_row(*numbers)
    assert decided(row, 1.0) == [number == 1 for number in numbers]
    assert decided(row, numbers[0]) == [True] * labels
    row.input[0] = 0.0
    assert decided(row, numbers[0]) == [False] * labels  # computed anew


@pytest.mark.parametrize("labels", [2, 16, 17])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_not_scored(labels: int, bad: float) -> None:
    for place in range(labels):
        engine = FakeEngine(labels)
        row = Sessions(engine).one()
        row.input[0] = 0.5
        row.input[0, place] = bad
        assert row.decide(np.full((1, labels), 0.5, np.float32)) is None
        assert engine.sessions[0].seen == []


def test_large_numbers_are_finite_together() -> None:
    engine = FakeEngine(2)
    engine.compute = lambda features: np.clip(features, 0, 1)
    row = Sessions(engine).one()
    row.input[0] = 3e38
    assert decided(row) == [True, True]


@pytest.mark.parametrize("fill", [0.5, 0.0, 1.0, -0.0])
@pytest.mark.parametrize("labels", [3, 17])
@pytest.mark.parametrize("wrong", [ABOVE_ONE, 1.5, 2.5, -0.25, -1e-30, np.nan])
def test_what_is_no_score_is_refused_and_named(labels: int, wrong: float, fill: float) -> None:
    engine = FakeEngine(labels)
    scores = np.full((1, labels), fill, np.float32)
    scores[0, 1] = wrong
    scores[0, 2] = 7.0
    engine.compute = lambda _: scores
    row = Sessions(engine).one()
    row.input[0] = 0.5
    with pytest.raises(NotAScoreError) as caught:
        row.decide(np.full((1, labels), 0.5, np.float32))
    assert (caught.value.engine, caught.value.row) == ("fake", 0)
    np.testing.assert_equal(caught.value.got, float(np.float32(wrong)))


@pytest.mark.parametrize("labels", [3, 17])
def test_the_next_number_above_one_is_no_score(labels: int) -> None:
    with pytest.raises(NotAScoreError):
        decided(one_row(*[0.5] * (labels - 1), ABOVE_ONE))


def test_negative_zero_is_a_score() -> None:
    assert decided(one_row(-0.0, 0.5, 1.0)) == [False, True, True]


def test_a_failing_engine_is_named() -> None:
    def fail(features: Any) -> Any:
        raise KeyError("inside")

    engine = FakeEngine()
    engine.compute = fail
    row = Sessions(engine).one()
    row.input[0] = 0.5
    with pytest.raises(EngineError, match="fake failed on one row: 'inside'") as caught:
        row.decide(np.full((1, 3), 0.5, np.float32))
    assert isinstance(caught.value.__cause__, KeyError)


def test_the_bytes_are_the_input() -> None:
    row = one_row(0.25, 0.5, 1.0)
    assert bytes(row.bytes) == np.array([0.25, 0.5, 1.0], np.float32).tobytes()


def test_a_thread_opens_one_session_of_each_sort() -> None:
    engine = FakeEngine()
    sessions = Sessions(engine)
    assert sessions.one() is sessions.one()
    assert sessions.one().input.shape == (1, 3)
    first = sessions.many(5)
    for rows in (5, 7, 7, 2):
        assert sessions.many(rows) is first
        assert (first.rows, first.input.shape) == (rows, (rows, 3))
    assert [session.rows for session in engine.sessions] == [1, 2]
    assert engine.sessions[1].resized == 2
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(sessions.many, 5).result() is not first
        assert pool.submit(sessions.one).result() is not sessions.one()


def test_a_session_that_cannot_be_resized_is_replaced() -> None:
    engine = FakeEngine()
    sessions = Sessions(engine)
    first = sessions.many(5)
    engine.refused = 6
    second = sessions.many(6)
    assert second is not first
    assert second.rows == 6
    assert sessions.many(6) is second
    assert len(engine.sessions) == 2


def test_closed_sessions_are_gone() -> None:
    engine = FakeEngine()
    sessions = Sessions(engine)
    sessions.one()
    sessions.many(5)
    assert not sessions.closed
    sessions.close()
    assert sessions.closed
    assert engine.closed == 1
    for call in (sessions.one, lambda: sessions.many(5), lambda: sessions.many(6)):
        with pytest.raises(EngineError, match="closed; load the artifact again"):
            call()


def test_a_fork_opens_sessions_of_its_own() -> None:
    engine = FakeEngine()
    sessions = Sessions(engine)
    parents = sessions.one(), sessions.many(5)
    kept = weakref.ref(sessions.local)

    def check() -> bool:
        assert engine.reopened == 1
        assert kept() is not None  # freeing it might wait for a lock whose thread is not here
        assert sessions.one() is not parents[0]
        assert sessions.many(5) is not parents[1]
        return len(engine.sessions) == 4

    assert in_a_fork(check)
    assert engine.reopened == 0
    assert sessions.one() is parents[0]
