"""Single columns as callers have them -> float32 numbers or words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tagship_runtime.errors import InputError, InputValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.arrays import Features

BLANK = frozenset({"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"})
"""Texts that stand for a missing number in a file."""

TRUTH = {"true": 1.0, "false": 0.0}
"""Texts, in lower case, that stand for a number."""

_NEED_NUMBER = "a finite number is needed"
_NEED_VALUE = "this feature has no fill value, so replace or drop missing values first"


def numbers(values: NDArray[Any], name: str | int) -> Features:
    """One column as float32, NaN where a value is missing; infinite where float32 cannot hold it.

    Raises:
        InputValueError: A cell is neither a number nor missing.
        InputError: The column is of another type altogether, such as dates.
    """
    with np.errstate(over="ignore"):
        if values.dtype.kind in "biuf":
            return values.astype(np.float32, copy=False)
        if values.dtype.kind not in "OUST":
            raise InputError(f"column {name!r} holds {values.dtype}; numbers are needed")
        try:
            return values.astype(np.float64).astype(np.float32)  # every cell is a number, or spelled as one
        except (TypeError, ValueError, OverflowError):
            cells = [number(value, row, name) for row, value in enumerate(values.tolist())]
            return np.array(cells, np.float64).astype(np.float32)


def number(value: object, row: int, name: str | int) -> float:
    """One cell; NaN where it is missing."""
    if isinstance(value, str):
        text = value.strip()
        if text in BLANK:
            return math.nan
        if text.lower() in TRUTH:
            return TRUTH[text.lower()]
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:  # the latter are pandas'
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise InputValueError(row, name, f"{value!r} is not a number", _NEED_NUMBER) from None


def words(values: NDArray[Any]) -> list[str]:
    """How the categories of one column are spelled; each cell's spelling does not depend on the others."""
    floats = values.dtype.kind == "f"  # their own type knows the shortest spelling, float64's would be longer
    return [word(value) for value in (values if floats else values.tolist())]


def word(value: object) -> str:
    """How a category is spelled: whole numbers without a fraction, booleans in lower case, missing as empty."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool() | np.bool_():
            return "true" if value else "false"
        case float() | np.floating():
            number = float(value)
            return "" if math.isnan(number) else str(int(number)) if number.is_integer() else str(value)
        case _:
            return "" if type(value).__name__ in {"NAType", "NaTType"} else str(value)


def refuse(row: int, name: str | int, got: float, original: object) -> NoReturn:
    """Raise the error for a number that is not finite."""
    if math.isnan(got):
        raise InputValueError(row, name, "the value is missing (NaN)", _NEED_VALUE)
    raise InputValueError(row, name, f"{original!s} is infinite in float32", _NEED_NUMBER)
