"""Operations of an ONNX model that may never end, and files that it reads besides its own bytes.

Field numbers: onnx.proto, messages ModelProto, GraphProto and NodeProto.
Of a field that stands several times, each counts: readers may take the last or merge them.
"""

from __future__ import annotations

from collections.abc import Mapping

from tagship_runtime.container.onnx_parts import (
    DEEPEST,
    MOST_OPERATIONS,
    TENSOR,
    FoundError,
    Operator,
    operators,
    parts,
    subgraphs,
    tensor,
)

MOST_STEPS = 1 << 20
"""Most steps of all loops of a model together; those of a loop in another count once for each step of that one."""

_NAMES = (b"Loop", b"Scan", b"SequenceMap", b"Search", b"Sampling", b"location")
"""Parts of the names of operators that run a graph again and again, and of where numbers lie."""

_GRAPH, _TRAINING, _FUNCTION = 7, 20, 25
_NODE, _INITIALIZER, _GRAPH_INPUT = 1, 5, 11
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5


def unbounded(payload: bytes) -> str | None:
    """Tell what a model might do for ever or read elsewhere; None where there is nothing of the kind.

    Recurrent layers become loops of as many steps as their input has, which the file states; those pass.
    """
    try:
        top = list(parts(payload, 0, len(payload)))
        functions = [(first, last) for number, first, last in top if number == _FUNCTION]
        if any(number == _TRAINING for number, _, _ in top):
            raise FoundError("has graphs for training, which say what to compute again and again")
        if not functions and not any(name in payload for name in _NAMES):
            return None
        search = _Search(payload, _costs(payload, functions))
        for number, start, end in top:
            if number == _GRAPH:
                search.graph(start, end, {}, 1, 0)
    except FoundError as found:
        return str(found)
    except ValueError as error:  # an engine may read what is not read here
        return f"cannot be searched for loops: {error}"
    return None


def _costs(payload: bytes, functions: list[tuple[int, int]]) -> Mapping[Operator, int]:
    """Return how many operations a call of each function is; most models have none."""
    if not functions:
        return {}
    from tagship_runtime.container.onnx_functions import costs

    return costs(payload, functions)


class _Search:
    """A walk through a model's graphs, which counts what one call may run.

    Args:
        data: The model.
        costs: Operations of a call of each function.
    """

    def __init__(self, data: bytes, costs: Mapping[Operator, int]) -> None:
        self.data = data
        self.costs = costs
        self.steps = 0
        self.operations = 0

    def graph(self, start: int, end: int, outer: Mapping[bytes, int], times: int, depth: int) -> None:
        """Count a graph that runs a number of times, and what is in it."""
        if depth > DEEPEST:
            raise FoundError(f"has graphs within graphs, more than {DEEPEST} deep")
        data = self.data
        found = list(parts(data, start, end))
        own = [
            data[low:high]
            for number, first, last in found
            if number == _GRAPH_INPUT and depth
            for kind, low, high in parts(data, first, last)
            if kind == 1
        ]  # what a loop passes in, whatever is outside
        constants = {name: value for name, value in outer.items() if name not in own}
        for number, first, last in found:
            if number == _INITIALIZER:
                _add_constant(constants, *tensor(data, first, last))
            elif number == _NODE:
                _add_constant_node(data, first, last, constants)
        for number, first, last in found:
            if number == _NODE:
                self._node(first, last, constants, times, depth)

    def _node(self, start: int, end: int, constants: Mapping[bytes, int], times: int, depth: int) -> None:
        found = list(parts(self.data, start, end))
        called = operators(self.data, found)
        names = {name for _, name in called}
        self.operations += times * max((self.costs.get(operator, 1) for operator in called), default=1)
        if self.operations > MOST_OPERATIONS:
            raise FoundError(f"runs {self.operations:,} operations and more, by its loops and functions")
        graphs = [
            place
            for number, first, last in found
            if number == _ATTRIBUTE
            for place in subgraphs(self.data, first, last)
        ]
        if b"Loop" in names:
            count = next((self.data[first:last] for number, first, last in found if number == _INPUT), b"")
            times *= self._steps(count, constants)
            self.steps += times
            if self.steps > MOST_STEPS:
                raise FoundError(f"has loops of {self.steps:,} steps together")
        elif graphs and names != {b"If"}:
            raise FoundError(f"has a {_shown(names)} with a graph of its own, which it may run for ever")
        for low, high in graphs:
            self.graph(low, high, constants, times, depth + 1)

    @staticmethod
    def _steps(count: bytes, constants: Mapping[bytes, int]) -> int:
        if count not in constants:
            raise FoundError("has a Loop that does not state how many steps it takes, so it may never end")
        return max(constants[count], 1)


def _shown(names: set[bytes]) -> str:
    return " ".join(sorted(name.decode(errors="replace") for name in names)) or "node without an operator"


def _add_constant_node(data: bytes, start: int, end: int, constants: dict[bytes, int]) -> None:
    found = list(parts(data, start, end))
    if not any(number == _OPERATOR and data[first:last] == b"Constant" for number, first, last in found):
        return
    values = [
        tensor(data, low, high)[1]
        for number, first, last in found
        if number == _ATTRIBUTE
        for kind, low, high in parts(data, first, last)
        if kind == TENSOR
    ]
    for number, first, last in found:
        if number == _OUTPUT and len(values) == 1:
            _add_constant(constants, data[first:last], values[0])


def _add_constant(constants: dict[bytes, int], name: bytes, value: int | None) -> None:
    if value is not None:
        constants[name] = max(value, constants.get(name, 0))
