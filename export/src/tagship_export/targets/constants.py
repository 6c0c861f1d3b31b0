"""Constants inside of a payload, which can be replaced one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOATS = frozenset({"float32", "float16"})
"""Types of constants that need no scale to be numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One constant of a payload: weights, biases, or numbers of scaling.

    Attributes:
        name: As the payload has it.
        values: As stored, in one dimension.
        replaced: Gives the payload with other values of the same type and number.
        shape: Of the constant.
        scale: For integers, what one step stands for, broadcast to ``shape``; None where that is not told beside them.
        zero_point: For integers, what stands for 0, likewise.
    """

    name: str
    values: NDArray[Any]
    replaced: Callable[[NDArray[Any]], bytes]
    shape: tuple[int, ...]
    scale: NDArray[np.float64] | None = None
    zero_point: NDArray[np.float64] | None = None

    @property
    def numbers(self) -> NDArray[np.float64] | None:
        """Numbers that the values stand for, in the constant's shape; None where their scale is not known."""
        stored = self.values.astype(np.float64).reshape(self.shape)
        if self.values.dtype.kind == "f":
            return stored
        if self.scale is None:
            return None
        return (stored - (0.0 if self.zero_point is None else self.zero_point)) * self.scale

    @property
    def step(self) -> NDArray[np.float64]:
        """Largest error that rounding to the stored type leaves in each number."""
        if self.scale is not None:
            return self.scale
        limits = np.finfo(self.values.dtype)
        sizes = np.abs(self.values.astype(np.float64)).reshape(self.shape)
        return np.asarray(sizes * float(limits.eps) + float(limits.smallest_subnormal))
