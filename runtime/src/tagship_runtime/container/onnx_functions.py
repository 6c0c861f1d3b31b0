"""Functions of an ONNX model, which engines put in place of each call: a few bytes may become nodes without end.

Field numbers: onnx.proto, messages FunctionProto and NodeProto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagship_runtime.container.onnx_parts import (
    DEEPEST,
    MOST_OPERATIONS,
    FoundError,
    Operator,
    operators,
    parts,
    standard,
    subgraphs,
)

_NAME, _FUNCTION_NODE, _DOMAIN = 1, 7, 10
_GRAPH_NODE, _ATTRIBUTE = 1, 5


def costs(payload: bytes, functions: list[tuple[int, int]]) -> Mapping[Operator, int]:
    """Return how many operations a call of each function is.

    Args:
        payload: The model.
        functions: Start and end of each.

    Raises:
        FoundError: One has a loop, calls itself, or is too many operations.
    """
    nodes: dict[Operator, list[Operator]] = {}
    for start, end in functions:
        found_parts = list(parts(payload, start, end))
        names = [payload[first:last] for number, first, last in found_parts if number == _NAME]
        domains = [payload[first:last] for number, first, last in found_parts if number == _DOMAIN] or [b""]
        called = [
            operator
            for number, first, last in found_parts
            if number == _FUNCTION_NODE
            for operator in _operators(payload, first, last, 0)
        ]
        for domain in domains:
            for name in names:
                nodes.setdefault((standard(domain), name), []).extend(called)
    found: dict[Operator, tuple[int, int]] = {}
    for operator in nodes:
        _measure(operator, nodes, found, 0)
    return {operator: cost for operator, (cost, _) in found.items()}


def _operators(data: bytes, start: int, end: int, depth: int) -> Iterator[Operator]:
    """Yield the operator of a node of a function, and of those in its graphs."""
    if depth > DEEPEST:
        raise FoundError(f"has graphs within graphs, more than {DEEPEST} deep")
    node = list(parts(data, start, end))
    called = operators(data, node)
    if any(name == b"Loop" for _, name in called):
        raise FoundError("has a Loop in a function")
    yield from called
    for number, first, last in node:
        if number == _ATTRIBUTE:
            for low, high in subgraphs(data, first, last):
                for kind, inner, stop in parts(data, low, high):
                    if kind == _GRAPH_NODE:
                        yield from _operators(data, inner, stop, depth + 1)


def _measure(
    name: Operator, nodes: Mapping[Operator, list[Operator]], found: dict[Operator, tuple[int, int]], depth: int
) -> tuple[int, int]:
    """Return how many operations a call is, and how deep the calls in it go.

    A function of domain and name of an operator that it uses calls itself.
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
