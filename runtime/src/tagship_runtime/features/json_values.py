"""Typed values from parsed JSON.

A converter takes what ``json.loads`` gave and returns the typed value, or raises TypeError or ValueError with what was
wrong; :func:`take` adds which key it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from tagship_runtime.errors import ContractError

Json: TypeAlias = Any
T = TypeVar("T")

LARGEST = (2 - 2.0**-23) * 2.0**127
"""Largest number of float32."""


def take(document: Mapping[str, Json], key: str, convert: Callable[[Json], T]) -> T:
    """Return the value of a key.

    Raises:
        ContractError: There is no such key, or its value is of another kind.
    """
    if key not in document:
        raise ContractError(f"the contract has no key {key!r}")
    try:
        return convert(document[key])
    except ContractError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise ContractError(f"the contract's {key!r}: {error}") from error


def text(value: Json) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def number(value: Json) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    real = float(value)
    if real - real != 0:
        raise ValueError(f"{value!r} is not finite")
    return real


def float32(value: Json) -> float:
    """Return a number that float32 holds, though it may round it."""
    real = number(value)
    if abs(real) > LARGEST:
        raise ValueError(f"{value!r} is infinite in float32")
    return real


def integer(value: Json) -> int:
    """Return a number that is written as an integer."""
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an integer")
    return value


def mapping(value: Json) -> dict[str, Json]:
    """Return an object, whatever is in it."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def optional(convert: Callable[[Json], T]) -> Callable[[Json], T | None]:
    """Return a converter that lets null pass."""
    return lambda value: None if value is None else convert(value)


def tuple_of(convert: Callable[[Json], T]) -> Callable[[Json], tuple[T, ...]]:
    """Return a converter for lists."""

    def read(value: Json) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise TypeError(f"{value!r} is not a list")
        return tuple(convert(item) for item in value)

    return read
