"""Texts become counts of a vocabulary's n-grams."""

from __future__ import annotations

import copy
import datetime
import json
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tagship_runtime.contract import NumericFeature, TextFeature, read_features
from tagship_runtime.errors import ContractError, InputError, InputValueError
from tagship_runtime.features import as_column, encoder
from tagship_runtime.features.text_counts import count_all

BODY = TextFeature(name="body", ngrams=(1, 2), vocabulary=("oil", "crude oil", "the", "e\u0301te\u0301", "\u6771"))
TEXTS = ["Crude oil, crude-oil; OIL!", "", "nothing known", "L'\u00e9t\u00e9 the \u6771\u4eac the"]
WANT = [[3, 2, 0, 0, 0], [0] * 5, [0] * 5, [0, 0, 2, 1, 1]]


def encoded(rows: Any, feature: TextFeature = BODY, unknown: Counter[str] | None = None) -> list[list[float]]:
    matrix: list[list[float]] = encoder((feature,), (None, feature.width)).encode(rows, unknown).tolist()
    return matrix


@pytest.mark.parametrize(
    "rows",
    [
        {"body": TEXTS},
        [{"body": text} for text in TEXTS],
        [[text] for text in TEXTS],
        pd.DataFrame({"body": TEXTS}),
        pl.DataFrame({"body": TEXTS}),
        pa.table({"body": TEXTS}),
        pa.table({"body": pa.array(TEXTS).dictionary_encode()}),
        np.array([[text] for text in TEXTS]),
    ],
    ids=lambda rows: type(rows).__name__,
)
def test_counts_by_every_way_in(rows: Any) -> None:
    assert encoded(rows) == WANT


def test_one_row_is_as_among_others() -> None:
    for text, want in zip(TEXTS, WANT, strict=True):
        assert encoded({"body": text}) == [want]


def test_texts_without_a_known_ngram_are_counted() -> None:
    unknown: Counter[str] = Counter()
    assert encoded({"body": [*TEXTS, None, float("nan")]}, unknown=unknown) == [*WANT, [0] * 5, [0] * 5]
    assert unknown == {"body": 4}


@pytest.mark.parametrize("cell", [1, 1.5, True, b"oil", ["oil"], {"oil": 1}, datetime.date(2020, 1, 2)], ids=repr)
def test_no_text(cell: Any) -> None:
    with pytest.raises(InputValueError, match=r"row 1, column 'body': .* is no text; a text is needed"):
        encoded({"body": ["oil", cell]})


def test_columns_of_other_types() -> None:
    with pytest.raises(InputValueError, match=r"row 0, column 'body': 1.0 is no text"):
        encoded({"body": np.array([1.0, np.nan])})
    assert encoded({"body": np.array([np.nan])}) == [[0] * 5]
    with pytest.raises(InputError, match=r"column 'body' holds datetime64.*; texts are needed"):
        encoded({"body": np.array(["2020-01-02"], "datetime64[D]")})


def test_a_text_that_is_too_long() -> None:
    assert encoded({"body": "oil " * (1 << 18)})[0][0] == 1 << 18
    with pytest.raises(InputValueError, match=r"the text has 10,485,760 characters; at most 1,048,576 are taken"):
        encoded({"body": "a" * (10 << 20)})


def test_counts_are_those_of_every_ngram() -> None:
    terms, everything = count_all(TEXTS, (1, 2))
    assert terms[:6] == ["crude", "oil", "crude oil", "oil crude", "oil oil", "nothing"]
    known = BODY.without_zeros(TEXTS)
    dense = np.zeros((len(TEXTS), len(terms)))
    dense[np.repeat(np.arange(len(TEXTS)), np.diff(everything.indptr)), everything.indices] = everything.counts
    assert dense[:, [terms.index(ngram) for ngram in BODY.vocabulary]].tolist() == WANT
    assert known.indptr.tolist() == [0, 2, 2, 2, 5]
    assert known.indices.tolist() == [0, 1, 2, 3, 4]
    assert known.counts.tolist() == [3, 2, 2, 1, 1]
    assert [array.dtype.str for array in known] == ["<i8", "<i4", "<f4"]
    empty_terms, empty = count_all(["", "?!"], (1, 1))
    assert (empty_terms, empty.indptr.tolist(), empty.indices.tolist()) == ([], [0, 0, 0], [])


def test_beside_other_kinds() -> None:
    features = (NumericFeature(name="n", fill=0.5), TextFeature(name="t", vocabulary=("a", "b")))
    rows = [{"t": "a b b", "n": None}, {"t": None, "n": 2}]
    assert encoder(features, (None, 3)).encode(rows).tolist() == [[0.5, 1, 2], [2, 0, 0]]


def test_the_contract_keeps_it() -> None:
    document = json.loads(json.dumps(BODY.to_dict()))
    assert document == {
        **{"name": "body", "kind": "text", "tokenizer": "words-1", "ngrams": [1, 2]},
        "vocabulary": ["oil", "crude oil", "the", "e\u0301te\u0301", "\u6771"],
    }
    assert read_features([document]) == (BODY,)
    assert copy.deepcopy(BODY) == BODY
    assert BODY.describe() == "text, of which 5 runs of 1 to 2 words count; missing is the empty text"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokenizer": "words-2"}, "'words-2', not 'words-1'"),
        ({"ngrams": [0, 1]}, "0 to 1 words"),
        ({"ngrams": [2, 1]}, "2 to 1 words"),
        ({"ngrams": [1, 5]}, "1 to 5 words; 1 to 4 are read"),
        ({"ngrams": [1]}, "not two numbers"),
        ({"ngrams": [1, "2"]}, "not an integer"),
        ({"vocabulary": []}, "has 0 n-grams"),
        ({"vocabulary": ["a", "b", "a"]}, "repeat"),
        ({"vocabulary": ["a", 1]}, "1 is not a text"),
        ({"vocabulary": [str(number) for number in range(65537)]}, "has 65,537 n-grams; 1 to 65,536 are read"),
        ({"vocabulary": ["a" * 600_000, "\u00e4" * 300_000]}, "1,200,000 bytes; at most 1,048,576 are read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_contract_may_not_hold(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ContractError, match=said):
        read_features([BODY.to_dict() | change])
    for key in ("tokenizer", "ngrams", "vocabulary"):
        with pytest.raises(ContractError, match=f"no key '{key}'"):
            read_features([{name: value for name, value in BODY.to_dict().items() if name != key}])


def test_invented_texts_are_of_the_vocabulary() -> None:
    real = np.array(["private words of somebody"], object)
    texts = BODY.sample(real, 200, np.random.default_rng(0))
    words = {word for ngram in BODY.vocabulary for word in ngram.split()}
    assert {word for text in texts for word in text.split()} == words
    assert all(row.any() for row in np.array(encoded({"body": texts})))
    assert texts == BODY.sample(real, 200, np.random.default_rng(0))
    assert texts != BODY.sample(real, 200, np.random.default_rng(1))


def test_numbers_stand_for_texts_in_a_search() -> None:
    cells = BODY.to_cells(np.array(["oil", None, "crude oil the", "unknown"], object))
    assert BODY.from_cells(cells) == ["oil", "", "oil crude oil the", ""]
    low, high = BODY.bounds(cells)
    numbers = np.floor(np.random.default_rng(0).uniform(low, high + 1, 100))
    texts = BODY.from_cells(numbers)
    assert len(set(texts)) == 100
    many = TextFeature(name="t", vocabulary=tuple(map(str, range(60000))))
    assert len(many.from_cells(np.array([high]))[0].split()) == 4
    assert many.from_cells(many.to_cells(np.array(["9 8 7 6 5"], object))) == ["5 6 7 8"]


def test_the_summary_is_of_many_rows() -> None:
    assert BODY.summarise(np.array(WANT, np.float32)) == {"ngrams": 9 / 4, "empty": 0.5}


def test_parts_are_the_whole() -> None:
    encode = encoder((BODY, NumericFeature(name="n")), (None, 6))
    rows = [{"body": text, "n": number} for number, text in enumerate(TEXTS * 5)]
    whole = encode.encode(rows)
    unknown: Counter[str] = Counter()
    parts = list(encode.encode_parts(rows, 7, unknown))
    assert [len(part) for part in parts] == [7, 7, 6]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert unknown == {"body": 10}
    rows[12]["body"] = 5
    with pytest.raises(InputValueError, match="row 12, column 'body': 5 is no text"):
        list(encode.encode_parts(rows, 7))
    assert [part.shape for part in encode.encode_parts({"body": [], "n": []}, 7)] == [(0, 6)]


def test_fewer_rows_are_invented_where_they_are_wide() -> None:
    wide = TextFeature(name="t", vocabulary=tuple(map(str, range(8192))))
    random = np.random.default_rng(0)
    assert len(encoder((wide,), (None, 8192)).sample({"t": ["1 2"]}, 4096, random)) == 512
    assert len(encoder((BODY,), (None, 5)).sample({"body": TEXTS}, 4096, random)) == 4096


@pytest.mark.parametrize("texts", [["a\0", "a"], ["oil"], ("oil", ""), [np.str_("oil"), "oil"]])
def test_texts_of_a_list_stay_what_they_are(texts: Any) -> None:
    """NumPy's own arrays of texts lose NULs at the end, and give every text the room of the longest."""
    found = as_column(texts)
    assert found.dtype == object
    assert found.tolist() == list(texts)
    alone = as_column(texts[0])
    assert alone.shape == ()
    assert alone.dtype == object
    assert alone.item() == texts[0]
