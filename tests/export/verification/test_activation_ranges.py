"""Ranges of activations hold what the rows reach, as a conversion made here does, or the file fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from export.verification.sabotage import sealed, taken_apart, with_range, with_rounded_logits
from tagship_export import export, open_original, verify
from tagship_export.original.open_original import Original
from tagship_export.targets.float_graph import FloatGraph, Given, Made, Range
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.activation_ranges import clipping_ranges, kept, moved_ranges, range_faults
from tagship_export.verification.own_conversion import UNKNOWN, Explained
from tagship_export.verification.stored_graph import rounded_elsewhere, uneven_channels
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features

LABELS = ["a", "b", "c", "d"]
RECIPES, KINDS = ("int8", "int16x8", "dynamic_int8"), ("tflite", "onnx")


def rows(seed: int, count: int) -> Features:
    return np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)


@pytest.fixture(scope="module")
def original() -> Original:
    """A network whose logits go far enough that a narrower range shows."""
    keras.utils.set_random_seed(7)
    layers = keras.layers
    wide = keras.initializers.RandomNormal(stddev=1.0)
    hidden = layers.Dense(16, "relu", name="hidden")
    model = keras.Sequential(
        [keras.Input((8,)), hidden, layers.Dense(4, "sigmoid", kernel_initializer=wide, name="last")]
    )
    return open_original(model, labels=LABELS)


@pytest.fixture(scope="module")
def files(original: Original, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    given = rows(1, 1200)
    truth = (original.scores(given) >= 0.5).astype(np.uint8)
    made = export(
        original,
        tmp_path_factory.mktemp("ranges"),
        data=Dataset(table=given, targets=truth, labels=tuple(LABELS)),
        recipes=RECIPES,
        golden="none",
    )
    return {one.path.name: one.path for one in made}


@pytest.mark.parametrize("count", [12, 600])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_other_rows_calibrated_the_file(
    original: Original, files: Mapping[str, Path], recipe: str, kind: str, count: int
) -> None:
    verdict = verify(original, files[f"{recipe}.{kind}"], rows(2, count))
    assert verdict.passed, verdict.faults


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipe", RECIPES[:2])
def test_a_range_that_leaves_out_what_rows_reach_fails(
    original: Original, files: Mapping[str, Path], recipe: str, kind: str
) -> None:
    payload, contract = taken_apart(files[f"{recipe}.{kind}"])
    given, name = rows(2, 600), f"{recipe}.{kind}"
    sound = verify(original, files[name], given).parity.mean_difference
    places = {one.value for one in _graph(kind, payload).ranges}
    assert len(places) >= 2
    for place in range(len(places)):
        quarter = verify(original, sealed(with_range(payload, place, 0.25), contract, False), given)
        assert any("go beyond the range of" in fault for fault in quarter.faults), (place, quarter.faults)
        half = verify(original, sealed(with_range(payload, place, 0.5), contract, False), given)
        assert not half.passed or half.parity.mean_difference < 1.5 * sound, place


@pytest.mark.parametrize("kind", KINDS)
def test_a_range_so_wide_that_rounding_shows_fails(original: Original, files: Mapping[str, Path], kind: str) -> None:
    payload, contract = taken_apart(files[f"int8.{kind}"])
    verdict = verify(original, sealed(with_range(payload, 0, 20.0), contract, False), rows(2, 600))
    assert any("three quarters of them are off by" in fault for fault in verdict.faults), verdict.faults


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("factor", "said"), [(20.0, "three quarters of them are off by"), (0.25, "beyond the range of")]
)
def test_what_another_tool_may_have_done_is_told_where_the_caller_says_that_one_did(
    original: Original, files: Mapping[str, Path], kind: str, factor: float, said: str
) -> None:
    payload, contract = taken_apart(files[f"int8.{kind}"])
    given, changed = rows(2, 600), sealed(with_range(payload, 0, factor), contract, False)
    strict, asked = verify(original, changed, given), verify(original, changed, given, recipe="int8")
    assert any(said in fault for fault in strict.faults)
    assert any(said in told for told in asked.unchecked), asked.unchecked
    assert not any(said in fault for fault in asked.faults)
    sound = verify(original, files[f"int8.{kind}"], given, recipe="int8")
    assert sound.passed
    assert sound.unchecked == verify(original, files[f"int8.{kind}"], given).unchecked


def _graph(kind: str, payload: bytes) -> FloatGraph:
    target: Any = TARGETS[kind]
    found: FloatGraph = target.float_graph(payload)
    return found


@pytest.mark.parametrize("most", [1.0, 100.0])
@pytest.mark.parametrize("recipe", ["dynamic_int8", "float32"])
def test_values_pass_through_no_integers_that_the_recipe_has_not(
    original: Original, files: Mapping[str, Path], recipe: str, most: float
) -> None:
    payload, contract = taken_apart(files["dynamic_int8.onnx"])
    if recipe == "float32":
        target: Any = TARGETS["onnx"]
        with quiet():
            payload = target.convert(original.model, None)
    verdict = verify(original, sealed(with_rounded_logits(payload, most), contract, False), rows(2, 12))
    assert verdict.recipe == recipe
    assert "pass through integers, which by its recipe they do not" in " ".join(verdict.faults)


@pytest.mark.parametrize("kind", KINDS)
def test_ranges_are_those_that_calibrating_rows_reach(original: Original, kind: str) -> None:
    target: Any = TARGETS[kind]
    given = rows(3, 200)
    with quiet():
        payload = target.make("int8", original.model, calibration=given)
    (first,) = {(one.low, one.high, one.step) for one in _graph(kind, payload).ranges if one.value == Given(0)}
    assert first[0] == pytest.approx(given.min(), abs=first[2])
    assert first[1] == pytest.approx(given.max(), abs=first[2])
    assert first[2] == pytest.approx((given.max() - given.min()) / 255, rel=1e-3)
    assert _graph(kind, target.convert(original.model, None)).ranges == ()


HIDDEN, LAST = Made(0, 0), Made(1, 0)


def held(value: Any = HIDDEN, low: float = -1.0, high: float = 1.0, step: float = 0.01) -> Range:
    return Range(f"v{value}", value, low, high, step)


def test_channels_with_scales_of_their_own_hold_what_all_of_them_do() -> None:
    found = Range.of("x", HIDDEN, np.array([0.1, 0.2]), np.array([-128, 0]), np.int8)
    assert (found.low, found.high, found.step) == pytest.approx((0.0, 25.4, 0.2))


@pytest.mark.parametrize(("moved", "faults"), [(0.0, 0), (0.019, 0), (0.021, 1), (-0.021, 1)])
@pytest.mark.parametrize("end", ["low", "high"])
def test_rows_that_calibrated_give_the_same_ends(moved: float, faults: int, end: str) -> None:
    ends = {"low": -1.0, "high": 1.0}
    own = FloatGraph((), (), ranges=(held(low=-9.0, high=9.0), held(), held(LAST)))
    stored = FloatGraph((), (), ranges=(held(**(ends | {end: ends[end] + moved})), held(LAST)))
    assert len(list(moved_ranges(stored, own))) == faults


def test_graphs_within_graphs_have_ranges_too() -> None:
    def within(*ranges: Range) -> FloatGraph:
        return FloatGraph((SimpleNamespace(options=(("body", FloatGraph((), (), ranges=ranges)),)),), ())  # type: ignore[arg-type]

    assert list(rounded_elsewhere(within(held()), within(held(low=-2.0, step=0.015)))) == []
    assert list(rounded_elsewhere(within(), within(held()))) == []
    for known in (None, within(), within(held(LAST)), FloatGraph((), (), ranges=(held(),))):
        (said,) = rounded_elsewhere(within(held()), known)
        assert "'vMade(operation=0, output=0)' pass through integers" in said


@pytest.mark.parametrize(("step", "faults"), [(0.01, 0), (0.005, 0), (0.0102, 1), (2.56, 1), (0.0, 1)])
def test_the_same_ends_by_coarser_steps(step: float, faults: int) -> None:
    """Eight bits in place of sixteen hold the same numbers, a 256th of them."""
    own = FloatGraph((), (), ranges=(held(), held(step=2 / 65535), held(LAST)))
    stored = FloatGraph((), (), ranges=(held(step=step), held(LAST)))
    said = list(rounded_elsewhere(stored, own))
    assert [f"{held(step=step).levels:,.0f} steps, where by its recipe they are to 200" in one for one in said] == (
        [True] * faults
    )
    assert len(list(moved_ranges(stored, own))) == (step != 0.01)


@pytest.mark.parametrize(
    ("scale", "zero", "uneven"),
    [([0.1, 0.1], [0, 0], False), ([0.1, 1e5], [0, 0], True), ([0.1, 0.1], [0, 1], True), (0.1, 3, False)],
)
def test_channels_that_are_rounded_by_steps_of_their_own(scale: Any, zero: Any, uneven: bool) -> None:
    one = Range.of("x", HIDDEN, np.array(scale), np.array(zero), np.int8)
    said = ["the values of 'x' are rounded by other steps in one channel than in another"] * uneven
    assert list(uneven_channels(FloatGraph((), (), ranges=(one,)))) == said


def clipped(counts: Mapping[Any, int], total: int, off: float = 0.1) -> list[str]:
    """What is said where so many rows go beyond the upper end of each range, and those are off by so much."""
    reached = {
        value: (np.zeros(total), np.where(np.arange(total) < count, 2.0, 1.0)) for value, count in counts.items()
    }
    return list(clipping_ranges([held(value) for value in counts], reached, np.full(total, off), np.full(total, 0.005)))


def test_a_quarter_of_the_rows_may_lie_beyond_those_that_calibrated() -> None:
    alike = dict.fromkeys((HIDDEN, LAST, Given(0)))
    assert clipped(dict.fromkeys(alike, 250), 1000) == []
    assert len(clipped(dict.fromkeys(alike, 300), 1000)) == 3
    assert clipped(dict.fromkeys(alike, 12), 32) == []
    assert len(clipped(dict.fromkeys(alike, 14), 32)) == 3


def test_of_few_rows_three_may_have_calibrated_beyond_which_half_of_all_lie() -> None:
    alike = dict.fromkeys((HIDDEN, LAST, Given(0)))
    assert clipped(dict.fromkeys(alike, 9), 12) == []
    assert len(clipped(dict.fromkeys(alike, 10), 12)) == 3


def test_a_range_that_a_converter_took_from_what_is_made_of_a_value() -> None:
    """The largest of several numbers, by whose range all of them are held: -1 of them is nothing that is lost."""
    all_of_them, largest = Made(0, 0), Made(1, 0)
    own = FloatGraph((), (), ranges=(held(all_of_them, low=0.0), held(largest, low=0.0), held(Given(0), low=-1.0)))
    reached: dict[Given | Made, Any] = {
        all_of_them: (np.full(100, -1.0), np.full(100, 0.9)),
        largest: (np.full(100, 0.2), np.full(100, 0.9)),
        Given(0): (np.full(100, -1.0), np.full(100, 0.5)),
    }
    found = kept(reached, own)
    assert [(one[0][0], one[1][0]) for one in found.values()] == [(0.2, 0.9), (0.2, 0.9), (-1.0, 0.5)]
    del reached[largest]
    found = kept(reached, own)
    assert [(one[0][0], one[1][0]) for one in found.values()] == [(0.0, 0.9), (-1.0, 0.5)]
    assert kept({LAST: reached[all_of_them]}, FloatGraph((), ())) == {LAST: reached[all_of_them]}


def test_one_range_that_many_more_rows_go_beyond_than_the_others() -> None:
    assert clipped({HIDDEN: 60, LAST: 3, Given(0): 2}, 1000) == []
    (said,) = clipped({HIDDEN: 90, LAST: 3, Given(0): 2}, 1000)
    assert said.startswith("90 of 1,000 rows go beyond the range of 'vMade(operation=0, output=0)', -1 to 1: more ")
    assert said.endswith("; 2 go beyond a usual one of its others")
    assert len(clipped({HIDDEN: 90, LAST: 3}, 1000)) == 1  # it is none of its own others
    assert clipped({HIDDEN: 90}, 1000) == []
    assert clipped({HIDDEN: 90, LAST: 3, Given(0): 2}, 1000, off=0.014) == []  # and nothing comes of it
    assert clipped({HIDDEN: 90, LAST: 40, Given(0): 30}, 1000) == []
    assert clipped({HIDDEN: 4, LAST: 0, Given(0): 0}, 12) == []


@pytest.mark.parametrize(("beyond", "faults"), [(0.0149, 0), (0.0151, 2)])
def test_half_a_step_beyond_the_end_is_rounding(beyond: float, faults: int) -> None:
    low, high = np.full(100, -1.0 - beyond), np.full(100, 1.0 + beyond)
    inside = np.zeros(100)
    found = [
        said
        for pair in ((low, inside), (inside, high))
        for said in clipping_ranges([held()], {HIDDEN: pair}, inside, inside)
    ]
    assert len(found) == faults


def far(off: Any, own: Any) -> tuple[str, ...]:
    """What is said where ranges hold everything."""
    off, own = np.asarray(off, np.float64), np.asarray(own, np.float64)
    graph = FloatGraph((), ())
    again: Any = SimpleNamespace(stored=lambda: graph, rounded=lambda: graph, layer_values=lambda rows: {}, batch=1)
    again.as_trained = lambda: graph
    zeros: Any = np.zeros((len(off), 2))
    scores = zeros.copy()
    scores[:, 1] = -off
    explained = Explained(most=1.0, beyond=0.25, rows=own)
    return tuple(range_faults(again, np.zeros((len(off), 1), np.float32), zeros, scores, explained))


@pytest.mark.parametrize(("farther", "faults"), [(250, 0), (272, 0), (276, 1), (1000, 1)])
def test_three_quarters_of_the_rows_are_about_as_far_off_as_by_a_conversion_of_them(farther: int, faults: int) -> None:
    own = np.where(np.arange(1000) < 200, 0.9, 0.01)  # the worst fifth says nothing of the others
    assert len(far(np.where(np.arange(1000) < farther, 0.031, 0.029), own)) == faults
    assert len(far(np.where(np.arange(1000) < farther, 0.021, 0.019), own / 100)) == faults


def test_nothing_is_said_where_no_conversion_tells() -> None:
    graph = FloatGraph((), (), ranges=(held(),))
    again: Any = SimpleNamespace(stored=lambda: graph, rounded=lambda: None)
    scores = np.zeros((4, 2), np.float32)
    assert list(range_faults(again, scores, scores, scores + 1, Explained(most=0, beyond=0.25, rows=np.zeros(4)))) == []
    again.rounded = lambda: graph
    assert list(range_faults(again, scores, scores, scores + 1, UNKNOWN)) == []
