"""Where original and artifact part: intermediate values, layer by layer.

Layers are found by name. Keras opens a layer's scope when it builds and when it calls, so TensorFlow writes
``hidden_1`` where Keras says ``hidden``; converters keep these scopes in the names of values, and join those of
fused operations with ``;``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.source.tracing import INPUT, OUTPUT
from tagship_runtime.container import recognise
from tagship_runtime.engines.quantization import dequantize, quantize
from tagship_runtime.typing import Features

ROWS = 64
END = "the scores"
"""Stands for what comes after the last layer that could be matched."""

Values = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The first layer whose values differ.

    Attributes:
        layer: Its name in Keras.
        difference: Largest absolute difference.
        relative: The same over the standard deviation of the layer's values.
    """

    layer: str
    difference: float
    relative: float


def first_parting(model: Any, payload: bytes, features: Features, tolerance: float) -> Parting | None:
    """Find the first layer that differs by more than ``tolerance`` times its values' standard deviation.

    Args:
        model: Keras.
        payload: The artifact's model.
        features: Encoded rows; the first 64 are compared.
        tolerance: See above.

    Returns:
        None where no layer differs by so much, or where layers cannot be matched: in subclassed models, and
        where a recipe fuses or fixes what would have to be compared.
    """
    rows = features[:ROWS]
    try:
        wanted = _keras_values(model, rows)
        found = READERS[recognise(payload).name](payload, rows)
    except (AttributeError, ValueError, RuntimeError):  # no graph, a fixed batch, an engine that says no
        return None
    apart: dict[str, Parting] = {}
    matched = _by_layer(list(wanted), found)
    for layer, names in matched.items():
        want = wanted[layer]
        off = next((distance for name in names if (distance := _distance(want, found[name])) is not None), None)
        if off is not None and not off <= tolerance * (spread := float(want.std()) + 1e-9):
            apart[layer] = Parting(layer=layer, difference=off, relative=off / spread)
    for layer, parting in apart.items():
        # A converter may fold the end of a layer into the next one; where all that follows agrees, nothing parts.
        if layer == END or any(name in apart for name in _followers(model.get_layer(layer), matched)):
            return parting
    return None


def _followers(layer: Any, matched: Collection[str]) -> set[str]:
    """The next layers that could be matched, on every way to the end."""
    found: set[str] = set()
    waiting = [layer]
    while waiting:
        operations = [node.operation for node in waiting.pop()._outbound_nodes]
        found |= {operation.name for operation in operations if operation.name in matched} or (
            set() if operations else {END}
        )
        waiting += [operation for operation in operations if operation.name not in matched]
    return found


def _keras_values(model: Any, rows: Features) -> Values:
    """What each layer gives, in the order of execution."""
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    outputs = [*(layer.output for layer in layers), model.outputs[0]]
    values = keras.Model(model.inputs[0], outputs)(rows, training=False)
    return {name: np.asarray(value) for name, value in zip([*(la.name for la in layers), END], values, strict=True)}


def _litert_values(payload: bytes, rows: Features) -> Values:
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    engine = Interpreter(
        model_content=payload,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    into = engine.get_input_details()[0]
    engine.resize_tensor_input(into["index"], rows.shape)
    engine.allocate_tensors()
    dtype, (scale, zero_point) = np.dtype(into["dtype"]), into["quantization"]
    engine.set_tensor(into["index"], quantize(rows, scale, zero_point, dtype) if dtype.kind in "iu" else rows)
    engine.invoke()
    details = {detail["index"]: detail for detail in engine.get_tensor_details()}
    graph = schema.Model.GetRootAs(payload, 0).Subgraphs(0)
    found = {}
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        for index in operator.OutputsAsNumpy().tolist():
            value = engine.get_tensor(index)
            scale, zero_point = details[index]["quantization"]
            found[details[index]["name"]] = dequantize(value, scale, zero_point) if scale else value
    return found


def _onnx_values(payload: bytes, rows: Features) -> Values:
    import onnx
    import onnxruntime

    proto = onnx.load_from_string(payload)
    names = [name for node in proto.graph.node for name in node.output if name]
    known = {value.name for value in proto.graph.output}
    proto.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip(names, session.run(names, {INPUT: rows}), strict=True))


READERS: Mapping[str, Callable[[bytes, Features], Values]] = {"tflite": _litert_values, "onnx": _onnx_values}


def _by_layer(layers: list[str], values: Values) -> dict[str, list[str]]:
    """Names of values by layer, the last first; both are in the order of execution, so scopes are taken in turn."""
    scopes: dict[str, list[str]] = {}
    for name in values:
        for part in name.split(";"):
            for scope in part.split("/")[:-1]:
                scopes.setdefault(scope, [])
    position = {scope: place for place, scope in enumerate(scopes)}
    for name, value in values.items():
        owners = [part.split("/")[-2] for part in name.split(";") if "/" in part]
        if owners and value.dtype == np.float32:  # a fused value belongs to the last layer in it
            scopes[max(owners, key=position.__getitem__)].append(name)
    found: dict[str, list[str]] = {}
    for layer in layers:
        pattern = re.compile(re.escape(layer) + r"(_\d+)*")
        own = next((scope for scope in scopes if pattern.fullmatch(scope)), None)
        if own is not None:
            found[layer] = scopes.pop(own)[::-1]
    return found | {END: [OUTPUT]}


def _distance(want: NDArray[Any], got: NDArray[Any]) -> float | None:
    """Largest difference, in either order of the channels; None where the shapes do not fit."""
    views = [got] if got.ndim < 3 else [got, np.moveaxis(got, 1, -1)]
    views += [
        np.squeeze(view, axis)  # a signal that was made an image
        for view in list(views)
        for axis in (1, 2)
        if view.ndim == want.ndim + 1 == 4 and view.shape[axis] == 1
    ]
    distances = [float(np.abs(view - want).max()) for view in views if view.shape == want.shape]
    return min(distances, default=None)
