"""What a payload stores is compared as a graph; one by one where the caller says that another tool made it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from export.verification.known import artifact
from tagship_export.errors import ConversionError
from tagship_export.recipes import RECIPES
from tagship_export.targets.float_graph import FloatGraph, Given, Made, Numbers, Operation
from tagship_export.verification import stored_payload as module
from tagship_export.verification.contract_claims import JudgedBy
from tagship_export.verification.stored_payload import Stored, compare_stored

WEIGHTS = np.array([[1.0, -2.0], [0.5, 0.25]])


def graph(values: Any = WEIGHTS, name: str = "MatMul", step: float = 2 / 127) -> FloatGraph:
    stored = Numbers("w", np.asarray(values, np.float64), np.full((2, 2), step), fine=True)
    product = Operation(name, (), (Given(0), stored))
    return FloatGraph((product, Operation("Sigmoid", (), (Made(0, 0),))), (Made(1, 0),))


def judged(recipe: str = "int8", origin: str = "found") -> JudgedBy:
    return JudgedBy(recipe=RECIPES[recipe], origin=origin, faults=())


def said(stored: Any, *, recipe: str = "int8", origin: str = "found", converted: Any = None) -> Stored:
    again: Any = SimpleNamespace(
        model=None,
        stored=lambda: stored() if callable(stored) else stored,
        as_trained=converted or (lambda: graph(step=0)),
    )
    return compare_stored(again, artifact(constants=lambda: iter([1, 2])), judged(recipe, origin))


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
    assert said(graph(WEIGHTS + 1e-5, step=0)).faults == ("4 of the 4 numbers of 'w' are not those of the original",)
    assert said(graph(WEIGHTS + 1e-6, step=0)) == Stored()


def test_steps_that_eight_bits_do_not_need() -> None:
    assert said(graph(step=2.1 / 127)).faults == (
        "the numbers of 'w' are rounded to coarser steps than their type needs",
    )


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
