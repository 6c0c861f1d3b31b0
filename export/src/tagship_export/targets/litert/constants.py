"""Constants of a .tflite model, each of which can be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.constants import FLOATS, Constant

INTEGERS = frozenset({"int8", "uint8", "int16", "int32", "int64"})
"""Types of weights and biases where they have a scale; without one they are shapes and places."""


def constants(payload: bytes) -> Iterator[Constant]:
    """Yield weights, biases and the constants of scaling; see :class:`tagship_export.targets.base.Target`."""
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name.lower() for name, value in vars(schema.TensorType).items() if not name.startswith("_")}
    model = schema.Model.GetRootAs(payload, 0)
    seen: set[int] = set()
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            kind, number = names[tensor.Type()], tensor.Buffer()
            scaled = tensor.Quantization() is not None and tensor.Quantization().ScaleLength() > 0
            if number in seen or not (kind in FLOATS or (kind in INTEGERS and scaled)):
                continue
            place = _place(model.Buffers(number))
            if place is None:
                continue
            seen.add(number)
            start, size = place
            values = np.frombuffer(payload, kind, size // np.dtype(kind).itemsize, start)
            shape = tuple(tensor.ShapeAsNumpy().tolist()) if tensor.ShapeLength() else ()
            scale, zero_point = _scaling(tensor.Quantization(), shape) if scaled else (None, None)
            yield Constant(
                name=tensor.Name().decode(),
                values=values,
                replaced=partial(_replaced, payload, start),
                shape=shape,
                scale=scale,
                zero_point=zero_point,
            )


def _scaling(quantization: Any, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scale and zero point of each number."""
    parts = [quantization.ScaleAsNumpy(), quantization.ZeroPointAsNumpy()]
    axis = quantization.QuantizedDimension()
    wide = [size if place == axis else 1 for place, size in enumerate(shape)]
    scale, zero = (
        np.broadcast_to(np.reshape(part, wide if np.size(part) > 1 else ()), shape).astype(np.float64)
        for part in (parts[0], parts[1] if np.size(parts[1]) else np.zeros(1))
    )
    return scale, zero


def _place(buffer: Any) -> tuple[int, int] | None:
    """Return where the bytes of a constant stand, and how many there are; None of a value that is computed."""
    if not buffer.DataLength():
        return None
    table = buffer._tab
    return int(table.Vector(table.Offset(4))), int(buffer.DataLength())


def _replaced(payload: bytes, start: int, values: NDArray[Any]) -> bytes:
    stored = values.tobytes()
    return payload[:start] + stored + payload[start + len(stored) :]
