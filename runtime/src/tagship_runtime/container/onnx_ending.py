"""ONNX models that end before their last sigmoids: the same nodes, but another output of the graph.

Field numbers: onnx.proto, messages ModelProto, GraphProto, NodeProto, TensorProto and ValueInfoProto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from math import prod

from tagship_runtime.container.ending import Graph, sigmoids
from tagship_runtime.container.protobuf import delimited, fields, integers

_GRAPH, _NODE, _INITIALIZER, _OUTPUT = 7, 1, 5, 12
_TAKES, _GIVES, _OPERATOR, _DOMAIN = 1, 2, 4, 7
_DIMS, _DATA_TYPE, _FLOAT_DATA, _TENSOR_NAME, _RAW_DATA = 1, 2, 4, 8, 9
_NAME, _FLOAT32 = 1, 1

_KINDS: Mapping[bytes, str] = {
    b"Add": "sum",
    b"Div": "quotient",
    b"Identity": "same",
    b"Mul": "product",
    b"Sigmoid": "sigmoid",
    b"Sum": "sum",
}


def before_sigmoids(payload: bytes) -> list[tuple[float, bytes]]:
    """Return, for each sigmoid at the end, its share in the scores, and a model that gives what it takes.

    Raises:
        ValueError: The model is damaged.
    """
    graphs = [value for number, _, value in _parts(payload) if number == _GRAPH]
    if len(graphs) != 1:
        return []
    outputs = [value for number, _, value in _parts(graphs[0]) if number == _OUTPUT]
    if len(outputs) != 1:
        return []
    found = sigmoids(_graph(graphs[0], _name(outputs[0], _NAME)))
    return [(share, _replaced(payload, _GRAPH, _ending_in(graphs[0], name))) for share, name in found]


def _parts(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the number of each field, all of its bytes, and its value; numbers stay as they are stored."""
    for number, start, first, end in fields(data, 0, len(data)):
        yield number, data[start:end], data[first:end]


def _name(message: bytes, field: int) -> bytes:
    return b"".join(value for number, _, value in _parts(message) if number == field)


def _graph(graph: bytes, output: bytes) -> Graph[bytes]:
    producers, constants = {}, {}
    for number, _, value in _parts(graph):
        if number == _INITIALIZER:
            constants[_name(value, _TENSOR_NAME)] = value
        elif number == _NODE:
            taken = tuple(each for field, _, each in _parts(value) if field == _TAKES)
            given = [each for field, _, each in _parts(value) if field == _GIVES]
            kind = _KINDS.get(_name(value, _OPERATOR))
            if kind is not None and len(given) == 1 and _name(value, _DOMAIN) in (b"", b"ai.onnx"):
                producers[given[0]] = kind, taken
    return Graph(output=output, producers=producers, constant=lambda name: _number(constants.get(name)))


def _number(tensor: bytes | None) -> float | None:
    """Return the number that a tensor of one is in float32; None for any other."""
    if tensor is None:
        return None
    sizes: list[int] = []
    kind, content = 0, b""
    for number, _, value in _parts(tensor):
        if number == _DIMS:
            sizes += integers(value, 0, len(value))
        elif number == _DATA_TYPE:
            (kind,) = integers(value, 0, len(value))
        elif number in (_FLOAT_DATA, _RAW_DATA):
            content += value
    if kind != _FLOAT32 or prod(sizes) != 1 or len(content) != 4:
        return None
    return float(struct.unpack("<f", content)[0])


def _ending_in(graph: bytes, name: bytes) -> bytes:
    """Return a graph whose output is another tensor of the same type and shape."""
    output = next(value for number, _, value in _parts(graph) if number == _OUTPUT)
    rest = b"".join(whole for number, whole, _ in _parts(output) if number != _NAME)
    return _replaced(graph, _OUTPUT, delimited(_NAME, name) + rest)


def _replaced(message: bytes, field: int, value: bytes) -> bytes:
    return b"".join(delimited(field, value) if number == field else whole for number, whole, _ in _parts(message))
