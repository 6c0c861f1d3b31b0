"""The table of characters is what Unicode says, by the script that writes it."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from repo.unicode_script import SCRIPT
from tagship_runtime.features import characters
from tagship_runtime.features.character_table import CharacterTable

TABLE = CharacterTable()


def test_the_table_is_what_the_script_writes() -> None:
    if unicodedata.unidata_version != SCRIPT.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}, the table that of {SCRIPT.VERSION}")
    assert SCRIPT.table() == (characters.CLASSES, characters.FOLDS)
    for path, source in SCRIPT.sources().items():
        assert (SCRIPT.ROOT / path).read_text() == source, f"{path}: run scripts/unicode_table.py"


def test_every_character_is_read_as_it_was_written() -> None:
    """On a newer Python, of the characters that Unicode 14 had; those never change."""
    older = unicodedata.unidata_version == SCRIPT.VERSION
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if older or TABLE.class_of(character):
            assert TABLE.folded(code) == SCRIPT.fold(character), hex(code)
            assert TABLE.class_of(character) == SCRIPT.class_of(character), hex(code)


def test_folds_are_folded() -> None:
    for code in range(sys.maxunicode + 1):
        for character in TABLE.folded(code):
            assert TABLE.folded(ord(character)) == character, hex(code)
            assert TABLE.class_of(character) or not character.isalnum(), hex(code)


def test_what_came_after_unicode_14_separates_words() -> None:
    for code in (0x1DF25, 0x11F02, 0x31350, 0x2FFC, 0x1C89, 0x378):
        assert TABLE.class_of(chr(code)) == 0
        assert TABLE.folded(code) == chr(code)
