"""The end of a graph: the sigmoids that its scores are, or are a weighted mean of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

MOST_STEPS = 256
"""Most operations between scores and sigmoids; a graph that needs more, or runs in a circle, ends in none."""

SUM_ROUNDING = 1e-5
"""Shares of a mean, in float32, may miss a sum of 1 by so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph(Generic[T]):
    """Operations of a graph, as far as they are known.

    Attributes:
        output: The tensor that holds the scores.
        producers: By the tensor that one gives: ``sigmoid``, ``same``, ``sum``, ``product`` or ``quotient``, and the
            tensors that it takes. Tensors of other operations, inputs and constants have none.
        constant: Call that returns the number which a tensor always is, None where it is more or less than one.
    """

    output: T
    producers: Mapping[T, tuple[str, tuple[T, ...]]]
    constant: Callable[[T], float | None]


def sigmoids(graph: Graph[T]) -> list[tuple[float, T]]:
    """Return, for each sigmoid, its share in the scores and what it takes; none where the graph ends otherwise."""
    found: list[tuple[float, T]] = []
    waiting = [(1.0, graph.output)]
    for _ in range(MOST_STEPS):
        if not waiting:
            total = sum(share for share, _ in found)
            mean = abs(total - 1) <= SUM_ROUNDING and all(share > 0 for share, _ in found)
            return found if mean else []
        share, tensor = waiting.pop()
        kind, taken = graph.producers.get(tensor, ("", ()))
        match kind:
            case "sigmoid":
                found.append((share, taken[0]))
            case "same":
                waiting.append((share, taken[0]))
            case "sum":
                waiting += [(share, each) for each in taken]
            case "product" | "quotient" if (scaled := _scaled(graph, kind, taken)) is not None:
                waiting.append((share * scaled[0], scaled[1]))
            case _:
                return []
    return []


def _scaled(graph: Graph[T], kind: str, taken: tuple[T, ...]) -> tuple[float, T] | None:
    """Return the number by which an operation multiplies, and what; None if it does something else."""
    if len(taken) != 2:
        return None
    first, second = taken
    if factor := graph.constant(second):
        return (1 / factor if kind == "quotient" else factor), first
    if kind == "product" and (factor := graph.constant(first)):
        return factor, second
    return None
