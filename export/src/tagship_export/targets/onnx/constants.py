"""Constants of an ONNX model, each of which can be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from numpy.typing import NDArray

from tagship_export.targets.constants import Constant

FLOATS = frozenset({"float32", "float16"})
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
    for place, tensor in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(tensor).ravel()
        kind = values.dtype.name
        if values.size and (kind in FLOATS or (kind in INTEGERS and tensor.name in scaled)):
            yield Constant(name=tensor.name, values=values, replaced=partial(_replaced, payload, place))


def _replaced(payload: bytes, place: int, values: NDArray[Any]) -> bytes:
    import onnx

    proto = onnx.load_from_string(payload)
    tensor = proto.graph.initializer[place]
    tensor.CopyFrom(onnx.numpy_helper.from_array(values.reshape(tuple(tensor.dims)), tensor.name))
    return bytes(proto.SerializeToString(deterministic=True))
