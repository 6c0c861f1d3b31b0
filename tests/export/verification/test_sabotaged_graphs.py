"""Sabotages that leave every stored number as it was fail verification all the same, whatever scores show.

Each is sealed with the contract as it was, and with one that agrees with what was done; see ``test_sabotage.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from export.verification.sabotage import FILES, FORMATS, RECIPES, both_originals, sealed, sound_files, taken_apart
from export.verification.sabotaged_graphs import (
    add_tensor,
    factors,
    operator,
    read,
    with_coarse_channel,
    with_constant_clipped,
    with_constant_of_sixteen_bits,
    with_cycle,
    with_second_writer,
    with_small_integers,
    with_written_constant,
    with_written_input,
    written,
)
from tagship_export import verify
from tagship_export.original.open_original import Original
from tagship_export.targets.depth_first import depth_first
from tagship_export.targets.float_graph import FloatGraph, Numbers, TwoReadingsError
from tagship_export.targets.registry import target_of
from tagship_export.targets.runtime_target import RuntimeTarget

SABOTAGES: Mapping[Callable[[bytes], bytes], tuple[tuple[str, ...], str]] = {
    with_constant_clipped: (FORMATS, "are not those of the original, rounded"),
    with_constant_of_sixteen_bits: (("onnx",), "are rounded to coarser steps than by its recipe"),
    with_coarse_channel: (("onnx",), "are rounded by other steps in one channel than in another"),
    with_second_writer: (("tflite",), "is written by an operator and has another value before"),
    with_written_constant: (("tflite",), "is written by an operator and has another value before"),
    with_written_input: (("tflite",), "is written by an operator and has another value before"),
}
"""What is done, to which formats, and what is said of it."""

TRIED = [(change, name) for change, (kinds, _) in SABOTAGES.items() for name in FILES if name.endswith(kinds)]


@pytest.fixture(scope="module")
def folder(scaled_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound_files(scaled_run, tmp_path_factory)


@pytest.fixture(scope="module")
def originals(scaled_run: Path) -> Mapping[str, Original]:
    return both_originals(scaled_run)


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize(("change", "name"), TRIED, ids=[f"{change.__name__}-{name}" for change, name in TRIED])
def test_what_happens_to_numbers_on_their_way(
    folder: Path,
    scaled_run: Path,
    originals: Mapping[str, Original],
    change: Callable[[bytes], bytes],
    name: str,
    forged: bool,
    against: str,
) -> None:
    payload, contract = taken_apart(folder / name)
    artifact = sealed(change(payload), contract, forged, recipe=contract.recipe)
    verdict = verify(originals[against], artifact, str(scaled_run / "rows" / "test.parquet"))
    assert not verdict.passed
    assert SABOTAGES[change][1] in " ".join(verdict.faults)


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("name", FILES)
def test_the_sound_file_passes(
    folder: Path, scaled_run: Path, originals: Mapping[str, Original], name: str, against: str
) -> None:
    verdict = verify(originals[against], folder / name, str(scaled_run / "rows" / "test.parquet"))
    assert verdict.passed, verdict.faults


def graph_of(payload: bytes) -> FloatGraph:
    target = target_of(payload)
    assert isinstance(target, RuntimeTarget)
    return target.float_graph(payload)


@pytest.mark.parametrize("recipe", RECIPES)
def test_operators_that_need_each_other_are_refused_and_not_followed(folder: Path, recipe: str) -> None:
    payload, _ = taken_apart(folder / f"{recipe}.tflite")
    with pytest.raises(TwoReadingsError, match="tensor behind is read before any operator has written it"):
        graph_of(with_cycle(payload))


@pytest.mark.parametrize(("kind", "scale"), [("INT4", 1.0), ("UINT4", 1.0), ("FLOAT16", None), ("INT64", 1.0)])
@pytest.mark.parametrize("recipe", RECIPES)
def test_types_that_no_recipe_makes_are_operations(folder: Path, recipe: str, kind: str, scale: float | None) -> None:
    payload, _ = taken_apart(folder / f"{recipe}.tflite")
    graph, own = (graph_of(one) for one in (with_small_integers(payload, kind, scale), payload))
    added = [operation.name for operation in graph.operations][: len(graph.operations) - len(own.operations)]
    assert added[:1] == ["QUANTIZE"]
    assert len(graph.operations) > len(own.operations)


def test_an_output_that_no_operator_writes(folder: Path) -> None:
    payload, _ = taken_apart(folder / "float32.tflite")
    model = read(payload)
    model.subgraphs[0].operators.pop()
    with pytest.raises(TwoReadingsError, match="is an output that no operator writes"):
        graph_of(written(model))


def test_a_state_and_a_constant_of_no_elements_need_no_writer(folder: Path) -> None:
    payload, _ = taken_apart(folder / "float32.tflite")
    model = read(payload)
    place, _, _ = factors(model)
    state, empty = add_tensor(model, "state", [1, 4], "FLOAT32"), add_tensor(model, "empty", [0], "FLOAT32")
    out = add_tensor(model, "out", [1, 4], "FLOAT32")
    model.subgraphs[0].operators.insert(place, operator(model, "ADD", [state, empty], [out]))
    with pytest.raises(TwoReadingsError, match="tensor state is read before"):
        graph_of(written(model))
    model.subgraphs[0].tensors[state].isVariable = True
    graph_of(written(model))


@pytest.mark.parametrize("named", ["input", "constant"])
def test_an_onnx_node_that_gives_what_is_given(folder: Path, named: str) -> None:
    import onnx

    payload, _ = taken_apart(folder / "float32.onnx")
    proto = onnx.load_from_string(payload)
    name = proto.graph.input[0].name if named == "input" else proto.graph.initializer[0].name
    proto.graph.node[0].output[0] = name
    with pytest.raises(TwoReadingsError, match=f"'{name}' is the name of two values"):
        graph_of(proto.SerializeToString())


def test_depth_first_evaluates_needs_once_for_each_that_is_done() -> None:
    """Each of many takes all that were before it, so that anything slower shows."""
    calls = Counter[int]()
    names = [object() for _ in range(200)]
    places = {id(one): place for place, one in enumerate(names)}

    def needs(one: object) -> list[object]:
        calls[places[id(one)]] += 1
        return names[: places[id(one)]]

    assert list(depth_first(names[::-1], needs)) == names
    assert max(calls.values()) <= 2


def test_operations_that_need_each_other_have_no_order() -> None:
    one, other, last = object(), object(), object()
    needs = {id(one): [other], id(other): [one], id(last): [one]}
    with pytest.raises(ValueError, match="need each other"):
        list(depth_first([last], lambda operation: needs[id(operation)]))


@pytest.mark.parametrize(
    ("kind", "zero", "passed"),
    [
        ("int8", 0, [-1.0, 0.5, 0.0, 63.5]),
        ("uint8", 128, [-1.0, 0.5, 0.0, 63.5]),
        ("uint8", 0, [0.0, 0.5, 0.0, 127.5]),
        ("int16", 0, [-1.0, 0.5, 0.0, 200.0]),
    ],
)
def test_integers_that_a_constant_passes_through(kind: str, zero: int, passed: list[float]) -> None:
    stored = Numbers.as_stored("w", np.array([-1.0, 0.5, 0.2, 200.0], np.float32))
    found = stored.through(np.array(0.5), np.array(zero), kind)
    assert found.values.tolist() == passed
    assert (float(found.step), found.fine) == (0.5, True)


def test_integers_of_rows_with_steps_of_their_own() -> None:
    stored = Numbers.as_stored("w", np.array([[1.0, 2.0], [1.0, 2.0]], np.float32))
    found = stored.through(np.array([[1.0], [1e-9]]), np.zeros((1, 1)), "int8")
    assert found.values.tolist() == [[1.0, 2.0], [127e-9, 127e-9]]
    assert found.step.shape == (2, 1)
