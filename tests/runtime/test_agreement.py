"""The self-test's arithmetic and its words, without an engine that is installed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import Golden
from tagship_runtime.errors import CheckFailedError, NotAScoreError
from tagship_runtime.selftest import SelfTest, agreement, replay, tolerance_limit

WANT = [[0.5, 0.2], [0.9, 0.505], [0.1, 0.3]]
ON = [[True, False], [True, True], [False, False]]
CUT = np.array([0.5, 0.5], np.float32)
GOLDEN = Golden(
    rows=([1.0], [2.0], [3.0]),
    scores=tuple(map(tuple, WANT)),
    decisions=tuple(map(tuple, ON)),
    tolerance=0.01,
)
"""Rows that are numbered from 1."""


def agreed(*ways: tuple[int, int, float]) -> tuple[float, int]:
    """Compare answers of which each way has one score replaced, and decides by it."""
    scores = []
    for row, label, score in ways:
        scores.append(np.array(WANT, np.float32))
        scores[-1][row, label] = score
    return agreement(GOLDEN, CUT, scores, [some >= CUT for some in scores])


@pytest.mark.parametrize(
    ("ways", "difference", "flips"),
    [
        ([(0, 1, 0.2)], 0.0, 0),
        ([(0, 1, 0.25)], 0.05, 0),
        ([(0, 1, 0.15)], 0.05, 0),  # below as above
        ([(0, 1, 0.6)], 0.4, 1),
        ([(0, 1, 0.25), (0, 1, 0.2)], 0.05, 0),  # the largest of both ways
        ([(0, 1, 0.2), (0, 1, 0.25)], 0.05, 0),
        ([(0, 1, 0.6), (1, 0, 0.3)], 0.6, 2),  # flips of all ways together
        ([(0, 0, 0.495)], 0.005, 0),  # within the tolerance of its threshold no flip counts
        ([(1, 1, 0.4)], 0.105, 0),
        ([(1, 0, 0.4)], 0.5, 1),
    ],
)
def test_differences_and_flips(ways: list[tuple[int, int, float]], difference: float, flips: int) -> None:
    got, counted = agreed(*ways)
    assert got == pytest.approx(difference, abs=1e-6)
    assert counted == flips


@pytest.mark.parametrize(("tolerance", "flips"), [(0.25, 0), (0.2499999, 1)])
def test_a_golden_score_at_the_tolerance_from_its_threshold_is_within(tolerance: float, flips: int) -> None:
    golden: Any = SimpleNamespace(scores=[[0.25]], decisions=[[False]], tolerance=tolerance)
    got = np.array([[0.75]], np.float32)
    assert agreement(golden, np.array([0.5], np.float32), [got], [got >= 0.5]) == (0.5, flips)


def test_flips_of_one_way_are_all_counted() -> None:
    scores = np.array(WANT, np.float32)
    decisions = ~np.array(ON)
    assert agreement(GOLDEN, CUT, [scores], [decisions]) == (0, 4)  # of six, two scores are at their threshold


def test_nan_is_the_largest_difference() -> None:
    difference, _ = agreed((0, 1, np.nan), (0, 1, 0.9))
    assert np.isnan(difference)


def result(difference: float = 0.0, tolerance: float = 0.01, flips: int = 0, **more: Any) -> SelfTest:
    return SelfTest(
        rows=3, max_difference=difference, tolerance=tolerance, flips=flips, engine="e", machine="m", **more
    )


@pytest.mark.parametrize(
    ("got", "passed", "finding"),
    [
        (result(), True, "as exported"),
        (result(1e-6), True, "as exported"),
        (result(1.01e-6), True, "within tolerance, other arithmetic"),
        (result(0.01), True, "within tolerance, other arithmetic"),
        (result(0.0101), False, "other scores than were exported"),
        (result(float("nan")), False, "other scores than were exported"),
        (result(flips=1), False, "other scores than were exported"),
        (result(tolerance=0.25), True, "as exported"),
        (result(tolerance=0.251), False, "its tolerance is above 0.25, the most that its numbers may need"),
        (result(tolerance=0.01, limit=0.01), True, "as exported"),
        (
            result(tolerance=0.01, limit=0.001),
            False,
            "its tolerance is above 0.001, the most that its numbers may need",
        ),
        (
            result(described=False),
            False,
            "labels, thresholds or features are not those that the golden rows were recorded with",
        ),
    ],
)
def test_what_passes(got: SelfTest, passed: bool, finding: str) -> None:
    assert (got.passed, got.finding) == (passed, finding)
    document = got.to_dict()
    assert (document["passed"], document["finding"], document["as_exported"]) == (passed, finding, got.as_exported)
    assert document["rows"] == 3
    assert document["max_difference"] is got.max_difference


@pytest.mark.parametrize(
    ("weights", "recipe", "limit"),
    [
        ({}, None, 1e-3),
        ({"float32": 400}, None, 1e-3),
        ({"float32": 400}, "int8", 1e-3),  # says so, and has none
        ({"float32": 400}, "float16", 1e-3),
        ({"float32": 400, "int8": 101}, None, 0.25),
        ({"float32": 400, "int8": 99}, None, 1e-3),
        ({"float32": 400, "int8": 99}, "float32", 1e-3),
        ({"float32": 400, "int8": 1}, "dynamic_int8", 0.25),  # a large table, and products of integers
        ({"float32": 400, "uint8": 1}, "int16x8", 0.25),
        ({"float32": 400, "float16": 2}, "float16", 0.05),
        ({"float32": 400, "float16": 2}, "int8_io", 1e-3),
        ({"float32": 400, "uint8": 101}, "float32", 0.25),  # verification says that the contract is wrong
        ({"float32": 400, "float16": 202}, None, 0.05),
        ({"float32": 400, "float16": 198}, None, 1e-3),
        ({"float16": 200, "int8": 101}, None, 0.25),
        ({"float16": 200, "uint8": 99}, None, 0.05),
        ({"uint8": 1}, None, 0.25),
        ({"int64": 9999, "float32": 4}, None, 1e-3),  # shapes and axes, no weights
    ],
)
def test_how_large_a_tolerance_may_be(weights: dict[str, int], recipe: str | None, limit: float) -> None:
    assert tolerance_limit(weights, recipe) == limit


class Model:
    """A predictor that gives the golden scores, but for one that each way gets wrong."""

    labels: tuple[str, ...] = ("a", "b")

    def __init__(self, golden: Any = GOLDEN, **wrong: Any) -> None:
        self.contract: Any = SimpleNamespace(
            golden=golden,
            thresholds=(0.5, 0.5),
            description="as it is",
            input=SimpleNamespace(row_shape=(1,), integers=None),
            recipe="int8",
        )
        self.engine: Any = SimpleNamespace(name="fake", version="7")
        self.weight_bytes = {"int8": 5}
        self.thresholds = np.array([0.9, 0.9], np.float32)
        self.wrong = wrong

    def with_thresholds(self, thresholds: Any) -> Any:
        model = Model(self.contract.golden, **self.wrong)
        model.thresholds = np.array(thresholds, np.float32)
        return model

    def predict_proba(self, rows: Any) -> Any:
        scores = np.array([WANT[int(row[0]) - 1] for row in rows], np.float32)
        if "raises" in self.wrong:
            raise NotAScoreError("fake", 0, 7.0)
        if len(rows) == 3 and "batch" in self.wrong:
            scores[2, 1] = self.wrong["batch"]
        if len(rows) == 1 and int(rows[0][0]) == 3 and "single" in self.wrong:
            scores[0, 1] = self.wrong["single"]
        return scores

    def predict(self, rows: Any) -> Any:
        return self.decide(self.predict_proba(rows))

    def decide(self, scores: Any) -> Any:
        return scores >= self.thresholds

    def predict_one(self, row: Any) -> tuple[str, ...]:
        if "named" in self.wrong and int(row[0]) == 3:
            return ("b",)
        scores = np.array(WANT[int(row[0]) - 1], np.float32)
        return tuple(label for label, on in zip(self.labels, scores >= self.thresholds, strict=True) if on)


@pytest.mark.parametrize(
    ("wrong", "difference", "flips"),
    [
        ({}, 0.0, 0),
        ({"batch": 0.8}, 0.5, 1),
        ({"single": 0.8}, 0.5, 1),
        ({"batch": 0.4, "single": 0.35}, 0.1, 0),
        ({"named": True}, 0.0, 1),
        ({"batch": 0.8, "single": 0.8, "named": True}, 0.5, 3),
    ],
)
def test_each_way_to_score_is_replayed(wrong: dict[str, Any], difference: float, flips: int) -> None:
    got = replay(Model(**wrong))
    assert (got.rows, got.flips) == (3, flips)
    assert got.max_difference == pytest.approx(difference, abs=1e-6)
    assert (got.tolerance, got.limit, got.described) == (0.01, 0.25, True)
    assert got.engine == "fake 7"
    assert got.machine


@pytest.mark.parametrize(("described", "want"), [(None, True), ("as it is", True), ("as it was", False)])
def test_golden_rows_belong_to_a_description(described: str | None, want: bool) -> None:
    assert replay(Model(replace(GOLDEN, described=described))).described == want


@pytest.mark.parametrize("golden", [None, replace(GOLDEN, rows=())])
def test_without_golden_rows_nothing_is_shown(golden: Any) -> None:
    with pytest.raises(CheckFailedError, match="no golden rows"):
        replay(Model(golden))


def test_rows_that_cannot_be_computed_fail_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def values(golden: Golden, input: Any) -> Any:
        raise ValueError(f"rows of {input.row_shape}")

    monkeypatch.setattr(Golden, "values", values)
    with pytest.raises(CheckFailedError, match=r"replaying golden rows: rows of \(1,\)"):
        replay(Model())


def test_what_is_no_score_fails_the_check() -> None:
    with pytest.raises(CheckFailedError, match="replaying golden rows: fake gives 7"):
        replay(Model(raises=True))
