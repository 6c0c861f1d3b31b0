"""Tables of characters for C, as small as a vocabulary allows: what is in none of its words needs no fold."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tagship_runtime.features.character_table import LETTER, MARK, SIGN, CharacterTable

SEPARATOR, STILL, FOREIGN, NOTHING, FOLDED = 0, 3, 4, 5, 6
"""Groups of characters beside letters and signs: marks without and with a place in the canonical order, what is not
there, and what others stand for."""

DOT_ABOVE = 0x307
JAMO = range(0x1100, 0x1200)
FIRST_BEYOND = 128


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that fold alike: each a part of its own, as far from the first's as itself is from the first.

    Attributes:
        first: The first code point.
        span: How far the last is from it.
        step: How far one is from the next, 1 or 2.
        parts: What stands for the first: code points with their classes.
    """

    first: int
    span: int
    step: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CharacterTables:
    """Facts that C needs of characters beyond ASCII.

    Attributes:
        groups: Code points from each of which on another group holds, for those that are in no run.
        runs: Folds, the lowest first.
        syllables: Whether Hangul has to be taken apart.
    """

    groups: tuple[tuple[int, int], ...]
    runs: tuple[Run, ...]
    syllables: bool


def tables_for(words: Iterable[str]) -> CharacterTables:
    """Return the tables by which every text has the same known words as by the whole of Unicode's.

    A letter or sign that is in no word stands for itself, folded or not: either way, no n-gram has it.
    """
    table = CharacterTable()
    alphabet = {ord(character) for word in words for character in word}
    grouped: dict[int, int] = {}
    folded: dict[int, tuple[tuple[int, int], ...]] = {}
    for code in table.folds:
        parts = tuple((ord(part), table.class_of(part)) for part in table.folded(code))
        group = _group(parts, alphabet)
        if group == FOLDED:
            folded[code] = parts
        else:
            grouped[code] = group
    for first, last, kind in table.ranges:
        if kind > MARK:
            for code in range(first, last + 1):
                if code in alphabet or code == DOT_ABOVE:
                    folded.setdefault(code, ((code, kind),))
                else:
                    grouped.setdefault(code, FOREIGN)
    return CharacterTables(
        groups=tuple(_groups(table, grouped, folded)),
        runs=tuple(_runs(folded)),
        syllables=any(code in JAMO for code in alphabet),
    )


def _group(parts: tuple[tuple[int, int], ...], alphabet: set[int]) -> int:
    """Return the group of a character that others stand for."""
    if not parts:
        return NOTHING
    known = all(kind == SEPARATOR or code in alphabet for code, kind in parts)
    first, others = parts[0][1], [kind for _, kind in parts[1:]]
    if known or SEPARATOR in (first, *others) or SIGN in others or any(code == DOT_ABOVE for code, _ in parts):
        return FOLDED
    if first in (LETTER, SIGN) and (first == LETTER or LETTER not in others):
        return first
    return FOLDED if others else STILL if first == MARK else FOREIGN


def _groups(table: CharacterTable, grouped: Mapping[int, int], folded: Container[int]) -> Iterator[tuple[int, int]]:
    """Yield where another group begins, above ASCII; what is folded may be in any."""
    edges = {FIRST_BEYOND, *grouped, *(code + 1 for code in grouped)}
    edges |= {edge for first, last, _ in table.ranges for edge in (first, last + 1)}
    before = None
    for code in sorted(edge for edge in edges if edge >= FIRST_BEYOND):
        group = grouped.get(code, min(table.class_of(chr(code)), STILL))
        alone = code in folded and code + 1 in edges
        if group != before and not alone:
            yield code, group
            before = group


def _runs(folded: dict[int, tuple[tuple[int, int], ...]]) -> Iterator[Run]:
    """Yield folds beyond ASCII as runs, the lowest first."""
    codes = sorted(code for code in folded if code >= FIRST_BEYOND)
    place = 0
    while place < len(codes):
        code, parts = codes[place], folded[codes[place]]
        count, step = 1, 1
        for stride in (1, 2):
            same = 1
            while place + same < len(codes) and _follows(codes[place + same], folded, code, parts, stride * same):
                same += 1
            if same > count:
                count, step = same, stride
        yield Run(code, (count - 1) * step, step, parts)
        place += count


def _follows(
    found: int,
    folded: dict[int, tuple[tuple[int, int], ...]],
    code: int,
    parts: tuple[tuple[int, int], ...],
    distance: int,
) -> bool:
    if len(parts) != 1 or found != code + distance:
        return False
    return folded[found] == ((parts[0][0] + distance, parts[0][1]),)
