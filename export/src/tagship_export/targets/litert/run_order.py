"""Order in which an engine runs the operators of a .tflite graph: as they stand in the file, whatever they take."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tagship_export.targets.float_graph import TwoReadingsError

LEFT_OUT = -1
"""Place of a tensor that an operator does without."""


def refuse_other_orders(graph: Any, constants: Collection[int]) -> None:
    """Refuse a graph whose operators give other values in another order than that of the file.

    An engine runs them one after the other, and the last that wrote a tensor decides what the next one reads. Who
    follows values back from the outputs knows one writer of each, and does not see the order.

    Args:
        graph: As flatbuffer_utils gives it.
        constants: Places of tensors that have numbers of their own.

    Raises:
        TwoReadingsError: A tensor is written by two operators, or is an input or a constant and written by one, or is
            read before it is written.
    """
    known = {LEFT_OUT, *map(int, graph.inputs), *constants, *_without_writer(graph)}
    for operator in graph.operators:
        for index in map(int, operator.inputs):
            if index not in known:
                raise TwoReadingsError(f"{_named(graph, index)} is read before any operator has written it")
        for index in map(int, operator.outputs):
            if index in known and index != LEFT_OUT:
                raise TwoReadingsError(f"{_named(graph, index)} is written by an operator and has another value before")
            known.add(index)
    for index in map(int, graph.outputs):
        if index not in known:
            raise TwoReadingsError(f"{_named(graph, index)} is an output that no operator writes")


def _without_writer(graph: Any) -> set[int]:
    """Return places of tensors that need none: states, which start as zeros, and constants of no elements."""
    return {
        place
        for place, tensor in enumerate(graph.tensors)
        if tensor.isVariable or (tensor.shape is not None and 0 in tuple(tensor.shape))
    }


def _named(graph: Any, index: int) -> str:
    name = graph.tensors[index].name if 0 <= index < len(graph.tensors) else str(index)
    return f"tensor {name.decode('utf-8', 'replace') if isinstance(name, bytes) else name!s}"
