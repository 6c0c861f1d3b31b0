"""Write the table of characters that tokenizers in every language read: classes, marks' order and folds of Unicode 14.

    python3.11 scripts/unicode_table.py      # writes the sources that are listed below

docs/contract.md, "Words of a text", says what is in it. The numbers of the file are those of source maps: digits of
base 32, the lowest first, each as one of 64 letters; the upper 32 mean that another digit follows.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

VERSION = "14.0.0"
"""Of Unicode; characters that came later separate words, wherever the table is read."""

ROOT = Path(__file__).parents[1]

LINE = 110
"""Characters of a line."""

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

SEPARATOR, LETTER, SIGN, MARK = 0, 1, 2, 3
"""Classes; of marks, their canonical combining class is added."""

DENSE = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0x1B00, 0x1B7F)),
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303C), (0x3041, 0x30FF), (0x3100, 0x312F)),
    *((0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA48F), (0xA980, 0xA9FF)),
    *((0xAA60, 0xAADF), (0xF900, 0xFAFF), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF), (0x20000, 0x3FFFF)),
)
"""Scripts without blanks: Thai, Lao, Burmese, Khmer, Tai, Balinese, Javanese, Han, Kana, Bopomofo, Yi, Tangut."""

REPLACEMENTS = "\ufffc\ufffd"
"""Symbols that stand for an object, or for what could not be decoded."""

HANGUL = range(0xAC00, 0xD7A4)
"""Syllables, whose parts follow by arithmetic and are not in the table."""

DROPPED = (
    *((0x034F, 0x034F), (0x0345, 0x0345), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5)),
    *((0x05C7, 0x05C7), (0x0640, 0x0640), (0x064B, 0x0652), (0x115F, 0x1160), (0x180B, 0x180F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0x1F3FB, 0x1F3FF), (0xE0100, 0xE01EF)),
)
"""Joiners, iota subscript, points of Hebrew and Arabic, tatweel, fillers, selectors of a variant, tones of skin."""


def is_within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether a code point is in one of the ranges, ends included."""
    return any(low <= code <= high for low, high in ranges)


def is_dropped(character: str) -> bool:
    """Tell whether words go on as if the character was not there."""
    code, category = ord(character), unicodedata.category(character)
    return is_within(code, DROPPED) or category == "Me" or (category == "Cf" and code != 0x200B)


def class_of(character: str) -> int:
    """Return the class of a character that no fold replaces."""
    category = unicodedata.category(character)
    if character in REPLACEMENTS:
        return SEPARATOR
    if category[0] == "M":
        return MARK + unicodedata.combining(character)
    if category == "So" or (category in ("Lo", "Lm", "Nl") and is_within(ord(character), DENSE)):
        return SIGN
    return LETTER if category[0] in "LN" else SEPARATOR


def fold(character: str) -> str:
    """Return the characters that stand for one: decomposed, in lower case, decimal digits those of ASCII."""
    category = unicodedata.category(character)
    if is_dropped(character):
        return ""
    if category[0] not in "LMN" and category != "So":
        return character
    form = "NFD" if category == "So" else "NFKD"
    folded, before = unicodedata.normalize(form, character), ""
    while folded != before:
        before = folded
        folded = "".join(lower(part) for part in folded if not is_dropped(part))
        folded = unicodedata.normalize(form, folded)
    return folded


def lower(character: str) -> str:
    """Return one character's full case folding; the dotless i becomes an i, a decimal digit that of ASCII."""
    if character == "\u0131":
        return "i"
    digit = unicodedata.decimal(character, None)
    return character.casefold() if digit is None else str(digit)


def classes() -> Iterator[tuple[int, int, int]]:
    """Yield ranges of equal class, separators left out: first and last code point, class."""
    start = known = 0
    for code in range(sys.maxunicode + 2):
        found = class_of(chr(code)) if code <= sys.maxunicode else SEPARATOR
        if found != known:
            if known:
                yield start, code - 1, known
            start, known = code, found


def folds() -> list[tuple[int, str]]:
    """Return code points that others replace, and those."""
    codes = (code for code in range(sys.maxunicode + 1) if code not in HANGUL)
    return [(code, folded) for code in codes if (folded := fold(chr(code))) != chr(code)]


def runs(found: list[tuple[int, str]]) -> Iterator[tuple[int, int, int, str]]:
    """Yield runs of code points: the first, how many, how far apart, and the fold of the first.

    Single characters of a run are all replaced by those that stand as far from them; of other folds, only that by
    nothing makes runs.
    """
    place = 0
    while place < len(found):
        code, folded = found[place]
        count, step = 1, 1
        for stride in (1, 2):
            same = 1
            while place + same < len(found) and found[place + same] == _next(code, folded, stride * same):
                same += 1
            if same > count:
                count, step = same, stride
        yield code, count, step, folded
        place += count


def _next(code: int, folded: str, distance: int) -> tuple[int, str]:
    if not folded:
        return code + distance, ""
    return (code + distance, chr(ord(folded) + distance)) if len(folded) == 1 else (-1, "")


def number(value: int) -> str:
    """Return a number that is not negative in digits of base 32."""
    digits = ""
    while value > 31:
        digits += DIGITS[value % 32 + 32]
        value //= 32
    return digits + DIGITS[value]


def signed(value: int) -> str:
    """Return a number in digits of base 32, its sign in the lowest bit."""
    return number(value * 2 if value >= 0 else -value * 2 - 1)


def table() -> tuple[str, str]:
    """Return classes and folds."""
    classed, end = "", 0
    for first, last, kind in classes():
        classed += number(first - end) + number(last - first) + number(kind)
        end = last + 1
    folded, end = "", 0
    for code, count, step, characters in runs(folds()):
        folded += number(code - end) + number((count - 1) * 2 + step - 1) + number(len(characters))
        before = code
        for character in characters:
            folded += signed(ord(character) - before)
            before = ord(character)
        end = code + (count - 1) * step + 1
    return classed, folded


TITLE = f"Classes of characters of Unicode {VERSION}, and their folds; scripts/unicode_table.py wrote this."

SOURCES = {
    "runtime/src/tagship_runtime/features/characters.py": '''"""{title}"""

CLASSES = (
{classes}
)

FOLDS = (
{folds}
)
''',
    "docs/readers/characters.py": '''"""{title}"""

CLASSES = (
{classes}
)

FOLDS = (
{folds}
)
''',
    "runtime/javascript/src/features/characters.ts": """/** {title} */

export const CLASSES =
{classes+};

export const FOLDS =
{folds+};
""",
    "docs/readers/characters.mjs": """// {title}

export const CLASSES =
{classes+};

export const FOLDS =
{folds+};
""",
    "docs/readers/characters.hpp": """// {title}
#pragma once

namespace tagship {

inline constexpr char CLASSES[] =
{classes};

inline constexpr char FOLDS[] =
{folds};

}  // namespace tagship
""",
    "docs/readers/Characters.kt": """// {title}
package tagship

internal const val CLASSES =
{classes+}

internal const val FOLDS =
{folds+}
""",
    "docs/readers/Characters.swift": """// {title}

let classesOfCharacters =
{classes+}

let foldsOfCharacters =
{folds+}
""",
}
"""The table in each language that reads it."""


def sources() -> dict[str, str]:
    """Return what each file holds."""
    classed, folded = table()
    parts = {
        "{title}": TITLE,
        "{classes}": lines(classed),
        "{folds}": lines(folded),
        "{classes+}": lines(classed, " +"),
        "{folds+}": lines(folded, " +"),
    }
    found = {}
    for path, source in SOURCES.items():
        for part, text in parts.items():
            source = source.replace(part, text)
        found[path] = source
    return found


def lines(text: str, joint: str = "") -> str:
    """Return a long text as string literals, one a line."""
    return f"{joint}\n".join(f'    "{text[place : place + LINE]}"' for place in range(0, len(text), LINE))


def main() -> None:
    """Write the table."""
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"this Python has Unicode {unicodedata.unidata_version}; {VERSION} is needed, that of Python 3.11")
    for path, source in sources().items():
        (ROOT / path).write_text(source)


if __name__ == "__main__":
    main()
