"""Engines that stand in where the one that artifacts are proved with is not installed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx as onnx_package
import pytest

import tagship_runtime
from export.models import MODELS
from tagship_runtime import container
from tagship_runtime.engines import numpy_onnx, onnx
from tagship_runtime.engines.tflite_runtime import refuse_dynamic
from tagship_runtime.errors import EngineError, PackageMissingError
from tagship_runtime.typing import Features

DENSE = ("article", "raw_ranges", "normalised", "one_label", "many_labels", "ensemble")
NEAR = 1e-6  # measured, the most over all models: 2.4e-7


@pytest.fixture
def no_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # what an import of an absent package looks like


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("rows", [1, 600])
def test_numpy_alone_scores_as_onnx_runtime(name: str, rows: int) -> None:
    from tagship_export.targets.onnx.convert import convert

    model, features = MODELS[name]()
    payload = convert(model)
    engines: list[Any] = [onnx.load(payload), numpy_onnx.load(payload)]
    assert engines[0].input == engines[1].input
    assert engines[0].output == engines[1].output
    scores = []
    for engine in engines:
        session = engine.session(1)
        session.resize(rows)
        session.input[...] = features[:rows]
        session.invoke()
        scores.append(session.output)
    assert scores[1].dtype == np.float32
    np.testing.assert_allclose(scores[1], scores[0], rtol=0, atol=NEAR, equal_nan=False)


@pytest.mark.parametrize("recipe", ["float32", "float16"])
def test_runs_do_without_onnx_runtime(
    recipe: str, scaled_run: Path, tmp_path: Path, rows: Features, no_onnxruntime: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.delitem(sys.modules, "onnxruntime")
        from tagship_export import export

        (artifact,) = export(scaled_run, tmp_path, formats=["onnx"], recipes=[recipe])
        want = tagship_runtime.load(artifact.path).predict_proba(rows)
    model = tagship_runtime.load(artifact.path)
    assert model.engine.name == "NumPy"
    test = model.selftest()
    assert test.passed
    assert test.engine == f"NumPy {np.__version__}"
    np.testing.assert_allclose(model.predict_proba(rows), want, rtol=0, atol=NEAR, equal_nan=False)
    assert model.predict_one(rows[0].tolist()) == model.predict_labels(rows[:1])[0]


def test_it_stays_the_second_choice(artifacts: dict[tuple[str, str], Path]) -> None:
    assert tagship_runtime.load(artifacts["plain", "onnx"]).engine.name == "ONNX Runtime"
    assert tagship_runtime.load(artifacts["plain", "tflite"]).engine.name == "LiteRT"


def test_golden_rows_have_to_pass_first(artifacts: dict[tuple[str, str], Path], no_onnxruntime: None) -> None:
    _, payload, contract = container.unpack(artifacts["plain", "onnx"].read_bytes())
    assert contract is not None
    assert contract.golden is not None
    off = tuple(tuple(min(score + 1e-3, 1) for score in row) for row in contract.golden.scores)
    changed = replace(contract, golden=replace(contract.golden, scores=off))
    with pytest.raises(EngineError, match=r"NumPy computes something else .* off by 0\.001"):
        tagship_runtime.load(container.attach(payload, changed))


def test_without_golden_rows_nothing_stands_in(artifacts: dict[tuple[str, str], Path], no_onnxruntime: None) -> None:
    _, payload, contract = container.unpack(artifacts["plain", "onnx"].read_bytes())
    assert contract is not None
    with pytest.raises(EngineError, match="has none"):
        tagship_runtime.load(container.attach(payload, replace(contract, golden=None)))
    with pytest.raises(EngineError, match="has none"):
        tagship_runtime.load(payload, labels=["a", "b", "c"])


def test_what_numpy_cannot_compute_names_the_package(every_kind: dict[str, Path], no_onnxruntime: None) -> None:
    with pytest.raises(PackageMissingError, match=r"NumPy alone computes no Conv, .*'tagship-runtime\[onnx\]'"):
        tagship_runtime.load(every_kind["one image float32.onnx"])


@pytest.mark.parametrize("cut", [0.001, 0.1, 0.5, 0.9])
def test_damaged_graphs(cut: float, artifacts: dict[tuple[str, str], Path]) -> None:
    payload = container.unpack(artifacts["plain", "onnx"].read_bytes()).payload
    with pytest.raises(EngineError, match="cannot be read"):
        numpy_onnx.load(payload[: int(len(payload) * cut)])


@pytest.mark.parametrize(("recipe", "refused"), [("dynamic_int8", True), ("int8", False), ("float16", False)])
def test_hybrid_products_are_refused_by_their_tensors(
    recipe: str, refused: bool, scaled_run: Path, tmp_path: Path
) -> None:
    from ai_edge_litert.interpreter import Interpreter

    from tagship_export import export

    (artifact,) = export(scaled_run, tmp_path, formats=["tflite"], recipes=[recipe])
    interpreter = Interpreter(model_path=str(artifact.path))
    interpreter.allocate_tensors()
    if refused:
        with pytest.raises(EngineError, match="dynamic_int8"):
            refuse_dynamic(interpreter)
    else:
        refuse_dynamic(interpreter)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("keep", [1, 0])
def test_rows_divided_by_their_length(rows: int, keep: int) -> None:
    """What graphs of texts do: log(1 + count), and the weights of a row divided by their length."""
    make = onnx_package.helper
    float32 = onnx_package.TensorProto.FLOAT
    nodes = [
        make.make_node("Add", ["x", "one"], ["more"]),
        make.make_node("Log", ["more"], ["weights"]),
        make.make_node("Mul", ["weights", "weights"], ["squares"]),
        make.make_node("ReduceSum", ["squares", "axes"], ["sums"], keepdims=keep),
        make.make_node("Add", ["sums", "one"], ["positive"]),
        make.make_node("Sqrt", ["positive"], ["lengths"]),
        *([make.make_node("Div", ["weights", "lengths"], ["y"])] if keep else []),
        *([make.make_node("Identity", ["lengths"], ["y"])] if not keep else []),
    ]
    graph = make.make_graph(
        nodes,
        "g",
        [make.make_tensor_value_info("x", float32, [None, 3])],
        [make.make_tensor_value_info("y", float32, [None, 3] if keep else [None])],
        [
            onnx_package.numpy_helper.from_array(np.ones(1, np.float32), "one"),
            onnx_package.numpy_helper.from_array(np.array([1]), "axes"),
        ],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 18)], ir_version=9)
    counts = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3)
    found = numpy_onnx.load(model.SerializeToString()).compute(counts)
    weights = np.log1p(counts.astype(np.float64))
    lengths = np.sqrt((weights**2).sum(axis=1, keepdims=True) + 1)
    np.testing.assert_allclose(found, weights / lengths if keep else lengths[:, 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "cut"),
    [
        (([1], [3], [1]), np.s_[:, 1:3]),
        (([0, -2], [2, 2**62], [0, 1]), np.s_[0:2, -2:]),
        (([1, 0], [2, 9]), np.s_[1:2, 0:9]),
        (([0], [5], [1], [2]), np.s_[:, 0:5:2]),
    ],
)
def test_slices_are_numpys(given: tuple[list[int], ...], cut: Any) -> None:
    make = onnx_package.helper
    names = ["starts", "ends", "axes", "steps"][: len(given)]
    rows = np.arange(15, dtype=np.float32).reshape(3, 5)
    graph = make.make_graph(
        [make.make_node("Slice", ["x", *names], ["y"])],
        "g",
        [make.make_tensor_value_info("x", onnx_package.TensorProto.FLOAT, [None, 5])],
        [make.make_tensor_value_info("y", onnx_package.TensorProto.FLOAT, [None, rows[cut].shape[1]])],
        [onnx_package.numpy_helper.from_array(np.array(own), name) for own, name in zip(given, names, strict=True)],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 18)], ir_version=9)
    np.testing.assert_array_equal(numpy_onnx.load(model.SerializeToString()).compute(rows), rows[cut])
