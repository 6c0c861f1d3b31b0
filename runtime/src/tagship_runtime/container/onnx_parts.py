"""Parts of an ONNX model that a search for loops walks through.

Field numbers: onnx.proto, messages NodeProto, AttributeProto and TensorProto.
"""

from __future__ import annotations

from collections.abc import Iterator

from tagship_runtime.container.base import ELSEWHERE
from tagship_runtime.container.protobuf import fields, integers

MOST_OPERATIONS = 1 << 24
"""Most operations that one call may run: those of a loop once for each step, of a function for each call."""

DEEPEST = 16
"""Graphs within graphs, and functions within functions."""

TENSOR = 5
"""Field of an attribute that holds a tensor."""

Operator = tuple[bytes, bytes]
"""Domain and name of an operator, or of a function that stands for one."""

_OPERATOR, _DOMAIN = 4, 7
_SUBGRAPH, _SUBGRAPHS = 6, 11
_INT64_DATA, _NAME, _RAW_DATA, _EXTERNAL = 7, 8, 9, 13


class FoundError(Exception):
    """Name of what was found."""


def parts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each field of a message, and the start and end of its value."""
    for number, _, first, last in fields(data, start, end):
        yield number, first, last


def subgraphs(data: bytes, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the graphs of an attribute.

    Raises:
        FoundError: It holds numbers of another file.
    """
    for kind, low, high in parts(data, first, last):
        if kind in (_SUBGRAPH, _SUBGRAPHS):
            yield low, high
        elif kind == TENSOR:
            tensor(data, low, high)


def tensor(data: bytes, start: int, end: int) -> tuple[bytes, int | None]:
    """Return a tensor's name, and its value where it is a single integer of 64 bits.

    Raises:
        FoundError: Its numbers are in another file.
    """
    name, found = b"", []
    for number, first, last in parts(data, start, end):
        if number == _EXTERNAL:
            raise FoundError(ELSEWHERE)
        if number == _NAME:
            name = data[first:last]
        elif number == _RAW_DATA:
            found.append([int.from_bytes(data[first:last], "little", signed=True)] if last - first == 8 else [])
        elif number == _INT64_DATA:
            found.append(integers(data, first, last))
    return name, found[0][0] if len(found) == 1 and len(found[0]) == 1 else None


def operators(data: bytes, node: list[tuple[int, int, int]]) -> set[Operator]:
    """Return the operators that a node may be read as: of several names or domains, each counts.

    Args:
        data: The model.
        node: What :func:`parts` gave for it.
    """
    names = {data[start:end] for number, start, end in node if number == _OPERATOR}
    domains = {data[start:end] for number, start, end in node if number == _DOMAIN} or {b""}
    return {(standard(domain), name) for name in names for domain in domains}


def standard(domain: bytes) -> bytes:
    """Return a domain by the one name that the standard's own has."""
    return b"" if domain == b"ai.onnx" else domain
