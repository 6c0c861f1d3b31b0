"""Places of the values between the calls: one block of memory per type, whose places are used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagship_export.targets.c.program import Program

IN_PLACE = frozenset(
    {
        "Relu",
        "Sigmoid",
        "Tanh",
        "Elu",
        "LeakyRelu",
        "Softplus",
        "Neg",
        "Sqrt",
        "Abs",
        "Exp",
        "Erf",
        "Reciprocal",
        "Clip",
    }
    | {"Add", "Sub", "Mul", "Div", "Min", "Max"}
)
"""Operators whose element needs only the element at the same place of the first input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Place of a value.

    Attributes:
        type: Of its elements; each type has a block of its own.
        offset: In elements.
        size: Likewise.
    """

    type: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """Every value's place.

    Attributes:
        places: By name.
        blocks: Elements of each type's block.
    """

    places: Mapping[str, Place]
    blocks: Mapping[str, int]


def plan_memory(program: Program) -> MemoryPlan:
    """Give each value the lowest place that is free from its first use to its last."""
    spans: dict[str, tuple[int, int]] = {}
    for number, call in enumerate(program.calls):
        for name in call.arguments:
            if name in program.locals:
                spans[name] = (spans.get(name, (number,))[0], number)
    places: dict[str, Place] = {}
    for name, (first, _) in spans.items():
        array = program.locals[name]
        source = _overwritten(program, name, first, spans)
        offset = places[source].offset if source in places else _free(name, spans, places, array.type, array.size)
        places[name] = Place(type=array.type, offset=offset, size=array.size)
    blocks: dict[str, int] = {}
    for place in places.values():
        blocks[place.type] = max(blocks.get(place.type, 0), place.offset + place.size)
    return MemoryPlan(places=places, blocks=blocks)


def _overwritten(program: Program, name: str, first: int, spans: Mapping[str, tuple[int, int]]) -> str | None:
    """The input whose place the result may take, since nobody needs it afterwards."""
    call = program.calls[first]
    function, source = program.functions[call.function], call.arguments[0]
    result = program.locals[name]
    fits = source in program.locals and (program.locals[source].type, program.locals[source].size) == (
        result.type,
        result.size,
    )
    alone = call.arguments.count(source) == 1 and call.arguments[-1] == name
    return source if fits and alone and function.operator in IN_PLACE and spans[source][1] == first else None


def _free(name: str, spans: Mapping[str, tuple[int, int]], places: Mapping[str, Place], type_: str, size: int) -> int:
    first, last = spans[name]
    taken = sorted(
        (place.offset, place.offset + place.size)
        for other, place in places.items()
        if place.type == type_ and spans[other][0] <= last and first <= spans[other][1]
    )
    offset = 0
    for start, end in taken:
        if offset + size <= start:
            break
        offset = max(offset, end)
    return offset
