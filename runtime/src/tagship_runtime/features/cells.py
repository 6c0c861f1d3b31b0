"""Conversion of single columns, as callers have them, to float32 numbers or words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from tagship_runtime.errors import InputError, InputValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Features

BLANK = frozenset({"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"})
"""Texts that stand for a missing number in a file."""

FILE_BLANK = BLANK | {"n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"}
"""Texts that stand for a missing number, date or duration in a file as people have it."""

TRUTH = {"true": 1.0, "false": 0.0, "wahr": 1.0, "falsch": 0.0, "vrai": 1.0, "faux": 0.0}
"""Texts, in lower case, that stand for a number: booleans as programs and Excel in English, German and French write."""

MISSING = frozenset({"NAType", "NaTType", "MaskedConstant"})
"""Types of which each value is missing: two of pandas', and what NumPy gives for a masked cell."""

OWN_SPELLING = frozenset({"DateOffset", "Interval", "Period"})
"""Types of pandas that it alone spells so; tables to train on hold none of them."""

DATES = (date, time, timedelta, np.datetime64, np.timedelta64)
NO_NUMBERS = (*DATES, np.complexfloating, np.ndarray)
"""Some of these convert to a float all the same: ticks of a unit that is theirs, half of themselves, their cell."""
NO_WORDS = (*NO_NUMBERS, complex, bytes, bytearray, list, tuple, dict, set, frozenset)

DIRECT = frozenset("?bBhHiIefd")
"""NumPy's letters of types whose values float64 holds, or is."""

CODE = r"^\s*0[0-9]+\s*$"
"""Spelling of an integer whose zeros a number would lose: 007 is a code, of a town or a part."""

WHOLE, EXACT = 2**53, 2**24
"""Up to so much float64 holds every integer, and float32."""

UNDERSCORE = "_"

LONGEST = 80
"""Characters of a cell in a message."""

_NEED_NUMBER = "a finite number is needed"
_NEED_POINT = "a finite number with a decimal point is needed"
_NEED_WORD = "a text, a number or a boolean is needed"
_NEED_VALUE = "this feature has no fill value, so replace or drop missing values first"


def numbers(values: NDArray[Any], name: str | int, missing: Collection[str] = ()) -> Features:
    """Return one column as float32, NaN where a value is missing; infinite where float32 cannot hold it.

    Args:
        values: Its cells.
        name: For errors.
        missing: Words that stand for a missing number, besides :data:`BLANK`.

    Raises:
        InputValueError: A cell is neither a number nor missing.
        InputError: The column is of another type altogether, such as dates.
    """
    return read_float32(values, lambda cells: real_numbers(cells, name, missing))


def real_numbers(values: NDArray[Any], name: str | int, missing: Collection[str] = ()) -> NDArray[np.float64]:
    """Return one column as float64; see :func:`numbers`."""
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    if values.dtype.kind not in "OUST":
        raise InputError(f"column {name!r} holds {values.dtype}; numbers are needed")
    try:
        if values.dtype.kind == "O" and any(issubclass(kind, NO_NUMBERS) for kind in set(map(type, values.flat))):
            raise TypeError
        numbers = values.astype(np.float64)  # every cell is a number, or spelled as one
        if has_underscores(values) or (missing and _names_one(values, missing)):
            raise TypeError
        return numbers
    except (TypeError, ValueError, OverflowError):
        found = [number(value, row, name, missing) for row, value in enumerate(values.tolist())]
        return np.array(found, np.float64)


def _names_one(values: NDArray[Any], missing: Collection[str]) -> bool:
    """Tell whether a text among cells stands for a missing number, as -999 may."""
    return any(isinstance(cell, str) and cell.strip() in missing for cell in values.tolist())


def has_underscores(values: NDArray[Any]) -> bool:
    """Tell whether a text among cells has an underscore: Python would read 1_000 as a number, and nobody else."""
    if values.dtype.kind in "biuf":
        return False
    texts = values.tolist()
    try:
        return UNDERSCORE in "".join(texts)
    except TypeError:  # cells of several types
        return any(map(is_underscored, texts))


def is_underscored(cell: object) -> bool:
    """Tell whether a cell is a text, or the bytes of one, with an underscore."""
    if isinstance(cell, bytes | bytearray):
        return UNDERSCORE.encode() in cell
    return isinstance(cell, str) and UNDERSCORE in cell


def read_float32(values: NDArray[Any], read: Callable[[NDArray[Any]], NDArray[Any]]) -> Features:
    """Return one column as float32: numbers as they are, any other cells as they are read.

    Args:
        values: Its cells.
        read: Gives cells as real numbers, NaN where one is missing.
    """
    with np.errstate(over="ignore"):
        return to_float32(values if values.dtype.kind in "biuf" else read(values))


def to_float32(values: NDArray[Any]) -> Features:
    """Return real numbers as float32, by way of float64 as single numbers and texts go.

    Rounded at once, an integer of more than 53 bits might become another.
    """
    if values.dtype.char not in DIRECT:
        values = values.astype(np.float64)
    return values.astype(np.float32, copy=False)


def number(
    value: object, row: int, name: str | int, missing: Collection[str] = (), *, need: str = _NEED_NUMBER
) -> float:
    """Return one cell; NaN where it is missing."""
    if isinstance(value, str):
        text = value.strip()
        if text in BLANK or text in missing:
            return math.nan
        if text.lower() in TRUTH:
            return TRUTH[text.lower()]
    if is_missing(value):
        return math.nan
    try:
        if isinstance(value, NO_NUMBERS) or is_underscored(value):
            raise TypeError
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        if isinstance(value, str) and need == _NEED_NUMBER:
            need = _needed(value.strip())
        raise InputValueError(row, name, f"{shown(value)} is not a number", need) from None


def _needed(text: str) -> str:
    """Say what to do about a text that is no number."""
    if text[:1] in ("[", "(") and text[-1:] in ("]", ")") and not any(map(str.isdigit, text)):
        return "a finite number is needed; if this is a row of units below the header, remove it"
    if text[:1].isdigit() and text[-1:].isalpha() and " " in text:
        return "a finite number without a unit is needed"
    return _NEED_POINT if "," in text else _NEED_NUMBER


def is_missing(value: object) -> bool:
    """Tell whether a cell is missing whatever its column holds: None, NaN, and what libraries have for them."""
    if value is None or (isinstance(value, float | np.floating) and value != value):
        return True
    kind = type(value).__name__
    return kind in MISSING or (kind == "Decimal" and value.is_nan())  # type: ignore[attr-defined]


def words(values: NDArray[Any], name: str) -> list[str]:
    """Return the categories of one column as they are spelled; no cell's spelling depends on the others.

    Raises:
        InputValueError: A cell is neither a word nor a number nor missing.
        InputError: The column is of another type altogether, such as dates.
    """
    if values.dtype.kind not in "biufOUST":
        raise InputError(f"column {name!r} holds {values.dtype}; texts, numbers or booleans are needed")
    floats = values.dtype.kind == "f"  # their own type knows the shortest spelling, float64's would be longer
    cells = values if floats else values.tolist()
    found: list[str] = []
    try:
        found.extend(map(word, cells))
    except TypeError:
        row = len(found)
        raise InputValueError(row, name, f"{shown(cells[row])} is no category", _NEED_WORD) from None
    return found


def word(value: object) -> str:
    """Return a category as it is spelled: whole numbers without a fraction, booleans in lower case, missing as empty.

    Raises:
        TypeError: It is no word: a date, which each library spells in its own way, a list, bytes.
    """
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
            if is_missing(value):
                return ""
            if isinstance(value, NO_WORDS) or type(value).__name__ in OWN_SPELLING or _is_nameless(value):
                raise TypeError(f"{shown(value)} is no category")
            return spelled(value)


def _is_nameless(value: object) -> bool:
    """Tell whether all that a value says of itself is its place in memory."""
    return type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__


def spelled(value: object) -> str:
    """Return a cell's own spelling.

    Raises:
        TypeError: It has none, as integers of thousands of digits.
    """
    try:
        return str(value)
    except ValueError as error:
        raise TypeError(f"{shown(value)} is no category") from error


def shown(value: object, spell: Callable[[object], str] = repr) -> str:
    """Return a cell for a message, whatever it is and however long."""
    try:
        text = spell(value)
    except Exception:  # an integer of thousands of digits, or whatever somebody's own class raises
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 4 :]}"


def refuse_beyond(row: int, name: str | int, original: object) -> NoReturn:
    """Raise the error for a number among which float64 does not tell integers apart."""
    got = f"{shown(original, str)} is beyond {WHOLE - 1:,}, up to which float64 tells integers apart"
    raise InputValueError(row, name, got, "a smaller number is needed")


def refuse(row: int, name: str | int, got: float, original: object) -> NoReturn:
    """Raise the error for a number that is not finite."""
    if math.isnan(got):
        raise InputValueError(row, name, "the value is missing (NaN)", _NEED_VALUE)
    raise InputValueError(row, name, f"{shown(original, str)} is infinite in float32", _NEED_NUMBER)
