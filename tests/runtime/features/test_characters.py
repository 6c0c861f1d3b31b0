"""The table of characters is what Unicode says, by the script that writes it."""

from __future__ import annotations

import importlib.util
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest

from tagship_runtime.features import characters
from tagship_runtime.features.character_table import CharacterTable

ROOT = Path(__file__).parents[3]
TABLE = CharacterTable()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("unicode_table", ROOT / "scripts" / "unicode_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_script_writes(script: ModuleType) -> None:
    if unicodedata.unidata_version != script.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}, the table that of {script.VERSION}")
    classed, folded = script.table()
    assert classed == characters.CLASSES
    assert folded == characters.FOLDS
    assert script.TABLE.read_text() == script.module(classed, folded)


def test_every_character_is_read_as_it_was_written(script: ModuleType) -> None:
    """On a newer Python, of the characters that Unicode 14 had; those never change."""
    older = unicodedata.unidata_version == script.VERSION
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if older or TABLE.class_of(character):
            assert TABLE.folded(code) == script.fold(character), hex(code)
            assert TABLE.class_of(character) == script.class_of(character), hex(code)


def test_folds_are_folded() -> None:
    for code in range(sys.maxunicode + 1):
        for character in TABLE.folded(code):
            assert TABLE.folded(ord(character)) == character, hex(code)
            assert TABLE.class_of(character) or not character.isalnum(), hex(code)


def test_what_came_after_unicode_14_separates_words() -> None:
    for code in (0x1DF25, 0x11F02, 0x31350, 0x2FFC, 0x1C89, 0x378):
        assert TABLE.class_of(chr(code)) == 0
        assert TABLE.folded(code) == chr(code)
