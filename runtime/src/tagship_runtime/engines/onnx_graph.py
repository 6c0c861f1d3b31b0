"""Reading an ONNX graph without packages: nodes, constants, input and output.

Field numbers: onnx.proto, messages ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and ValueInfoProto.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.container.protobuf import fields, integers, varint
from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DTYPES: Mapping[int, str] = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16", 11: "float64"}
"""NumPy's names for TensorProto.DataType."""

_STORED = {1: (4, "<f4"), 11: (10, "<f8")}
"""Fields of a tensor that hold packed numbers of their own type, where ``raw_data`` does not."""

_RAW = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation.

    Attributes:
        operator: Its type.
        inputs: Names of values; empty where an optional one is absent.
        output: Name of the first value that it gives.
        attributes: Floats, integers and lists of integers by name.
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole model of one input and one output.

    Attributes:
        nodes: In the order of their computation.
        constants: By name.
        input: The tensor that takes the features.
        output: The tensor that holds the scores.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]
    input: TensorSpec
    output: TensorSpec


def read_graph(payload: bytes, check: Callable[[Sequence[Node]], None] = lambda nodes: None) -> Graph:
    """Read a model.

    Args:
        payload: Its bytes.
        check: Raises where a node is none that can be computed; called before constants are read.

    Raises:
        EngineError: It is damaged, has other tensors than this reads, or several inputs or outputs.
    """
    try:
        graph = next(value for number, value in _message(payload) if number == 7)
        parts: dict[int, list[bytes]] = {}
        for number, value in _message(graph):
            parts.setdefault(number, []).append(value)
        nodes = tuple(_node(value) for value in parts.get(1, ()))
        check(nodes)
        constants = dict(_tensor(value) for value in parts.get(5, ()))
        inputs = [spec for spec in map(_spec, parts.get(11, ())) if spec.name not in constants]
        outputs = [_spec(value) for value in parts.get(12, ())]
    except (ValueError, StopIteration, struct.error, UnicodeDecodeError) as error:
        raise EngineError(f"the ONNX graph cannot be read: {error}") from error
    if len(inputs) != 1 or len(outputs) != 1:
        raise EngineError(
            f"the model has {len(inputs)} inputs and {len(outputs)} outputs; one each is what tagship runs"
        )
    return Graph(nodes=nodes, constants=constants, input=inputs[0], output=outputs[0])


def _message(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield field numbers and values: bytes, or an unsigned integer where that is what a field holds."""
    for number, start, first, end in fields(data, 0, len(data)):
        wire_type = varint(data, start, end)[0] & 7
        yield number, varint(data, first, end)[0] if wire_type == 0 else data[first:end]


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _integers(value: Any) -> list[int]:
    """Return one integer, or several that are packed."""
    return [_signed(value)] if isinstance(value, int) else integers(value, 0, len(value))


def _tensor(data: bytes) -> tuple[str, NDArray[Any]]:
    shape: list[int] = []
    kind, name, content = 0, "", {}
    for number, value in _message(data):
        match number:
            case 1:
                shape += _integers(value)
            case 2:
                kind = value
            case 8:
                name = value.decode()
            case _:
                content[number] = value
    if kind not in DTYPES:
        raise ValueError(f"constant {name!r} is of data type {kind}")
    field, dtype = (_RAW, np.dtype(DTYPES[kind]).newbyteorder("<"))
    if _RAW not in content and kind in _STORED and shape:
        field, dtype = _STORED[kind][0], np.dtype(_STORED[kind][1])
    if field not in content and np.prod(shape) != 0:
        raise ValueError(f"constant {name!r} is stored in a way that is not read here")
    values = np.frombuffer(content.get(field, b""), dtype)
    return name, values.reshape(shape).astype(DTYPES[kind])


def _node(data: bytes) -> Node:
    names: dict[int, list[str]] = {1: [], 2: [], 4: [], 7: []}
    attributes: dict[str, Any] = {}
    for number, value in _message(data):
        if number in names:
            names[number].append(value.decode())
        elif number == 5:
            name, found = _attribute(value)
            attributes[name] = found
    operator = "".join(names[4])
    domain = "".join(names[7])
    return Node(
        operator=operator if domain in ("", "ai.onnx") else f"{domain}.{operator}",
        inputs=tuple(names[1]),
        output=names[2][0],
        attributes=attributes,
    )


def _attribute(data: bytes) -> tuple[str, Any]:
    name, found, several = "", None, []
    for number, value in _message(data):
        match number:
            case 1:
                name = value.decode()
            case 2:
                found = struct.unpack("<f", value)[0]
            case 3:
                found = _signed(value)
            case 8:
                several += _integers(value)
    return name, several or found


def _spec(data: bytes) -> TensorSpec:
    value = dict(_message(data))
    tensor = dict(_message(dict(_message(value[2]))[1]))
    shape: list[int | None] = []
    for number, dimension in _message(tensor.get(2, b"")):
        if number == 1:
            shape.append(dict(_message(dimension)).get(1))
    return TensorSpec(name=value[1].decode(), dtype=DTYPES.get(tensor[1], str(tensor[1])), shape=tuple(shape))
