"""Changes of tables in .tflite models of integers from end to end, which have the scale of what they give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.verification.sabotaged_graphs import read, written
from tagship_export.targets.float_graph import FloatGraph, Numbers
from tagship_export.targets.litert.float_graph import PRODUCTS, float_graph


def with_steps(payload: bytes, float32: bytes, factor: float, place: int = 0) -> bytes:
    """A model one of whose tables has steps so many times as far apart, by its place among them.

    All that shares its scale follows, constants and biases are rounded from the original's anew, so that each is
    within half a step of its own, and nothing but the step tells.
    """
    model = read(payload)
    table = _tables(model)[place]
    alike = [tensor for tensor in model.subgraphs[0].tensors if _scaling(tensor) == _scaling(table)]
    for tensor in alike:
        tensor.quantization.scale = np.asarray(tensor.quantization.scale, np.float32) * np.float32(factor)
    for name, inputs, exact in _taken(model, float_graph(payload), float_graph(float32)):
        for tensor, value in zip(inputs, exact, strict=False):
            if isinstance(value, Numbers) and any(tensor is one for one in alike):
                _store(model, tensor, value.values)
        if name in PRODUCTS:
            rows, weights, bias = (inputs[index] for index in PRODUCTS[name] if index < len(inputs))
            value = exact[PRODUCTS[name][2]]
            if isinstance(value, Numbers) and any(rows is one for one in alike):
                bias.quantization.scale = np.float32(rows.quantization.scale[0]) * weights.quantization.scale
                _store(model, bias, value.values)
    return written(model)


def with_one_number(payload: bytes, place: int = 0) -> bytes:
    """A model one of whose tables has another number in its middle, two steps from its own."""
    model = read(payload)
    table = _tables(model)[place]
    numbers = _integers(model, table).copy()
    middle = numbers.size // 2
    numbers.flat[middle] += 2 if numbers.flat[middle] < 100 else -2
    model.buffers[table.buffer].data = np.frombuffer(numbers.tobytes(), np.uint8)
    return written(model)


def _tables(model: Any) -> list[Any]:
    """Tensors of integers that are looked up in."""
    return [inputs[0] for name, inputs in _operators(model) if name == "GATHER" and _is_stored(model, inputs[0])]


def _operators(model: Any) -> Iterator[tuple[str, list[Any]]]:
    from ai_edge_litert import schema_py_generated as schema

    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if name[0] != "_"}
    codes = [names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    graph = model.subgraphs[0]
    for one in graph.operators:
        yield codes[one.opcodeIndex], [graph.tensors[index] for index in one.inputs]


def _taken(model: Any, stored: FloatGraph, exact: FloatGraph) -> Iterator[tuple[str, list[Any], tuple[Any, ...]]]:
    """Operations, the tensors that they take, and what the original's take in their places."""
    graph = model.subgraphs[0]
    makers = {graph.tensors[one.outputs[0]].name.decode(): one for one in graph.operators}
    for operation, original in zip(stored.operations, exact.operations, strict=True):
        inputs = [graph.tensors[index] for index in makers[operation.names[0]].inputs]
        yield operation.name, inputs, original.inputs


def _scaling(tensor: Any) -> tuple[float, int] | None:
    """Scale and zero point of a tensor that has one for all its numbers."""
    known = tensor.quantization
    if known is None or known.scale is None or len(known.scale) != 1:
        return None
    return float(known.scale[0]), int(known.zeroPoint[0])


def _is_stored(model: Any, tensor: Any) -> bool:
    from ai_edge_litert import schema_py_generated as schema

    return bool(tensor.type == schema.TensorType.INT8 and model.buffers[tensor.buffer].data is not None)


def _integers(model: Any, tensor: Any) -> NDArray[np.int8]:
    return np.frombuffer(bytes(bytearray(model.buffers[tensor.buffer].data)), np.int8).reshape(tensor.shape)


def _store(model: Any, tensor: Any, values: NDArray[np.float64]) -> None:
    kind = np.int8 if _is_stored(model, tensor) else np.int32
    scale, zero = np.asarray(tensor.quantization.scale, np.float64), np.asarray(tensor.quantization.zeroPoint)
    limits = np.iinfo(kind)
    stored = np.clip(np.rint(values / scale) + zero, limits.min, limits.max).astype(kind)
    model.buffers[tensor.buffer].data = np.frombuffer(stored.tobytes(), np.uint8)
