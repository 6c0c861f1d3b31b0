"""Words of texts: by rule and by table, and those that people can check by eye."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repo.hard_cases import LONG, TEXTS
from repo.unicode_script import SCRIPT
from runtime.features.words_by_rule import words
from tagship_runtime.features.tokenizer import ngrams, tokens

HARD = [text for group in TEXTS.values() for text in group]
CHARACTERS = st.one_of(
    st.sampled_from(sorted({character for text in HARD for character in text})),
    st.characters(),
    st.characters(categories=["Mn", "Mc"]),
    st.sampled_from("i\u0307\u0301\u0323\u0345 \u4e00a"),
)


@pytest.fixture(autouse=True)
def _same_unicode() -> None:
    if unicodedata.unidata_version != SCRIPT.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}, the rules that of {SCRIPT.VERSION}")


@pytest.mark.parametrize("text", HARD, ids=ascii)
def test_hard_texts_by_rule(text: str) -> None:
    assert tokens(text) == words(text)


@settings(max_examples=1500)
@example("\u1f84\u0345\u0301")
@given(st.text(CHARACTERS, max_size=12))
def test_texts_of_all_characters_by_rule(text: str) -> None:
    assert tokens(text) == words(text)


@settings(max_examples=500)
@given(st.text(CHARACTERS, max_size=8))
def test_canonically_equivalent_texts_have_the_same_words(text: str) -> None:
    """Of at most sixteen marks in a row, beyond which the first are kept as they come."""
    assert tokens(text) == tokens(unicodedata.normalize("NFC", text)) == tokens(unicodedata.normalize("NFD", text))


@settings(max_examples=300)
@given(st.text(CHARACTERS, max_size=8))
def test_words_are_their_own_words(text: str) -> None:
    for word in tokens(text):
        assert tokens(word) == [word]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("The U.S. Fed's 3-month bills", ["the", "u", "s", "fed", "s", "3", "month", "bills"]),
        ("\u0130stanbul ISTANBUL", ["istanbul", "istanbul"]),
        ("Stra\u00dfe", ["strasse"]),
        ("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", ["\u03c3\u03b9\u0301\u03c3\u03c5\u03c6\u03bf\u03c3"]),
        ("\u6771\u4eac2024\u5e74", ["\u6771", "\u4eac", "2024", "\u5e74"]),
        ("\u0e17\u0e35\u0e48\u0e19", ["\u0e17\u0e35\u0e48", "\u0e19"]),
        ("\U0001f468\u200d\U0001f469 ok\U0001f44d\U0001f3fd", ["\U0001f468", "\U0001f469", "ok", "\U0001f44d"]),
        ("a\u200bb a\u200db \ud800", ["a", "b", "ab"]),
        ("\u2260 =\u0338", []),
    ],
    ids=ascii,
)
def test_words_that_can_be_checked_by_eye(text: str, want: list[str]) -> None:
    assert tokens(text) == want


@pytest.mark.parametrize(("text", "times"), LONG, ids=ascii)
def test_long_texts(text: str, times: int) -> None:
    fewer = times // 100
    short = words(text * fewer)
    assert tokens(text * fewer) == short
    assert sum(map(len, tokens(text * times))) * fewer == sum(map(len, short)) * times


@pytest.mark.parametrize(
    ("sizes", "want"),
    [
        ((1, 1), ["a", "b", "c"]),
        ((1, 2), ["a", "b", "c", "a b", "b c"]),
        ((2, 3), ["a b", "b c", "a b c"]),
        ((4, 4), []),
    ],
)
def test_ngrams(sizes: tuple[int, int], want: list[str]) -> None:
    assert ngrams(["a", "b", "c"], sizes) == want
    assert ngrams([], sizes) == []
