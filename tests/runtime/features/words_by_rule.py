"""Words of a text, one character after the other, from Python's own Unicode: what docs/contract.md says, and no table.

As slow as it is plain; :mod:`tagship_runtime.features.tokenizer` has to agree with it.
"""

from __future__ import annotations

import unicodedata

from repo.unicode_script import SCRIPT


def words(text: str) -> list[str]:
    """Words, by the five rules in their order."""
    found: list[str] = []
    classes: list[str] = []
    open_word = False
    for character in text:
        for part in stands_for(character):
            kind = class_of(part)
            if kind == "mark":
                if open_word:
                    found[-1] += part
            elif kind == "letter" and open_word and classes[-1] == "letter":
                found[-1] += part
            elif kind in ("letter", "sign"):
                found.append(part)
                classes.append(kind)
            open_word = kind != "separator" and (open_word or kind != "mark")
    return [ordered(word) for word in found]


def stands_for(character: str) -> str:
    """Rules 1 and 2."""
    if ord(character) in SCRIPT.HANGUL:
        return unicodedata.normalize("NFD", character)
    return str(SCRIPT.fold(character))


def class_of(character: str) -> str:
    """Rule 3."""
    number = SCRIPT.class_of(character)
    return ("separator", "letter", "sign", "mark")[min(number, 3)]


def ordered(word: str) -> str:
    """Rule 5."""
    done, run, base = "", "", ""
    for character in word + "\0":
        if unicodedata.combining(character):
            if not (base == "i" and character == "\u0307"):
                run += character
            continue
        done += "".join(sorted(run[:16], key=unicodedata.combining)) + character
        run, base = "", character
    return done[:-1]
