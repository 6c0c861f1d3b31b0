"""From a text to its words, by rules that hold in every language: docs/contract.md, "Words of a text"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from tagship_runtime.features.character_table import MARK, CharacterTable

WORDS_1 = "words-1"
"""Name of these rules in a contract; other rules, or another version of Unicode, will have another."""

MOST_MARKS = 16
"""Marks in a row of which the order is not their own; of more, the first ones are kept."""

DOT_ABOVE = "\u0307"

REMEMBERED = 1 << 16
"""Most characters of which it is remembered what stands for them."""

END, MOVED, STILL = "\x01", "\x02", "\x03"
"""Ends a sign; precedes a mark that has a place in the canonical order, and one that has none."""

_DOTTED = re.compile(f"i(?:{MOVED}.)+")
_SEVERAL = re.compile(f"(?:{MOVED}.){{2,}}")
_SIGN_MARKS = re.compile(f"{END}((?:[{MOVED}{STILL}].)+)")
_ALONE = re.compile(f" (?:[{MOVED}{STILL}].)+")

_WORD_BYTES = b"0123456789abcdefghijklmnopqrstuvwxyz"
_ASCII = bytes(byte if (byte := ord(chr(code).lower())) in _WORD_BYTES else 32 for code in range(128)) + bytes(128)
"""For :meth:`bytes.translate`: what stands for each character of ASCII."""


def tokens(text: str) -> list[str]:
    """Return the words of a text, and of scripts without blanks each character; in linear time."""
    if text.isascii():
        return text.encode().translate(_ASCII).decode().split()
    return _beyond_ascii(text)


def ngrams(words: Sequence[str], sizes: tuple[int, int]) -> list[str]:
    """Return every run of so many words, at least and at most, joined by blanks; by size, then by place."""
    low, high = sizes
    found = list(words) if low == 1 else []
    for size in range(max(low, 2), high + 1):
        found += map(" ".join, zip(*(islice(words, start, None) for start in range(size)), strict=False))
    return found


class _MarkedTable(dict[int, str]):
    """A table for :meth:`str.translate` that puts a control character before each mark and around each sign."""

    def __init__(self) -> None:
        super().__init__()
        self.characters = CharacterTable()

    def __missing__(self, code: int) -> str:
        """Return what stands for a code point that was not met before; a text of one script has a few hundred."""
        found = "".join(map(self._marked, self.characters.folded(code)))
        if len(self) < REMEMBERED:
            self[code] = found
        return found

    def _marked(self, character: str) -> str:
        kind = self.characters.class_of(character)
        if kind > MARK:
            return MOVED + character
        return (" ", character, f" {character}{END}", STILL + character)[kind]


def _beyond_ascii(text: str) -> list[str]:
    """Return :func:`tokens` of a text that holds more than ASCII."""
    table = _table()
    folded = " " + text.translate(table)
    if MOVED in folded:
        folded = _DOTTED.sub(_undotted, folded)
        folded = _SEVERAL.sub(lambda found: _ordered(found[0], table.characters), folded)
    if MOVED in folded or STILL in folded:
        folded = _ALONE.sub(" ", _SIGN_MARKS.sub(rf"\1{END}", folded))
        folded = folded.replace(MOVED, "").replace(STILL, "")
    return folded.replace(END, " ").split()


def _undotted(found: re.Match[str]) -> str:
    return found[0].replace(MOVED + DOT_ABOVE, "")


def _ordered(marks: str, characters: CharacterTable) -> str:
    """Return marks in canonical order, each after its control character."""
    return MOVED + MOVED.join(sorted(marks[1::2][:MOST_MARKS], key=characters.class_of))


@cache
def _table() -> _MarkedTable:
    """Return the table; the first text beyond ASCII pays for reading it, a few milliseconds."""
    return _MarkedTable()
