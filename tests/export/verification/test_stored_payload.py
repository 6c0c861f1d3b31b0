"""What a payload stores is compared as a graph; one by one where the caller says that another tool made it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from export.verification.known import artifact
from tagship_export.errors import ConversionError
from tagship_export.recipes import RECIPES
from tagship_export.targets.float_graph import FloatGraph, Given, Made, Numbers, Operation, TwoReadingsError
from tagship_export.verification import stored_payload as module
from tagship_export.verification.contract_claims import JudgedBy
from tagship_export.verification.stored_graph import Differences, differences
from tagship_export.verification.stored_payload import Stored, compare_stored

WEIGHTS = np.array([[1.0, -2.0], [0.5, 0.25]])


def graph(values: Any = WEIGHTS, name: str = "MatMul", step: Any = 2 / 127) -> FloatGraph:
    stored = Numbers("w", np.asarray(values, np.float64), np.asarray(step), fine=True)
    product = Operation(name, (), (Given(0), stored))
    return FloatGraph((product, Operation("Sigmoid", (), (Made(0, 0),))), (Made(1, 0),))


def judged(recipe: str = "int8", origin: str = "found") -> JudgedBy:
    return JudgedBy(recipe=RECIPES[recipe], origin=origin, faults=())


def said(
    stored: Any, *, recipe: str = "int8", origin: str = "found", converted: Any = None, rounded: Any = None
) -> Stored:
    again: Any = SimpleNamespace(
        model=None,
        stored=lambda: stored() if callable(stored) else stored,
        as_trained=converted or (lambda: graph(step=0)),
        rounded=lambda: rounded,
    )
    return compare_stored(again, artifact(constants=lambda: iter([1, 2])), judged(recipe, origin), 100)


def refuse() -> FloatGraph:
    raise ConversionError("no way")


def unreadable() -> FloatGraph:
    raise ValueError("cannot reshape")


def test_a_rounded_original_passes() -> None:
    assert said(graph()) == Stored()
    assert said(graph(WEIGHTS + 0.99 / 127)) == Stored()


def test_numbers_beyond_half_a_step_are_counted() -> None:
    moved = WEIGHTS + np.array([[1.01, 0], [-1.01, 0.99]]) / 127
    assert said(graph(moved)).faults == ("2 of the 4 numbers of 'w' are not those of the original, rounded",)
    assert said(graph(np.full((2, 2), np.nan))).faults[0].startswith("4 of the 4")
    assert said(graph(WEIGHTS * (1 + 2e-6), step=0)).faults == (
        "4 of the 4 numbers of 'w' are not those of the original",
    )
    assert said(graph(WEIGHTS * (1 + 0.9e-6), step=0)) == Stored()


def test_small_numbers_beside_large_ones_are_held_to_their_own_size() -> None:
    small = np.array([[1.0, -2.0], [1.2e-6, -3e-7]])
    for place in ((1, 0), (1, 1)):
        for factor in (0.11, 1.02, -1.0):
            moved = small.copy()
            moved[place] *= factor
            found = said(graph(moved, step=0), converted=lambda: graph(small, step=0))
            assert found.faults == ("1 of the 4 numbers of 'w' are not those of the original",)


def test_one_step_for_all_channels_where_the_recipe_has_one_for_each() -> None:
    """Half of it is more than all that the channel of small numbers holds."""
    small = np.array([[1.0, 1e-4], [-2.0, -2e-4]])
    each = np.array([[2 / 127, 2e-4 / 127]])
    blank = np.array([[1.0, 0.0], [-2.0, 0.0]])
    by_recipe = graph(small, step=each)

    def exact() -> FloatGraph:
        return graph(small, step=0)

    assert said(by_recipe, converted=exact, rounded=by_recipe) == Stored()
    assert said(graph(blank), converted=exact) == Stored()
    coarse = (
        "the numbers of 'w' are rounded to coarser steps than by its recipe; if another tool or version made it, "
        "--recipe int8 judges it by its scores alone",
    )
    assert said(graph(blank), converted=exact, rounded=by_recipe).faults == coarse
    asked = said(graph(blank), converted=exact, rounded=by_recipe, origin="asked")
    assert asked == Stored(unchecked=("the numbers of 'w' are rounded to coarser steps than by its recipe",))
    shared = graph(blank, step=np.array([[2 / 127, 2 / 127]]))
    assert said(shared, converted=exact).faults == (
        "the numbers of 'w' are rounded to coarser steps than their type needs",
    )
    assert said(graph(blank), converted=exact, rounded=exact()).faults == coarse


def test_steps_that_eight_bits_do_not_need() -> None:
    assert said(graph(step=2.1 / 127)).faults == (
        "the numbers of 'w' are rounded to coarser steps than their type needs",
    )


def with_options(name: str, *options: tuple[str, Any], inputs: tuple[Any, ...] = ()) -> FloatGraph:
    """A graph of one operation."""
    return FloatGraph((Operation(name, options, (Given(0), *inputs)),), (Made(0, 0),))


def whole(*numbers: int, dtype: Any = np.int64) -> Numbers:
    return Numbers("places", np.array(numbers, dtype), np.zeros(()))


def test_attributes_are_compared_one_by_one() -> None:
    plain = with_options("Gather", ("axis", 1))
    assert differences(plain, plain) == Differences()
    for other in (with_options("Gather", ("axis", 2)), with_options("Gather", ("axes", 1)), with_options("Gather")):
        assert "operation 1 is Gather with" in (differences(other, plain).structure or "")
        assert "operation 1 is Gather with" in (differences(plain, other).structure or "")


def test_constants_and_graphs_among_attributes_are_compared_as_such() -> None:
    held = with_options("Constant", ("value", whole(1, 2)))
    assert differences(held, with_options("Constant", ("value", whole(1, 2)))) == Differences()
    assert differences(held, with_options("Constant", ("value", whole(3, 2)))).numbers == (
        "1 of the 2 numbers of 'places' are not those of the original",
    )
    assert differences(held, with_options("Constant", ("value", 3))).structure is not None
    assert differences(with_options("Constant", ("value", 3)), held).structure is not None
    branch = with_options("If", ("then", graph()))
    assert differences(branch, with_options("If", ("then", graph(step=0)))) == Differences()
    inner = differences(with_options("If", ("then", graph(WEIGHTS + 1))), with_options("If", ("then", graph(step=0))))
    assert inner.numbers == ("4 of the 4 numbers of 'w' are not those of the original, rounded",)
    assert differences(branch, with_options("If", ("then", graph(name="Neg")))).structure is not None
    assert differences(branch, with_options("If", ("then", 1))).structure is not None


@pytest.mark.parametrize(
    ("stored", "converted", "wrong"),
    [
        (whole(1, 2, 3), whole(1, 2, 3), 0),
        (whole(1, 2, 3), whole(1, 5, 3), 1),
        (whole(1, 2, 3), whole(4, 5, 6), 3),
        (whole(1, 2, 3), Numbers("f", np.array([1.0, 2, 3]), np.zeros(())), 3),
    ],
)
def test_integers_that_count_are_compared_exactly(stored: Numbers, converted: Numbers, wrong: int) -> None:
    found = differences(with_options("Gather", inputs=(stored,)), with_options("Gather", inputs=(converted,)))
    said = f"{wrong} of the 3 numbers of 'places' are not those of the original"
    assert found.numbers == ((said,) if wrong else ())


def test_other_shapes_values_and_inputs_are_another_structure() -> None:
    taken = with_options("Gather", inputs=(whole(1, 2),))
    for other in (
        with_options("Gather", inputs=(whole(1, 2, 3),)),
        with_options("Gather", inputs=(Given(1),)),
        with_options("Gather", inputs=(None,)),
        with_options("Gather"),
    ):
        assert differences(taken, other).structure is not None
        assert differences(other, taken).structure is not None


def test_steps_count_as_coarse_only_where_they_were_chosen_for_the_constant() -> None:
    def off(*, fine: bool, numbers: Any = (0.0, 0.0), step: Any = 1.0) -> tuple[str, ...]:
        stored = Numbers("w", np.array(numbers), np.asarray(step, np.float64), fine=fine)
        wanted = Numbers("w", np.array([0.25, 0.125]), np.zeros(()))
        return differences(with_options("Add", inputs=(stored,)), with_options("Add", inputs=(wanted,))).numbers

    assert off(fine=False) == ()
    assert off(fine=True) != ()
    assert off(fine=True, numbers=(0.25, 0.125), step=0.25 / 127) == ()
    assert off(fine=True, numbers=(0.25, 0.125), step=(0.25 / 127, 0.125 / 127)) == ()
    assert off(fine=True, numbers=(0.25, 0.125), step=(0.25 / 127, 0.126 / 126)) != ()
    assert off(fine=True, numbers=(0.25, 0.125), step=(0.0, 0.125 / 127)) == ()


def test_constants_of_zeros_have_any_step() -> None:
    exact = Numbers("w", np.zeros(2), np.zeros(()))
    for zeros in (Numbers("w", np.zeros(2), np.ones(2), fine=True), exact):
        assert differences(with_options("Add", inputs=(zeros,)), with_options("Add", inputs=(exact,))) == Differences()


def test_what_is_beyond_the_ends_of_a_scale_is_the_end() -> None:
    stored = Numbers("w", np.array([1.0, -1.0]), np.full(2, 0.01), ends=(-1.0, 1.0))
    for wanted, passes in (([3.0, -2.0], True), ([3.0, 2.0], False), ([0.9, -1.0], False)):
        exact = Numbers("w", np.array(wanted), np.zeros(()))
        found = differences(with_options("Min", inputs=(stored,)), with_options("Min", inputs=(exact,)))
        assert (found == Differences()) is passes


@pytest.mark.parametrize(
    ("stored", "converted", "words"),
    [
        (graph(name="Gemm"), None, "operation 1 is Gemm, where its conversion has MatMul"),
        (graph(), refuse, "the original cannot be converted here (no way)"),
        (unreadable, None, "it cannot be read (cannot reshape)"),
        (
            FloatGraph(graph().operations[:1], (Made(0, 0),)),
            None,
            "operation 2 is missing, where its conversion has Sigmoid",
        ),
        (FloatGraph(graph().operations, (Made(0, 0),)), None, "the scores are another value than in its conversion"),
        (FloatGraph(graph().operations, graph().outputs, ("opset 9",)), None, "it is written in ('opset 9',)"),
    ],
)
def test_another_graph_is_a_fault_unless_the_caller_says_who_made_it(
    monkeypatch: pytest.MonkeyPatch, stored: Any, converted: Any, words: str
) -> None:
    monkeypatch.setattr(module, "weight_faults", lambda model, constants: [f"{len(constants)} weights"])
    found = said(stored, converted=converted)
    assert found.unchecked == ()
    assert len(found.faults) == 1
    assert words in found.faults[0]
    assert "--recipe int8 judges it by its scores alone" in found.faults[0]
    asked = said(stored, origin="asked", converted=converted)
    assert asked.faults == ("2 weights",)
    assert len(asked.unchecked) == 1
    assert words in asked.unchecked[0]


def test_float32_of_other_operations_is_told_and_judged_by_scores() -> None:
    assert said(graph(step=0), recipe="float32") == Stored()
    assert said(graph(-WEIGHTS, step=0), recipe="float32").faults == (
        "4 of the 4 numbers of 'w' are not those of the original",
    )
    found = said(graph(name="Gemm", step=0), recipe="float32")
    assert found.faults == ()
    assert "operation 1 is Gemm, where its conversion has MatMul" in found.unchecked[0]


@pytest.mark.parametrize("recipe", ["int8", "float32"])
@pytest.mark.parametrize("origin", ["found", "asked"])
def test_two_readings_are_a_fault_whoever_made_the_file(recipe: str, origin: str) -> None:
    def ambiguous() -> FloatGraph:
        raise TwoReadingsError("'w' is the name of two values")

    found = said(ambiguous, recipe=recipe, origin=origin)
    assert found == Stored(faults=("it can be read in two ways: 'w' is the name of two values",))
