"""Constants of an ONNX model, each of which can be replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.constants import FLOATS, Constant

INTEGERS = frozenset({"int8", "uint8", "int16", "int32"})
SCALED = frozenset(
    {"DequantizeLinear", "MatMulInteger", "ConvInteger", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"}
)
"""Operations whose integers are numbers by a scale; others take shapes and places."""


def constants(payload: bytes) -> Iterator[Constant]:
    """Yield weights, biases and the constants of scaling; see :class:`tagship_export.targets.base.Target`."""
    import onnx

    graph = onnx.load_from_string(payload).graph
    scaled = {name for node in graph.node if node.op_type in SCALED for name in node.input[:2]}
    stored = {tensor.name: tensor for tensor in graph.initializer}
    steps = {node.input[0]: node for node in graph.node if node.op_type == "DequantizeLinear"}
    for place, tensor in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        kind = values.dtype.name
        if values.size and (kind in FLOATS or (kind in INTEGERS and tensor.name in scaled)):
            known = tensor.name in steps and kind in INTEGERS
            scale, zero_point = _scaling(steps[tensor.name], stored, values.shape) if known else (None, None)
            yield Constant(
                name=tensor.name,
                values=values.ravel(),
                replaced=partial(_replaced, payload, place),
                shape=values.shape,
                scale=scale,
                zero_point=zero_point,
            )


def _scaling(
    node: Any, stored: Mapping[str, Any], shape: tuple[int, ...]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return scale and zero point of each number that a node turns into a float."""
    import onnx

    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    wide = [size if place == axis % max(len(shape), 1) else 1 for place, size in enumerate(shape)]
    parts: list[NDArray[np.float64] | None] = []
    for name in [*node.input[1:], ""][:2]:
        if name not in stored:
            parts.append(None)
            continue
        part = onnx.numpy_helper.to_array(stored[name]).astype(np.float64)
        parts.append(np.broadcast_to(part.reshape(wide if part.size > 1 else ()), shape))
    return parts[0], parts[1]


def _replaced(payload: bytes, place: int, values: NDArray[Any]) -> bytes:
    import onnx

    proto = onnx.load_from_string(payload)
    tensor = proto.graph.initializer[place]
    tensor.CopyFrom(onnx.numpy_helper.from_array(values.reshape(tuple(tensor.dims)), tensor.name))
    return bytes(proto.SerializeToString(deterministic=True))
