"""Constants inside of a payload, which can be replaced one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One constant of a payload: weights, biases, or numbers of scaling.

    Attributes:
        name: As the payload has it.
        values: As stored, in one dimension.
        replaced: Gives the payload with other values of the same type and number.
    """

    name: str
    values: NDArray[Any]
    replaced: Callable[[NDArray[Any]], bytes]
