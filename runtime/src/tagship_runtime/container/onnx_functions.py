"""Functions of an ONNX model, which engines put in place of each call: a few bytes may become nodes without end.

Field numbers: onnx.proto, messages FunctionProto and NodeProto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagship_runtime.container.onnx_parts import DEEPEST, MOST_OPERATIONS, FoundError, parts, subgraphs

_NAME, _FUNCTION_NODE = 1, 7
_GRAPH_NODE, _OPERATOR, _ATTRIBUTE = 1, 4, 5


def costs(payload: bytes, functions: list[tuple[int, int]]) -> Mapping[bytes, int]:
    """Return how many operations a call of each function is, by its name, whatever its domain.

    Args:
        payload: The model.
        functions: Start and end of each.

    Raises:
        FoundError: One has a loop, calls itself, or is too many operations.
    """
    nodes: dict[bytes, list[bytes]] = {}
    for start, end in functions:
        names: list[bytes] = []
        called: list[bytes] = []
        for number, first, last in parts(payload, start, end):
            if number == _NAME:
                names.append(payload[first:last])
            elif number == _FUNCTION_NODE:
                called += _operators(payload, first, last, 0)
        for name in names:
            nodes.setdefault(name, []).extend(called)
    found: dict[bytes, tuple[int, int]] = {}
    for name in nodes:
        _measure(name, nodes, found, 0)
    return {name: cost for name, (cost, _) in found.items()}


def _operators(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    """Yield the operator of a node of a function, and of those in its graphs."""
    if depth > DEEPEST:
        raise FoundError(f"has graphs within graphs, more than {DEEPEST} deep")
    for number, first, last in parts(data, start, end):
        if number == _OPERATOR:
            operator = data[first:last]
            if operator == b"Loop":
                raise FoundError("has a Loop in a function")
            yield operator
        elif number == _ATTRIBUTE:
            for low, high in subgraphs(data, first, last):
                for kind, inner, stop in parts(data, low, high):
                    if kind == _GRAPH_NODE:
                        yield from _operators(data, inner, stop, depth + 1)


def _measure(
    name: bytes, nodes: Mapping[bytes, list[bytes]], found: dict[bytes, tuple[int, int]], depth: int
) -> tuple[int, int]:
    """Return how many operations a call is, and how deep the calls in it go.

    A function of the name of an operator that it uses calls itself, as far as this tells.
    """
    if name in found:
        return found[name]
    cost, height = 1, 1
    for operator in nodes[name] if depth <= DEEPEST else ():
        more, deeper = _measure(operator, nodes, found, depth + 1) if operator in nodes else (1, 0)
        cost, height = cost + more, max(height, deeper + 1)
        if cost > MOST_OPERATIONS:
            raise FoundError(f"has functions of {cost:,} operations and more")
    if max(height, depth) > DEEPEST:
        raise FoundError(f"has functions within functions, more than {DEEPEST} deep, or one that calls itself")
    found[name] = cost, height
    return cost, height
