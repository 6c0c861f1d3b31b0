"""Characters that stand for others in words: a table of one version of Unicode, whatever the platform has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from tagship_runtime.features.characters import CLASSES, FOLDS

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

LETTER, SIGN, MARK = 1, 2, 3
"""Classes of characters; a mark's canonical combining class is added to its own. All others separate words."""

SYLLABLES = range(0xAC00, 0xD7A4)
"""Hangul syllables, each of which is a leading consonant, a vowel and perhaps a trailing consonant."""

VOWELS, TRAILING = 21, 28


def numbers(digits: str) -> Iterator[int]:
    """Yield numbers from digits of base 32, the lowest first; the upper 32 letters mean that another follows."""
    values = {digit: value for value, digit in enumerate(DIGITS)}
    number = shift = 0
    for digit in digits:
        value = values[digit]
        number += (value & 31) << shift
        shift += 5
        if value < 32:
            yield number
            number = shift = 0


def read_classes() -> list[tuple[int, int, int]]:
    """Return ranges of code points of equal class: first, last, class."""
    ranges, end = [], 0
    values = numbers(CLASSES)
    for gap, more, kind in zip(values, values, values, strict=True):
        ranges.append((end + gap, end + gap + more, kind))
        end += gap + more + 1
    return ranges


def read_folds() -> dict[int, str]:
    """Return what stands for code points, where they do not stand for themselves."""
    folds: dict[int, str] = {}
    end = 0
    values = numbers(FOLDS)
    for gap in values:
        code, run, length = end + gap, next(values), next(values)
        characters, last = [], code
        for _ in range(length):
            change = next(values)
            last += change >> 1 if change % 2 == 0 else -(change + 1 >> 1)
            characters.append(last)
        step = run % 2 + 1
        for distance in range(0, (run // 2 + 1) * step, step):
            folds[code + distance] = "".join(chr(character + distance) for character in characters)
        end = code + run // 2 * step + 1
    return folds


def syllable_parts(code: int) -> str:
    """Return the letters of a Hangul syllable (The Unicode Standard, 3.12)."""
    index = code - SYLLABLES.start
    leading, rest = divmod(index, VOWELS * TRAILING)
    vowel, trailing = divmod(rest, TRAILING)
    return chr(0x1100 + leading) + chr(0x1161 + vowel) + (chr(0x11A7 + trailing) if trailing else "")


class CharacterTable:
    """Classes and folds of characters.

    Attributes:
        ranges: Of code points of equal class: first, last, class; all others separate words.
        folds: Characters that stand for a code point, where it does not stand for itself; without Hangul's syllables.
    """

    def __init__(self) -> None:
        self.ranges = read_classes()
        self._starts = [first for first, _, _ in self.ranges]
        self.folds = read_folds()

    def folded(self, code: int) -> str:
        """Return the characters that stand for a code point: none for some, itself for most."""
        return syllable_parts(code) if code in SYLLABLES else self.folds.get(code, chr(code))

    def class_of(self, character: str) -> int:
        """Return the class of a character; 0 where it separates words."""
        first, last, kind = self.ranges[bisect_right(self._starts, ord(character)) - 1]
        return kind if first <= ord(character) <= last else 0
