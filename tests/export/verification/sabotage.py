"""What a saboteur changes in a file before sealing it again: numbers of the payload, or what the contract says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_export import export, open_original
from tagship_export.data.golden_rows import record
from tagship_export.original.open_original import Original
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.constants import Constant
from tagship_export.targets.registry import target_of
from tagship_runtime import container
from tagship_runtime.contract import Contract
from tagship_runtime.contract.decode import read_features
from tagship_runtime.errors import EngineError, InputError

RECIPES, FORMATS = ("float32", "int8"), ("tflite", "onnx")
FILES = [f"{recipe}.{kind}" for recipe in RECIPES for kind in FORMATS]
"""What is sabotaged."""


def sound_files(run: Path, folders: pytest.TempPathFactory) -> Path:
    """A folder with :data:`FILES` of a run."""
    out = folders.mktemp("sound")
    export(run, out, recipes=RECIPES)
    return out


def both_originals(run: Path) -> dict[str, Original]:
    """A run, and its model as a bare Keras file."""
    return {"run": open_original(run), "bare": open_original(run / "model.keras")}


def sealed(payload: bytes, contract: Contract, forged: bool, recipe: str = "int8") -> bytes:
    """The artifact; forged so that it says of itself what it is now."""
    if not forged:
        return container.attach(payload, contract)
    target = target_of(payload)
    assert contract.golden is not None
    claims = replace(contract, recipe=recipe)
    runner = target.runner(payload, claims)
    try:
        golden = record(OpenArtifact(contract=claims, runner=runner), list(contract.golden.rows), 1.0)
    except (EngineError, InputError):
        golden = contract.golden
    return container.attach(payload, replace(claims, golden=golden))


def taken_apart(path: Path) -> tuple[bytes, Contract]:
    _, payload, contract = container.unpack(path.read_bytes())
    assert contract is not None
    return payload, contract


def middle(dtype: np.dtype[Any]) -> int:
    """The integer that stands for 0 among weights."""
    return 128 if dtype == np.uint8 else 0


def from_middle(values: np.ndarray) -> np.ndarray:
    """Numbers of steps from the one that stands for 0, which no type cuts off."""
    return values.astype(np.float64) - middle(values.dtype)


def negated(constant: Constant, place: int) -> bytes:
    values = constant.values.copy()
    negative = -from_middle(values)[place] + middle(values.dtype)
    values[place] = negative if values.dtype.kind == "f" else min(negative, np.iinfo(values.dtype).max)
    return constant.replaced(values)


def is_of_layers(constant: Constant) -> bool:
    """Weights and biases; not the scales of quantized numbers, which are float32 in a file of int8."""
    return constant.values.size > 1


def changed_weights(path: Path) -> list[tuple[str, bytes]]:
    """Payloads with the largest number of each weight matrix and of each bias negated."""
    payload, contract = taken_apart(path)
    quantized = contract.recipe == "int8"
    return [
        (constant.name, negated(constant, int(np.abs(from_middle(constant.values)).argmax())))
        for constant in target_of(payload).constants(payload)
        if is_of_layers(constant)
        and (constant.values.dtype.kind != "f") == quantized
        and from_middle(constant.values).any()
    ]


def jittered(constant: Constant) -> bytes:
    """Two steps up or down at three of four places, and the largest number negated among them."""
    random = np.random.default_rng(0)
    values = from_middle(constant.values)
    moved = values + random.choice([-2, 2], values.size) * (random.random(values.size) < 0.75)
    largest = int(np.abs(values).argmax())
    moved[largest] = -values[largest]
    dtype = constant.values.dtype
    return constant.replaced((np.clip(moved, -127, 127) + middle(dtype)).astype(dtype))


def with_dead_branch(payload: bytes) -> bytes:
    """An ONNX model with a matrix of int8 larger than all others, whose product adds as good as nothing."""
    import onnx
    from onnx import helper, numpy_helper

    proto = onnx.load_from_string(payload)
    graph, last = proto.graph, proto.graph.node[-1]
    width = graph.input[0].type.tensor_type.shape.dim[1].dim_value
    arrays = {
        "dead": np.ones((width, 4000), np.int8),
        "dead_scale": np.float32(1e-12),
        "dead_zero": np.int8(0),
        "nothing": np.float32(1e-30),
    }
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in arrays.items())
    last.output[0] = "before"
    graph.node.extend(
        [
            helper.make_node("DequantizeLinear", ["dead", "dead_scale", "dead_zero"], ["floats"]),
            helper.make_node("MatMul", [graph.input[0].name, "floats"], ["product"]),
            helper.make_node("ReduceMean", ["product"], ["mean"], keepdims=1, axes=[1]),
            helper.make_node("Mul", ["mean", "nothing"], ["small"]),
            helper.make_node("Add", ["before", "small"], [graph.output[0].name]),
        ]
    )
    return bytes(proto.SerializeToString(deterministic=True))


def thresholds(document: dict[str, Any]) -> None:
    document["thresholds"] = [value + 0.02 for value in document["thresholds"]]


def one_threshold(document: dict[str, Any]) -> None:
    document["thresholds"][1] -= 0.02


def labels(document: dict[str, Any]) -> None:
    document["labels"] = document["labels"][::-1]


def features(document: dict[str, Any]) -> None:
    document["features"] = document["features"][::-1]


def fill(document: dict[str, Any]) -> None:
    document["features"][0]["fill"] = 12.0


def words(document: dict[str, Any]) -> None:
    name = document["features"][0]["name"]
    document["features"][0] = {"name": name, "kind": "category", "values": ["6"]}


def source(document: dict[str, Any]) -> None:
    document["source"]["sha256"] = "0" * 64


def tolerance(document: dict[str, Any]) -> None:
    document["golden"]["tolerance"] = 1.0


def another_recipe(document: dict[str, Any]) -> None:
    document["recipe"] = "int8" if document["recipe"] == "float32" else "float32"


def golden_scores(document: dict[str, Any]) -> None:
    document["golden"]["scores"] = [[1 - score for score in row] for row in document["golden"]["scores"]]


CLAIMS: Mapping[Callable[[dict[str, Any]], None], tuple[str, str | None]] = {
    thresholds: ("threshold", "thresholds"),
    one_threshold: ("threshold", "thresholds"),
    labels: ("its labels are", "names and order of the labels"),
    features: ("other features", "features: names, order"),
    fill: ("other features", "features: names, order, kinds, fills"),
    words: ("other features", "features: names, order, kinds, words"),
    source: ("made from another model", None),
    tolerance: ("allow a difference of 1", None),
    another_recipe: ("its contract says that it is", None),
    golden_scores: ("golden rows do not repeat", None),
}
"""What a contract is made to say, what is said of that against a run, and what is told as nobody's against a bare file;
None where it fails there as well."""


def claiming(path: Path, change: Callable[[dict[str, Any]], None], forged: bool) -> bytes:
    payload, contract = taken_apart(path)
    document = contract.to_dict()
    change(document)
    changed = Contract.from_json(json.dumps(document))
    if not forged or change in (tolerance, golden_scores):
        return container.attach(payload, changed)
    golden = changed.golden
    assert golden is not None
    assert read_features(document["features"])
    return container.attach(payload, replace(changed, golden=replace(golden, described=changed.description)))


def with_range(payload: bytes, place: int, factor: float) -> bytes:
    """A model one of whose activations takes so many times the range, by its place among those that have one.

    What the operations around it hand on as it is takes the same range, so that the file is whole.
    """
    return (
        _with_range_of_onnx(payload, place, factor) if payload[4:8] != b"TFL3" else _of_tflite(payload, place, factor)
    )


def _with_range_of_onnx(payload: bytes, place: int, factor: float) -> bytes:
    import onnx

    proto = onnx.load_from_string(payload)
    constants = {tensor.name: tensor for tensor in proto.graph.initializer}
    rounded = [node for node in proto.graph.node if node.op_type == "QuantizeLinear" and node.input[0] not in constants]
    scale = constants[rounded[place].input[1]]
    values = onnx.numpy_helper.to_array(scale)
    scale.CopyFrom(onnx.numpy_helper.from_array((values * factor).astype(values.dtype), scale.name))
    return bytes(proto.SerializeToString(deterministic=True))


def _of_tflite(payload: bytes, place: int, factor: float) -> bytes:
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payload))
    tensors = [
        tensor
        for tensor in model.subgraphs[0].tensors
        if tensor.quantization is not None
        and tensor.quantization.scale is not None
        and len(tensor.quantization.scale) == 1
        and model.buffers[tensor.buffer].data is None
    ]
    scale = tensors[place].quantization.scale[0]
    for tensor in tensors:
        if tensor.quantization.scale[0] == scale:
            tensor.quantization.scale = np.array([scale * factor], np.float32)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def with_rounded_logits(payload: bytes, most: float) -> bytes:
    """An ONNX model whose logits pass through eight bits that hold no more than so much."""
    import onnx
    from onnx import helper, numpy_helper

    proto = onnx.load_from_string(payload)
    graph, last = proto.graph, proto.graph.node[-1]
    assert last.op_type == "Sigmoid"
    arrays = {"logits_scale": np.float32(most / 127), "logits_zero": np.int8(0)}
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in arrays.items())
    logits, last.input[0] = last.input[0], "rounded_logits"
    nodes = [
        helper.make_node("QuantizeLinear", [logits, *arrays], ["logits_as_integers"]),
        helper.make_node("DequantizeLinear", ["logits_as_integers", *arrays], ["rounded_logits"]),
    ]
    for place, node in enumerate(nodes):
        graph.node.insert(len(graph.node) - 1, node)
        assert graph.node[-2].op_type == nodes[place].op_type
    return bytes(proto.SerializeToString(deterministic=True))
