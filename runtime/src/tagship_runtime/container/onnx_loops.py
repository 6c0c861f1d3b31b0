"""Operations of an ONNX model that may never end, and files that it reads besides its own bytes.

Field numbers: onnx.proto, messages ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto and FunctionProto.
Of a field that stands several times, each counts: readers may take the last or merge them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagship_runtime.container.protobuf import fields, integers

MOST_STEPS = 1 << 20
"""Most steps of a loop, or of loops within each other."""

DEEPEST = 16
"""Graphs within graphs."""

_GRAPH, _FUNCTION = 7, 25
_NODE, _INITIALIZER, _GRAPH_INPUT = 1, 5, 11
_FUNCTION_NODE = 7
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_TENSOR, _SUBGRAPH, _SUBGRAPHS = 5, 6, 11
_INT64_DATA, _NAME, _RAW_DATA, _EXTERNAL = 7, 8, 9, 13


def unbounded(payload: bytes) -> str | None:
    """Tell what a model might do for ever or read elsewhere; None where there is nothing of the kind.

    Recurrent layers become loops of as many steps as their input has, which the file states; those pass.
    """
    if b"Loop" not in payload and b"location" not in payload:  # names of the operator, and of where numbers lie
        return None
    try:
        for number, start, end in _parts(payload, 0, len(payload)):
            if number == _GRAPH:
                _check_graph(payload, start, end, {}, 1, 0)
            elif number == _FUNCTION:
                _check_function(payload, start, end)
    except _FoundError as found:
        return str(found)
    except ValueError as error:  # an engine may read what is not read here
        return f"cannot be searched for loops: {error}"
    return None


class _FoundError(Exception):
    """Name of what was found."""


def _parts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    for number, _, first, last in fields(data, start, end):
        yield number, first, last


def _check_graph(data: bytes, start: int, end: int, outer: Mapping[bytes, int], steps: int, depth: int) -> None:
    if depth > DEEPEST:
        raise _FoundError(f"has graphs within graphs, more than {DEEPEST} deep")
    parts = list(_parts(data, start, end))
    own = [
        data[low:high]
        for number, first, last in parts
        if number == _GRAPH_INPUT and depth
        for kind, low, high in _parts(data, first, last)
        if kind == 1
    ]  # what a loop passes in, whatever is outside
    constants = {name: value for name, value in outer.items() if name not in own}
    for number, first, last in parts:
        if number == _INITIALIZER:
            _add_constant(constants, *_tensor(data, first, last))
        elif number == _NODE:
            _add_constant_node(data, first, last, constants)
    for number, first, last in parts:
        if number == _NODE:
            _check_node(data, first, last, constants, steps, depth)


def _check_node(data: bytes, start: int, end: int, constants: Mapping[bytes, int], steps: int, depth: int) -> None:
    parts = list(_parts(data, start, end))
    if any(number == _OPERATOR and data[first:last] == b"Loop" for number, first, last in parts):
        count = next((data[first:last] for number, first, last in parts if number == _INPUT), b"")
        if count not in constants:
            raise _FoundError("has a Loop that does not state how many steps it takes, so it may never end")
        steps *= max(constants[count], 1)
        if steps > MOST_STEPS:
            raise _FoundError(f"has loops of {steps:,} steps")
    for number, first, last in parts:
        if number == _ATTRIBUTE:
            for kind, low, high in _parts(data, first, last):
                if kind in (_SUBGRAPH, _SUBGRAPHS):
                    _check_graph(data, low, high, constants, steps, depth + 1)
                elif kind == _TENSOR:
                    _tensor(data, low, high)


def _check_function(data: bytes, start: int, end: int) -> None:
    """Refuse a loop in a function, which may be called from others any number of times."""
    for number, first, last in _parts(data, start, end):
        if number == _FUNCTION_NODE:
            for kind, low, high in _parts(data, first, last):
                if kind == _OPERATOR and data[low:high] == b"Loop":
                    raise _FoundError("has a Loop in a function")
            _check_node(data, first, last, {}, 1, 0)


def _add_constant_node(data: bytes, start: int, end: int, constants: dict[bytes, int]) -> None:
    parts = list(_parts(data, start, end))
    if not any(number == _OPERATOR and data[first:last] == b"Constant" for number, first, last in parts):
        return
    values = [
        _tensor(data, low, high)[1]
        for number, first, last in parts
        if number == _ATTRIBUTE
        for kind, low, high in _parts(data, first, last)
        if kind == _TENSOR
    ]
    for number, first, last in parts:
        if number == _OUTPUT and len(values) == 1:
            _add_constant(constants, data[first:last], values[0])


def _add_constant(constants: dict[bytes, int], name: bytes, value: int | None) -> None:
    if value is not None:
        constants[name] = max(value, constants.get(name, 0))


def _tensor(data: bytes, start: int, end: int) -> tuple[bytes, int | None]:
    """Return a tensor's name, and its value where it is a single integer of 64 bits."""
    name, found = b"", []
    for number, first, last in _parts(data, start, end):
        if number == _EXTERNAL:
            raise _FoundError("keeps numbers in another file, which no digest covers")
        if number == _NAME:
            name = data[first:last]
        elif number == _RAW_DATA:
            found.append([int.from_bytes(data[first:last], "little", signed=True)] if last - first == 8 else [])
        elif number == _INT64_DATA:
            found.append(integers(data, first, last))
    return name, found[0][0] if len(found) == 1 and len(found[0]) == 1 else None
