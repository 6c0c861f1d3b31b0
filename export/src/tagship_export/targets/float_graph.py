"""Graphs of operations on numbers, whichever way a payload stores those: what two payloads of one model have in common.

A payload of a recipe is its float32 conversion, whose numbers are rounded and whose values pass through integers. Read
as a graph of numbers, both are the same operations in the same order, and each constant is that of the other but for
rounding.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FINEST = 127
"""Steps that the largest of numbers has which were given a scale of their own by eight bits."""

BIAS_STEPS = 2.0**30
"""Steps that the largest number of a bias has where it sets the scale; quantizers leave as much again or nothing."""


class TwoReadingsError(ValueError):
    """Bytes of a payload that readers take in two ways: an engine may compute with others than those that are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A constant.

    Attributes:
        name: As the payload has it.
        values: Numbers that it stands for, float64; or integers, where it counts something.
        step: Distance of two numbers that the stored type tells apart; one for all, or of as many axes as ``values``,
            one for each place along those that have several; 0 of float32.
        ends: The least and the greatest number that can be stored, where what is beyond them means the same.
        fine: Whether its step was chosen for it, so that its largest number takes all of the type's range.
        least: Step that is chosen for it at least, of the form of ``step``, whatever its numbers are.
    """

    name: str
    values: NDArray[Any]
    step: NDArray[np.float64]
    ends: tuple[float, float] = (-np.inf, np.inf)
    fine: bool = False
    least: NDArray[np.float64] | float = 0.0

    @classmethod
    def as_stored(cls, name: str, stored: NDArray[Any]) -> Numbers:
        """Return the constant of an array that needs no scale."""
        if stored.dtype.kind != "f":
            return cls(name, stored, np.zeros(()))
        values = stored.astype(np.float64)
        if stored.dtype != np.float16:
            return cls(name, values, np.zeros(()))
        limits = np.finfo(np.float16)
        return cls(name, values, np.abs(values) * float(limits.eps) + float(limits.smallest_subnormal))

    @classmethod
    def scaled(cls, name: str, stored: NDArray[Any], scale: NDArray[Any], zero_point: NDArray[Any]) -> Numbers:
        """Return the constant of integers, their scale and what stands for 0, both along the axes of ``stored``."""
        step = scale.astype(np.float64)
        numbers = (stored.astype(np.float64) - zero_point.astype(np.float64)) * step
        return cls(name, numbers, np.abs(step), fine=stored.dtype.itemsize <= 2)

    def through(self, scale: NDArray[Any], zero_point: NDArray[Any], kind: Any) -> Numbers:
        """Return what an engine makes of the constant on its way through integers of a type, and back.

        Engines round a number in the middle of two steps to either; as far from both, it is not what it was anyway.
        """
        limits, step, zero = np.iinfo(kind), scale.astype(np.float64), zero_point.astype(np.float64)
        stored = np.clip(np.rint(self.values / step) + zero, limits.min, limits.max)
        return replace(self, values=(stored - zero) * step, step=np.maximum(self.step, np.abs(step)), fine=True)


def beside_bias(weights: Numbers, bias: Numbers) -> Numbers:
    """Return weights with the steps that a bias needs them to have at least, each channel's of its own.

    A bias is stored in steps of the product: quantizers widen those of weights until it fits into 32 bits.
    """
    if not bias.step.any():
        return weights
    wider, step = np.abs(bias.values) / (BIAS_STEPS * bias.step), weights.step
    if step.size not in (1, wider.size):
        return weights
    return replace(weights, least=step * (wider.reshape(step.shape) if step.size > 1 else wider.max()))


@dataclass(frozen=True, slots=True)
class Given:
    """A value that comes from outside of the graph: an input, or one of the graph around it."""

    place: Hashable


@dataclass(frozen=True, slots=True)
class Made:
    """A value that an operation gives, by the operation's place and its own among the outputs."""

    operation: int
    output: int


Value = Given | Made | Numbers | None
"""Input of an operation; None where one is left out."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that a value is rounded to on its way: what lies beyond the ends takes them.

    Attributes:
        name: Of the value, as the payload has it.
        value: Which is rounded.
        low, high: The least and the greatest number that there is an integer for.
        step: Distance of two such numbers; of several, the largest.
        uneven: Whether channels have ranges of their own, so that one may lose what all others keep.
    """

    name: str
    value: Given | Made
    low: float
    high: float
    step: float
    uneven: bool = False

    @property
    def levels(self) -> float:
        """Steps between the two ends; none by a scale that is not above 0."""
        return (self.high - self.low) / self.step if self.step > 0 else 0.0

    @classmethod
    def of(cls, name: str, value: Given | Made, scale: NDArray[Any], zero: NDArray[Any], kind: Any) -> Range:
        """Return the range of integers of a type; of channels with scales of their own, what all of them hold."""
        limits, steps, zeros = np.iinfo(kind), np.asarray(scale, np.float64), np.asarray(zero, np.float64)
        low, high = ((limit - zeros) * steps for limit in (limits.min, limits.max))
        uneven = bool(np.ptp(steps) or np.ptp(zeros))
        return cls(name, value, float(low.max()), float(high.min()), float(steps.max()), uneven)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation.

    Attributes:
        name: What it computes.
        options: Its attributes, sorted by name; a graph within it is one of them.
        inputs: What it takes.
        names: Of what it gives, as the payload has them.
    """

    name: str
    options: tuple[tuple[str, Any], ...]
    inputs: tuple[Value, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FloatGraph:
    """Operations in depth-first order from the outputs, so that equal graphs have them in the same order.

    Attributes:
        operations: What is computed.
        outputs: What is given.
        language: What else says how operations are meant, such as the version of their definitions.
        ranges: Values that pass through integers, which are no operations.
    """

    operations: tuple[Operation, ...]
    outputs: tuple[Value, ...]
    language: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
