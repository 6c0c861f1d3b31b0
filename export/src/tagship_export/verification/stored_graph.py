"""A payload's graph against that of its original: the same operations, and each constant but for rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.float_graph import FINEST, FloatGraph, Numbers, Operation, Range, Value

ARITHMETIC = 1e-6
"""Share of each number that float32 leaves open; what converters fold is equal to the bit, and what they round was at
most 8.3e-8 of it beyond half a step, over all recipes and formats."""

LEAST_STEP = 5e-7 / FINEST
"""Step that quantizers give numbers at least, however small those are: that of TensorFlow's own converter, for integers
from end to end."""

CLOSE = 1e-3
"""Share by which a step may be coarser than that of the same recipe, made here."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences of a payload's graph from that of its original.

    Attributes:
        structure: The first operation that is another one, in words; None where all are the same.
        numbers: Constants that are not the original's, in words.
    """

    structure: str | None = None
    numbers: tuple[str, ...] = ()


class _OtherStructureError(Exception):
    """Operations of two graphs are not the same."""


def differences(stored: FloatGraph, converted: FloatGraph) -> Differences:
    """Compare a payload's graph with what its original was converted to.

    Args:
        stored: Of the payload.
        converted: Of the original, as trained, by the same target.
    """
    try:
        return Differences(numbers=tuple(_walk(stored, converted)))
    except _OtherStructureError as error:
        return Differences(structure=str(error))


def _walk(stored: FloatGraph, converted: FloatGraph) -> Iterator[str]:
    """Yield constants that differ.

    Raises:
        _OtherStructureError: An operation does.
    """
    if stored.language != converted.language:
        raise _OtherStructureError(f"it is written in {stored.language}, its conversion in {converted.language}")
    for place, (one, other) in enumerate(zip_longest(stored.operations, converted.operations), start=1):
        if one is None or other is None or one.name != other.name or len(one.inputs) != len(other.inputs):
            raise _OtherStructureError(
                f"operation {place} is {_named(one) if one else 'missing'}, where its conversion has "
                f"{other.name if other else 'none'}"
            )
        yield from _options(place, one, other)
        for value, wanted in zip(one.inputs, other.inputs, strict=True):
            yield from _value(f"operation {place} ({one.name}) takes", value, wanted)
    for value, wanted in zip_longest(stored.outputs, converted.outputs):
        yield from _value("the scores are", value, wanted)


def _named(operation: Operation) -> str:
    """Return an operation's name; what only quantizes is left as one where its scale is not that of its other half."""
    halves = operation.name.rpartition(".")[2] in ("QuantizeLinear", "DequantizeLinear")
    return f"{operation.name} by another scale than its pair or product has" if halves else operation.name


def _options(place: int, one: Operation, other: Operation) -> Iterator[str]:
    """Compare attributes, and graphs among them."""
    for pair, wanted in zip_longest(one.options, other.options, fillvalue=("", None)):
        inner, wanted_inner = pair[1], wanted[1]
        if isinstance(inner, FloatGraph) and isinstance(wanted_inner, FloatGraph):
            yield from _walk(inner, wanted_inner)
        elif isinstance(inner, Numbers) and isinstance(wanted_inner, Numbers):
            yield from _value(f"operation {place} ({one.name}) takes", inner, wanted_inner)
        elif pair != wanted:
            raise _OtherStructureError(
                f"operation {place} is {one.name} with {pair}, where its conversion has {wanted}"
            )


def _value(what: str, value: Value, wanted: Value) -> Iterator[str]:
    """Compare what an operation takes: the same of the values before, or a constant."""
    if isinstance(value, Numbers) and isinstance(wanted, Numbers):
        if value.values.shape != wanted.values.shape:
            raise _OtherStructureError(
                f"{what} a constant of shape {value.values.shape}, where its conversion has {wanted.values.shape}"
            )
        yield from _numbers(value, wanted)
    elif isinstance(value, Numbers) or isinstance(wanted, Numbers) or value != wanted:
        raise _OtherStructureError(f"{what} another value than in its conversion")


def _numbers(value: Numbers, wanted: Numbers) -> Iterator[str]:
    """Yield what is wrong with a constant: its numbers, or the step that they are rounded to."""
    found, original = value.values, wanted.values
    if original.dtype.kind != "f" or found.dtype.kind != "f":
        wrong = int((found != original).sum()) if found.dtype.kind == original.dtype.kind else found.size
        if wrong:
            yield f"{wrong} of the {found.size} numbers of {value.name!r} are not those of the original"
        return
    step, sizes = np.broadcast_to(value.step, found.shape), np.abs(original)
    allowed = step / 2 + ARITHMETIC * sizes
    far = ~(np.abs(found - np.clip(original, *value.ends)) <= allowed)
    if far.any():
        rounded = ", rounded" if step.any() else ""
        yield f"{int(far.sum())} of the {found.size} numbers of {value.name!r} are not those of the original{rounded}"
    elif value.fine and _coarse(sizes, value.step, value.least):
        yield f"the numbers of {value.name!r} are rounded to coarser steps than their type needs"


def _coarse(sizes: NDArray[np.float64], step: NDArray[np.float64], least: NDArray[np.float64] | float) -> bool:
    """Tell whether numbers that share a step are all so small that eight bits would have given a finer one.

    Args:
        sizes: Of the original's numbers.
        step: Of each, or along the axis that has one for each channel.
        least: Which step there is at least, whatever the numbers are.
    """
    axes = tuple(axis for axis in range(step.ndim) if step.shape[axis] == 1) if step.size > 1 else None
    largest = sizes.max(axis=axes, keepdims=True)
    coarse = (largest > 0) & (largest * (1 + ARITHMETIC) < step * FINEST)
    return bool((coarse & (np.maximum(least, LEAST_STEP) * (1 + CLOSE) < step)).any())


def coarser(stored: FloatGraph, rounded: FloatGraph) -> Iterator[str]:
    """Yield constants that are rounded to coarser steps than the same recipe rounds them to here.

    One step for all channels is within half of it of every number, and leaves nothing of a channel of small ones.

    Args:
        stored: Of the payload.
        rounded: Of the original, converted by the same recipe; its operations are those of the payload.
    """
    for value, own in zip(_constants(stored), _constants(rounded), strict=False):
        if value.values.shape != own.values.shape or not (value.fine or not own.step.any()):
            continue
        wanted = np.maximum(own.step, np.broadcast_to(value.least, value.values.shape))
        if (np.broadcast_to(value.step, value.values.shape) > wanted * (1 + CLOSE)).any():
            yield f"the numbers of {value.name!r} are rounded to coarser steps than by its recipe"


def rounded_elsewhere(stored: FloatGraph, rounded: FloatGraph | None) -> Iterator[str]:
    """Yield values that pass through integers where by their recipe they do not, or through fewer of them.

    Args:
        stored: Of the payload.
        rounded: Of the original, converted by the same recipe; None of recipes that round no values.
    """
    known: dict[tuple[Any, ...], float] = {}
    for place, one in () if rounded is None else _ranges(rounded):
        known[place] = min(one.levels, known.get(place, one.levels))
    for place, one in _ranges(stored):
        if place not in known:
            yield f"the values of {one.name!r} pass through integers, which by its recipe they do not"
        elif not one.uneven and one.levels < known[place] * (1 - CLOSE):
            yield (
                f"the values of {one.name!r} are rounded to {one.levels:,.0f} steps, where by its recipe they are to "
                f"{known[place]:,.0f}"
            )


def uneven_channels(stored: FloatGraph) -> Iterator[str]:
    """Yield values whose channels are rounded by steps of their own, which no recipe does.

    Scores show a channel of too coarse a step only where rows use it.
    """
    for _, one in _ranges(stored):
        if one.uneven:
            yield f"the values of {one.name!r} are rounded by other steps in one channel than in another"


def _ranges(graph: FloatGraph, outer: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Range]]:
    """Yield ranges with their places, those of graphs within a graph as well."""
    for one in graph.ranges:
        yield (*outer, one.value), one
    for place, operation in enumerate(graph.operations):
        for name, option in operation.options:
            if isinstance(option, FloatGraph):
                yield from _ranges(option, (*outer, place, name))


def _constants(graph: FloatGraph) -> Iterator[Numbers]:
    """Yield constants, in the order in which operations take them."""
    for operation in graph.operations:
        for value in (*(option for _, option in operation.options), *operation.inputs):
            if isinstance(value, FloatGraph):
                yield from _constants(value)
            elif isinstance(value, Numbers):
                yield value
