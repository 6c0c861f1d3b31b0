"""Spellings of labels: what means on and what means off in a column of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import DataError
from tagship_runtime.features import cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARK = "x"
"""Word for on that has no word for off beside it, but blank cells."""

PAIRS = (
    ("1", "0"),
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("on", "off"),
    ("ja", "nein"),
    ("j", "n"),
    ("wahr", "falsch"),
    ("oui", "non"),
    ("vrai", "faux"),
    ("sí", "no"),
    ("si", "no"),
    (MARK, ""),
)
"""Words for on and for off, in any case; a column has one pair."""

BOOLEANS = {True: frozenset({"1", "true", "wahr", "vrai"}), False: frozenset({"0", "false", "falsch", "faux"})}
"""Words that name a boolean, which readers of tables make of most of them."""

ERROR = re.compile(r"#\S{2,15}[!?]")
"""Result of a formula that failed, such as #REF! or #BEZUG!, which no ``positive`` makes a label that is off."""

FEW = {str, int, float, bool}
"""Types of cells of which a column of labels has few different ones, and equal ones are spelled alike."""

KNOWN = "0 and 1, true and false, yes and no, ja and nein, wahr and falsch, x and blank"


def truth_of(values: Sequence[Any], name: str, positive: Collection[str] = ()) -> NDArray[np.uint8]:
    """Return a column of labels as 0 and 1, (rows,).

    Args:
        values: Cells: numbers, booleans or texts.
        name: Of the column, for messages.
        positive: Values that mean on, where the caller says so; all others mean off then. A column that holds none of
            them, but the word for on of a usual pair and at most that for off, is read by the pair.

    Raises:
        DataError: A cell means neither.
    """
    spelled = [_spelled(value) for value in values]
    if positive:
        wanted = words_of(positive)
        failed = next((row for row, text in enumerate(spelled) if ERROR.fullmatch(text) and text not in wanted), None)
        if failed is not None:
            raise DataError(
                f"label column {name!r} holds {cells.shown(values[failed])} in row {failed}, the error of a formula; "
                "mend or remove the row"
            )
        means_on = [_is_one_of(value, text, wanted) for value, text in zip(values, spelled, strict=True)]
        if not any(means_on) and (pair := _pair_of(set(spelled), wanted)) is not None:
            means_on = [text == pair for text in spelled]
        return np.array(means_on, np.uint8)
    there = set(spelled)
    for on, off in PAIRS:
        if there <= {on, off} and there != {""}:
            return np.array([text == on for text in spelled], np.uint8)
    on, off = max(PAIRS, key=lambda pair: sum(text in pair for text in spelled))
    row = next((row for row, text in enumerate(spelled) if text not in (on, off)), 0)
    count = spelled.count("")
    if spelled[row] == "" and any(there - {""} <= {*pair} for pair in PAIRS if there != {""}):
        raise DataError(
            f"label column {name!r} holds {cells.shown(values[row])} in row {row}, and nothing in {count} rows; each "
            "row has to say whether the label is on, so fill them in or remove them"
        )
    raise DataError(
        f"label column {name!r} holds {cells.shown(values[row])} in row {row}; only 0 and 1 are labels, or another "
        f"pair such as yes and no, x and blank; it holds {_first_of(values)}: say which of them mean on with --positive"
    )


def truth_of_blanks(
    values: Sequence[Any],
    name: str,
    positive: Collection[str],
    words: Collection[str] | None,
    note: Callable[[str], None] | None,
) -> NDArray[np.uint8] | None:
    """Return 0 for each row of nothing but blanks, which mean off as training knew them; None for any other column.

    Args:
        values: Cells.
        name: Of the column.
        positive: Values that meant on in training; none for the usual pairs.
        words: All values of the column in training, as :func:`words_of` gives them; None where they are not known.
        note: Told that the column is off in all rows; None for nobody.
    """
    if words_of(values) or words is None or not (positive or {*words} == {MARK}):
        return None
    if note is not None:
        note(f"label column {name!r} is blank in all rows, and so off in all of them, as blank cells were in training")
    return np.zeros(len(values), np.uint8)


def check_known(
    values: Sequence[Any], name: str, positive: Collection[str], words: Collection[str] | None = None
) -> None:
    """Refuse a column that seems to be spelled otherwise than those were that ``positive`` was given for.

    Args:
        values: Cells.
        name: Of the column, for messages.
        positive: Values that meant on in training.
        words: All values of the column in training, as :func:`words_of` gives them; None where they are not known.

    Raises:
        DataError: No cell means on, and one holds what training did not have; or, where its words are not known, cells
            hold several words, or one that usually means on.
    """
    wanted, there = words_of(positive), words_of(values)
    if _holds_one(values, wanted) or (there <= {*words} if words is not None else not _may_mean_on(there, wanted)):
        return
    meant = ", ".join(map(cells.shown, positive))
    raise DataError(
        f"label column {name!r} holds {_first_of(values)}, and never {meant}, which meant on in training; "
        "spell it as there, or say which of them mean on with --positive"
    )


def check_said(values: Sequence[Any], name: str, positive: Collection[str]) -> None:
    """Refuse a column of several words, none of which the caller's ``positive`` names, and which are no usual pair.

    Raises:
        DataError: So it would be off in all rows.
    """
    wanted, there = words_of(positive), words_of(values)
    if len(there) > 1 and not _holds_one(values, wanted) and _pair_of(there, wanted) is None:
        raise DataError(
            f"label column {name!r} holds {_first_of(values)}, and never {', '.join(map(cells.shown, positive))}, "
            "which --positive says mean on; name its own word there as well, or leave the column out"
        )


def _first_of(values: Sequence[Any], most: int = 5) -> str:
    """Name the first different cells of a column, and how many more there are."""
    shown = list(dict.fromkeys(map(cells.shown, values)))
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def words_of(values: Collection[Any]) -> set[str]:
    """Return the different values of a column of labels, as they are compared; a blank is none."""
    return {_spelled(value) for value in values} - {""}


def _holds_one(values: Collection[Any], wanted: Collection[str]) -> bool:
    """Tell whether a column holds one of the values that mean on."""
    return any(_is_one_of(value, _spelled(value), wanted) for value in values)


def _is_one_of(value: Any, text: str, wanted: Collection[str]) -> bool:
    """Tell whether a cell, spelled so, is one of the values that mean on; a boolean has several names."""
    return text in wanted or (isinstance(value, bool | np.bool_) and not BOOLEANS[bool(value)].isdisjoint(wanted))


def _pair_of(there: Collection[str], wanted: Collection[str]) -> str | None:
    """Return the word for on of the usual pair that a column is made of; None where that for off is to mean on."""
    pairs = ((on, off) for on, off in PAIRS if off not in wanted)
    return next((on for on, off in pairs if on in there and {*there} - {""} <= {on, off}), None)


def _may_mean_on(there: Collection[str], wanted: set[str]) -> bool:
    """Tell whether one of the words of a column, none of which is wanted, may mean on."""
    if len(there) != 1:
        return len(there) > 1
    (word,) = there
    pairs = [off for on, off in PAIRS if on == word]
    return bool(pairs) and not word.isdigit() and not wanted & {*pairs}


def _spelled(value: Any) -> str:
    """Return a cell as pairs are spelled; a missing one is blank."""
    return _spelled_once(value) if type(value) in FEW else _spelling(value)


def _spelling(value: Any) -> str:
    if isinstance(value, str):
        text = value.strip().casefold()
        return {"1.0": "1", "0.0": "0", "1,0": "1", "0,0": "0"}.get(text, text)
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    try:
        return cells.word(value).casefold()
    except TypeError:
        return cells.shown(value)


_spelled_once = lru_cache(maxsize=256, typed=True)(_spelling)
