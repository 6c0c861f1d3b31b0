"""Category features fitted to a column: the words that have a column of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tagship_runtime.contract import CategoryFeature
from tagship_runtime.features import cells
from tagship_runtime.files.spelling.numerals import MOSTLY, is_numeral
from tagship_training.data.kinds.base import Column, Described
from tagship_training.data.kinds.choose import check_no_numbers, code_among
from tagship_training.data.kinds.months import note_on_months
from tagship_training.data.notices import alike

MIN_COUNT = 5
"""A word on fewer training rows than this has no column of its own."""

BOUNDS = "<>≤≥"
"""Marks of a measurement that is known by a bound alone, as in <0.5."""

NEARLY_ALL, FEWEST_ROWS = 0.9, 20
"""Share of different words from which on a column of a small table names its rows; in so few rows, all may differ."""

MAX_WORDS = 100
"""The most columns that one categorical feature takes; the most frequent words have them."""


def describe(column: Column) -> Described:
    """Fit a category feature: frequent words have a column each; a column of mostly different texts is of no use.

    Raises:
        TableError: Nobody says that these are words, and they are mostly numbers.
    """
    described = _describe(column)
    if column.named:
        return described
    check_no_numbers(column.name, column.values, left_out=described.useless is not None)
    numbers = [told for told in (_on_codes(column), _on_bounds(column)) if told]
    others = [told for told in (_on_pairs(described), _on_months(column)) if told]
    if described.useless is not None:
        return replace(described, useless="; it ".join([described.useless, *numbers, *others]))
    note = ("is taken as words: it " if numbers else "") + "; it ".join([*numbers, *others])
    return replace(described, note=note or None)


def _on_pairs(described: Described) -> str | None:
    """Say that two words may be one."""
    pairs = alike(described.feature.values) if isinstance(described.feature, CategoryFeature) else []
    if not pairs or described.useless is not None:
        return None
    one, other = pairs[0]
    more = "" if len(pairs) == 1 else f" ({len(pairs):,} such pairs)"
    told = f"has {one!r} and {other!r}{more}, which differ by blanks, case or characters that look alike alone"
    return f"{told}, and are two words; spell them alike if they are one"


def _on_bounds(column: Column) -> str | None:
    """Say that measurements are taken as words because some are given by a bound, as below what can be measured."""
    texts = _texts(column)
    bounded = [text for text in texts if text[0] in BOUNDS and is_numeral(text.lstrip(f"{BOUNDS}= "))]
    if not bounded or len(bounded) + sum(map(is_numeral, texts)) < MOSTLY * len(texts):
        return None
    word = f'"{bounded[0]}"' if "," in bounded[0] else bounded[0]
    same = f"--missing '{word}' takes numbers, or " if len(set(bounded)) == 1 else ""
    return (
        f"holds {bounded[0]!r} and the like in {len(bounded):,} of {len(column.values):,} training rows among its "
        f"numbers; {same}write a number for a bound, such as half of it"
    )


def _on_codes(column: Column) -> str | None:
    """Say that integers are taken as words because some begin with zeros."""
    present = [cell for cell in column.values.tolist() if isinstance(cell, str) and cell.strip() not in cells.BLANK]
    code = code_among(present)
    if code is None:
        return None
    return f"holds codes such as {code!r}, whose zeros a number would lose; --numeric {column.name} takes numbers"


def _on_months(column: Column) -> str | None:
    """Say that words may be months, such as 2022/10."""
    return note_on_months(Counter(text for text in _texts(column) if text not in cells.FILE_BLANK), "words")


def _texts(column: Column) -> list[str]:
    """Return the cells that are texts, without blanks at their ends, and without those that are nothing else."""
    return [text for cell in column.values.tolist() if isinstance(cell, str) and (text := cell.strip())]


def _describe(column: Column) -> Described:
    counts = Counter(cells.words(column.values, column.name))
    rows = len(column.values)
    least = MIN_COUNT if rows >= 20 * MIN_COUNT else 1
    frequent = [word for word, count in counts.most_common(MAX_WORDS) if count >= least]
    feature = CategoryFeature(name=column.name, values=tuple(sorted(frequent)))
    if len(counts) == 1 and frequent:
        return Described(feature, f"every value is {frequent[0]!r}")
    if not frequent:
        reason = f"{len(counts):,} different texts in {rows:,} rows, none of them on {least} or more"
        return Described(None, f"{reason}; --text {column.name} counts their words")
    covered = sum(counts[word] for word in frequent) / rows
    if covered < 0.5 or (rows >= FEWEST_ROWS and len(counts) > NEARLY_ALL * rows):
        reason = f"{len(counts):,} different texts in {rows:,} rows, as in a name or free text"
        return Described(feature, f"{reason}; --categorical keeps it")
    return Described(feature)
