"""Kinds of columns, by what the user says and else by their cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from numpy.typing import NDArray

from tagship_runtime.contract import CategoryFeature, Feature, NumericFeature, TextFeature
from tagship_runtime.errors import InputValueError
from tagship_runtime.features import cells
from tagship_runtime.files.spelling.numerals import (
    MOSTLY,
    STRAY,
    WORDS,
    Numerals,
    is_made_of_digits,
    is_numeral,
)
from tagship_training.config import Kinds
from tagship_training.data.kinds.text import looks_like_text
from tagship_training.data.kinds.times import kind_of_times
from tagship_training.errors import TableError

UNIT = re.compile(
    r"\s*(?![x\u00d7*]\s*\d)"
    r"((?:[^\W\d_]|[\u00b0\u02da\u2032\u2033\u201d\u2103\u2109\u3380-\u33df(\[]"
    r"|/(?=\s*[a-z\u00b5\u03bc])|[%$\u00a3\u00a5\u20a0-\u20bf](?=\s*[/\w(\[])).{0,29})"
)
"""A unit behind a number, such as mm, \u00b0C, \u20ac/kg and l / 100 km."""

ABOUT = re.compile(r"^(?:[<>\u2264\u2265~\u2248\u00d8\u2300]=?|ca\.|approx\.)\s*", re.IGNORECASE)
"""Signs and words that may stand before a number with a unit."""

HEAD = re.compile(r"\D*\d[\d\s.,eE%+\-_'\"=~*\u2019\u2020\u2030\u2212\u2013\u2248\u00b1\uff0c\uff0e]*")
"""As far as a number may go at most, with the marks that people write in one."""

LONGEST_MEASURED = 64
"""Characters of a number with its unit, at most."""

_SHORT, _LONG = (rf"(?:0|[1-9][0-9]{{0,{more}}})(?:[.,][0-9]+)?" for more in (2, 4))

SEVERAL = re.compile(
    rf"{_SHORT}(?:\s*/\s*{_SHORT})+|{_LONG}(?:\s*[x\u00d7*]\s*{_LONG})+|({_SHORT})\s*[-\u2013]\s*({_SHORT})",
    re.IGNORECASE,
)
"""Numbers of one cell, such as 128/83, 12 x 40 x 8 and 10-20; order numbers such as 2023/0815 are none."""

CODE = re.compile(cells.CODE)

FEW_FRACTIONS = 10
"""Up to so many different fractions may be words."""


def kind_of(name: str, values: NDArray[Any], kinds: Kinds) -> type[Feature]:
    """Choose the class of feature for a column.

    Args:
        name: The column's.
        values: Its cells, (rows,).
        kinds: Kinds that the user names.

    Raises:
        TableError: A type that no kind takes, or numbers with a few words among them.
    """
    if name in kinds.categorical:
        return CategoryFeature
    if name in kinds.numeric:
        return NumericFeature
    if name in kinds.text:
        return TextFeature
    times = kind_of_times(name, values, kinds)
    if times is not None:
        return times
    if not _is_text(values, name, kinds.missing):
        return NumericFeature
    _check_spelling(name, values, kinds.missing)
    if kinds.find_text and looks_like_text(values):
        check_no_numbers(name, values, left_out=True)
        return TextFeature
    return CategoryFeature


def _is_text(values: NDArray[Any], name: str, missing: Collection[str]) -> bool:
    """Tell whether cells are words; a few words among numbers are an error."""
    if values.dtype.kind in "biuf":
        return False
    if values.dtype.kind not in "OUST":
        raise TableError(f"column {name!r} holds {values.dtype}; numbers or texts are needed, so --drop it")
    present = [value for value in values.tolist() if value is not None]
    for value in present:
        if not isinstance(value, str) and (hasattr(value, "__len__") or not hasattr(value, "__float__")):
            raise TableError(
                f"column {name!r} holds {type(value).__name__} such as {value!r}; numbers or texts are needed, "
                f"so leave it out: --drop {name}"
            )
    blank = {*cells.BLANK, *missing}
    words = [value for value in present if isinstance(value, str) and value.strip() not in blank]
    others = [
        row for row, value in enumerate(values.tolist()) if isinstance(value, str) and not _is_number(value, missing)
    ]
    if len(others) <= STRAY * len(words):
        if others:
            row = others[0]
            raise TableError(
                f"column {name!r} holds numbers, but {values[row]!r} in row {row} ({len(others)} such cells); mend "
                f"them, leave them empty, name them with --missing, or take all as words with --categorical {name}"
            )
        return code_among(words) is not None
    return True


def _check_spelling(name: str, values: NDArray[Any], missing: Collection[str]) -> None:
    """Refuse numbers as people spell them, which readers of files make numbers: they come from frames or lists.

    Prediction reads rows on their own by the contract alone, which knows no decimal comma.

    Raises:
        TableError: All texts are numbers but for a few, and some are spelled so.
    """
    texts = list(dict.fromkeys(cell for cell in values.tolist() if isinstance(cell, str)))
    if not Numerals("", missing=missing).holds_numbers(texts):
        return
    spelled = next((text for text in texts if is_numeral(text) and not _is_number(text, missing)), None)
    if spelled is not None and spelled.strip() not in WORDS:
        raise TableError(
            f"column {name!r} holds numbers as texts, such as {spelled!r}; make them numbers, or train on the file, "
            f"whose reader does, or take all as words with --categorical {name}"
        )


def code_among(texts: Sequence[str]) -> str | None:
    """Return an integer with zeros that a number would lose, where all texts are integers; None where none has."""
    if not all(text.strip().isdigit() for text in texts):
        return None
    return next((text for text in texts if CODE.fullmatch(text)), None)


def check_no_numbers(name: str, values: NDArray[Any], *, left_out: bool) -> None:
    """Refuse to take a column for words that is mostly numbers.

    Of the words for missing numbers, those that tables as text alone have, such as ``-``, are words to other formats.

    Args:
        name: The column's.
        values: Its cells, (rows,).
        left_out: Whether it would be left out as free text. A column that would not may hold sizes or other codes among
            its words, but hardly many different fractions.

    Raises:
        TableError: It is.
    """
    texts = [cell for cell in values.tolist() if isinstance(cell, str) and cell.strip()]
    others = [cell for cell in texts if not is_numeral(cell) and cell.strip() not in cells.BLANK]
    fractions = {cell for cell in texts if ("." in cell or "," in cell) and (is_numeral(cell) or _measured(cell))}
    if left_out or len(fractions) > FEW_FRACTIONS:
        _check_no_words_among_numbers(name, texts, others)
        _check_no_units(name, texts, others)
    if left_out or len(set(texts)) >= MOSTLY * len(texts):
        _check_no_unknown_spelling(name, texts, others)
        _check_no_several(name, texts, others)


def _check_no_words_among_numbers(name: str, texts: Sequence[str], others: Sequence[str]) -> None:
    if others and len(texts) - len(others) >= MOSTLY * len(texts):
        raise TableError(
            f"column {name!r} is mostly numbers, but there are {others[0]!r} and the like ({len(others)} cells); if "
            f"they stand for what is missing, name them with --missing; or mend them, or --drop {name}"
        )


def _measured(cell: str) -> str | None:
    """Return the unit of a number, which is as long as it can be; None where a cell is none with a unit."""
    bare = ABOUT.sub("", " ".join(cell.split()))
    if len(bare) > LONGEST_MEASURED:
        return None
    head = HEAD.match(bare)
    for end in reversed([digit.end() for digit in re.finditer(r"\d[.,]?", head[0] if head else "")]):
        unit = UNIT.fullmatch(bare, end)
        if unit is not None and is_made_of_digits(bare[:end]):
            return unit[1]
    return None


def _check_no_units(name: str, texts: Sequence[str], others: Sequence[str]) -> None:
    measured = [(cell, unit) for cell in others if (unit := _measured(cell)) is not None]
    units = Counter(unit for _, unit in measured)
    if units and units.most_common(1)[0][1] >= MOSTLY * len(texts):
        raise TableError(
            f"column {name!r} holds numbers with a unit, such as {measured[0][0]!r}; write the numbers alone, or take "
            f"all as words with --categorical {name} or --text {name}"
        )


def _check_no_unknown_spelling(name: str, texts: Sequence[str], others: Sequence[str]) -> None:
    digits = [cell for cell in others if is_made_of_digits(cell)]
    if digits and len(texts) - len(others) + len(digits) >= MOSTLY * len(texts):
        raise TableError(
            f"column {name!r} holds digits and marks that are no number in a spelling that is known, such as "
            f"{digits[0]!r}; if these are numbers, write them without marks between thousands, or else take all as "
            f"words with --categorical {name}, or --drop {name}"
        )


def _check_no_several(name: str, texts: Sequence[str], others: Sequence[str]) -> None:
    several = [cell for cell in others if _holds_several(cell.strip())]
    if several and len(several) >= (1 - STRAY) * (len(texts) - _blanks(texts)):
        raise TableError(
            f"column {name!r} holds several numbers in a cell, such as {several[0]!r}; write each in a column of its "
            f"own, or take all as words with --categorical {name}, or --drop {name}"
        )


def _blanks(texts: Sequence[str]) -> int:
    return sum(text.strip() in cells.FILE_BLANK for text in texts)


def _holds_several(text: str) -> bool:
    """Tell whether a cell holds several numbers; of a range, the first one is the smaller."""
    found = SEVERAL.fullmatch(text)
    if found is None or found[1] is None:
        return found is not None
    low, high = (float(number.replace(",", ".")) for number in found.groups())
    return low < high


def _is_number(text: str, missing: Collection[str]) -> bool:
    try:
        cells.number(text, 0, "", missing)
    except InputValueError:
        return False
    return True
