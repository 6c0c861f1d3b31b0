"""Texts in C: the hard texts that every reader replays, counted as the runtime counts them, by tables of any size."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repo.hard_cases import FOLDER, TEXTS
from tagship_export.errors import ConversionError
from tagship_export.targets.c.encode.text import TextInC
from tagship_runtime.contract import TextFeature
from tagship_runtime.features.text_counts import count_all
from tagship_runtime.typing import Features

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
COMPILERS = {
    "gcc c99": ("gcc", "-std=c99", "-xc", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    "clang c99": ("clang", "-std=c99", "-xc"),
    "g++ 17": ("g++", "-std=c++17", "-xc++"),
}
HARD = [text for group in TEXTS.values() for text in group]
EVERYTHING, _ = count_all(HARD, (1, 3))
"""Every run of up to three words of every hard text."""

VOCABULARIES = {
    "everything": tuple(EVERYTHING),
    **{name: tuple(count_all(texts, (1, 3))[0]) for name, texts in TEXTS.items() if count_all(texts, (1, 1))[0]},
    "one word": ("word",),
    "a letter that i folds to": ("i", "istanbul", "i\u0323", "i\u0323\u0301"),
    "long": ("x" * 300, "a"),
}

MAIN = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
{support}
typedef struct {{ const char *text; }} row_of_one;
static int encode(const row_of_one *row, float *inputs) {{
    {statements}
    return 0;
}}
int main(void) {{
    static float inputs[{width}];
    unsigned char digits[4];
    while (fread(digits, 1, 4, stdin) == 4) {{
        const size_t size = digits[0] | (size_t)digits[1] << 8 | (size_t)digits[2] << 16 | (size_t)digits[3] << 24;
        char *text = (char *)malloc(size + 1);
        row_of_one row;
        int wrong;
        float told;
        if (fread(text, 1, size, stdin) != size) return 1;
        text[size] = 0;
        row.text = text;
        wrong = encode(&row, inputs);
        free(text);
        told = (float)wrong;
        fwrite(&told, sizeof told, 1, stdout);
        fwrite(inputs, sizeof inputs, 1, stdout);
    }}
    return 0;
}}
"""


def build(feature: TextFeature, folder: Path, compiler: str = "gcc c99") -> Path:
    name, *options = COMPILERS[compiler]
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on this machine")
    in_c = TextInC(feature)
    source, program = folder / "text.c", folder / "text"
    source.write_text(
        MAIN.format(
            support="\n".join(in_c.support()), statements="\n".join(in_c.statements("text", 0, 7)), width=feature.width
        )
    )
    done = subprocess.run([name, *options, *STRICT, "-O1", source, "-o", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def counted(program: Path, feature: TextFeature, texts: list[str]) -> Features:
    """What C counts, a column more in front: what it returned."""
    given = b"".join(map(TextInC(feature).write, texts))
    return run(program, feature, given)


def run(program: Path, feature: TextFeature, given: bytes) -> Features:
    done = subprocess.run([program], input=given, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    return np.frombuffer(done.stdout, np.float32).reshape(-1, feature.width + 1)


def want(feature: TextFeature, texts: list[str]) -> Features:
    matrix = np.zeros((len(texts), feature.width), np.float32)
    feature.encode(np.array(texts, object), matrix)
    return matrix


@pytest.mark.parametrize("name", VOCABULARIES)
def test_hard_texts_are_counted_as_in_the_runtime(name: str, tmp_path: Path) -> None:
    feature = TextFeature(name="t", ngrams=(1, 3), vocabulary=VOCABULARIES[name])
    found = counted(build(feature, tmp_path), feature, HARD)
    expected = want(feature, HARD)
    for text, row, wanted in zip(HARD, found, expected, strict=True):
        assert row[0] == 0
        assert row[1:].tolist() == wanted.tolist(), ascii(text)
    assert expected.any()


@pytest.mark.parametrize("compiler", COMPILERS)
def test_long_texts_and_sizes(compiler: str, tmp_path: Path) -> None:
    feature = TextFeature(name="t", ngrams=(2, 2), vocabulary=("a b", "b a", "\u4e00 \u4e00", "\u00e9"))
    program = build(feature, tmp_path, compiler)
    cases = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))
    texts = [*(case["text"] * case["times"] for case in cases if "times" in case), "a b " * 200_000]
    found = counted(program, feature, texts)
    assert not found[:, 0].any()
    np.testing.assert_array_equal(found[:, 1:], want(feature, texts))
    assert found[-1].tolist() == [0, 200_000, 199_999, 0, 0]
    longer = ("a" * 1_048_577).encode()
    assert run(program, feature, len(longer).to_bytes(4, "little") + longer)[0, 0] == 7


CHARACTERS = st.one_of(
    st.sampled_from(sorted({character for text in HARD for character in text})),
    st.characters(exclude_characters="\0"),
    st.sampled_from("i\u0307\u0301\u0323 aE\u00e9\u00c9"),
)


@settings(max_examples=15)
@given(texts=st.lists(st.text(CHARACTERS, max_size=10), min_size=50, max_size=50), data=st.data())
def test_any_texts_by_any_vocabulary(
    texts: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terms, _ = count_all(texts, (1, 2))
    chosen = data.draw(st.lists(st.sampled_from([*terms, "x"]), unique=True, min_size=1, max_size=50))
    feature = TextFeature(name="t", ngrams=(1, 2), vocabulary=tuple(chosen))
    found = counted(build(feature, tmp_path_factory.mktemp("any")), feature, texts)
    np.testing.assert_array_equal(found[:, 1:], want(feature, texts))


def test_every_character_by_a_vocabulary_of_latin(tmp_path: Path) -> None:
    """Each alone, before and after a letter: the tables leave out what no n-gram can tell."""
    words = ("a", "e", "ss", "fi", "1", "a\u0301", "e\u0301", "i", "\u00e6", "\u03c9", "a 1", "ab", "b", "c", "o\u0308")
    feature = TextFeature(name="t", ngrams=(1, 2), vocabulary=words)
    texts = [text for code in range(1, 0x110000) for text in (f"a{chr(code)}b {chr(code)}",)]
    found = counted(build(feature, tmp_path), feature, texts)
    expected = want(feature, texts)
    wrong = np.flatnonzero((found[:, 1:] != expected).any(axis=1))
    assert [hex(code + 1) for code in wrong[:5]] == []


def test_malformed_utf_8_separates_words(tmp_path: Path) -> None:
    feature = TextFeature(name="t", vocabulary=("a", "b", "ab", "\u00e9"))
    program = build(feature, tmp_path)
    for broken in (
        b"\x80",
        b"\xc3",
        b"\xe9\x80",
        b"\xf0\x9f\x98",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\xf5\x80\x80\x80",
        b"\xff",
    ):
        text = b"a" + broken + b"b"
        given = len(text).to_bytes(4, "little") + text
        done = subprocess.run([program], input=given, capture_output=True, check=True)
        assert np.frombuffer(done.stdout, np.float32).tolist() == [0, 1, 1, 0, 0], broken


def test_a_null_in_a_vocabulary_is_refused() -> None:
    with pytest.raises(ConversionError, match="'t' has a word with a null character"):
        TextInC(TextFeature(name="t", vocabulary=("a\0b",)))
