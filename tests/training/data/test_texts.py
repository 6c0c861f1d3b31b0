"""Columns of texts are recognized, get a vocabulary, and become sparse rows that are those of the device's encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from tagship_runtime.contract import CategoryFeature, TextFeature
from tagship_runtime.errors import InputError
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data import columns, vocabulary
from tagship_training.data.encode import encode
from tagship_training.data.kinds.text import looks_like_text
from tagship_training.data.repeated_rows import find_repeated, find_repeated_within
from tagship_training.data.sample_articles import articles
from tagship_training.data.sparse_rows import SparseRows, all_rows, stack_rows, take_rows
from tagship_training.data.tables import read
from tagship_training.errors import ConfigError, TableError

ARTICLES = articles().slice(0, 200)
TOPICS = [cell.split(";") for cell in ARTICLES["topics"].to_pylist()]
TARGETS = np.array([["weather" in own, "sport" in own] for own in TOPICS], np.uint8)


def rows(**more: list[object]) -> Dataset:
    table = {"title": ARTICLES["title"], "body": ARTICLES["body"], **more}
    return Dataset(table=pyarrow.table(table), targets=TARGETS, labels=("weather", "sport"))


def column(cells: list[object]) -> np.ndarray:
    return np.array(cells, object)


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (ARTICLES["title"].to_pylist(), True),
        (ARTICLES["body"].to_pylist(), True),
        (["雨が強く降った。", "風が吹いた。", "雪が降る町。"] * 1, True),
        ([f"first{number} last{number}" for number in range(50)], False),  # names
        (["red", "green", "blue"] * 20, False),
        (["a very long name of a colour", "another long name of one"] * 20, False),
        ([None, "", None], False),
    ],
)
def test_texts_are_many_words_and_mostly_different(cells: list[object], text: bool) -> None:
    assert looks_like_text(column(cells)) is text


def test_columns_are_texts_unless_the_user_says_otherwise() -> None:
    found, notices = columns.infer(rows(), Kinds())
    assert [type(feature) for feature in found] == [TextFeature, TextFeature]
    assert notices == ["columns 'title', 'body' are taken as text, whose words are counted; --no-text leaves texts out"]
    named, notices = columns.infer(rows(), Kinds(text=("title",), find_text=False))
    assert [feature.name for feature in named] == ["title"]
    assert [notice for notice in notices if "'body' is left out: 200 different texts" in notice]
    with pytest.raises(TableError, match="no column is left to learn from"):
        columns.infer(rows(), Kinds(find_text=False))
    colour, _ = columns.infer(rows(colour=["red", "blue"] * 100), Kinds())
    assert isinstance(colour[2], CategoryFeature)


@pytest.mark.parametrize("cell", [3, 2.5, True, b"bytes", ["a", "list"]])
def test_a_cell_that_is_no_text_is_told(cell: object) -> None:
    cells = ["some words of a text", cell] * 100
    table = {"note": column(cells)}
    with pytest.raises(TableError, match="row 1, column 'note'"):
        columns.check(Dataset(table=table, targets=TARGETS, labels=("a", "b")), Kinds(text=("note",)))


def test_rare_words_are_left_out_and_counted_over_all_columns() -> None:
    texts = {"title": ["rain rain", "rain", "sun"] + [""] * 97, "body": ["sun once", "sun", "fog"] + ["x"] * 97}
    found = vocabulary.fit(texts, TARGETS[:100])
    # "sun" is in three rows, but in one title only; "fog" and "once" are in one row; "rain" is in two.
    assert [(feature.name, feature.vocabulary) for feature in found] == [("body", ("sun", "x"))]


def test_too_many_words_are_chosen_by_what_they_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST_TERMS", 1)
    truth = np.zeros((100, 1), np.uint8)
    truth[:30] = 1
    texts = {"note": ["rain the"] * 30 + ["sun the"] * 30 + ["the a"] * 40}
    (feature,) = vocabulary.fit(texts, truth)
    assert feature.vocabulary == ("rain",)


def test_runs_of_words_are_counted_where_asked() -> None:
    texts = {"note": ["not good", "not good", "not bad", "good"] * 25}
    (words,) = vocabulary.fit(texts, TARGETS[:100])
    assert (words.ngrams, words.vocabulary) == ((1, 1), ("bad", "good", "not"))
    (pairs,) = vocabulary.fit(texts, TARGETS[:100], 2)
    assert (pairs.ngrams, pairs.vocabulary) == ((1, 2), ("bad", "good", "not", "not bad", "not good"))


def test_pairs_are_counted_where_a_word_is_one_character() -> None:
    texts = {"title": ["天气很好", "天气不好"] * 50, "body": ["rain and wind, 雨"] * 100, "none": [""] * 100}
    title, body = vocabulary.fit(texts, TARGETS[:100])
    assert (title.ngrams, body.ngrams) == ((1, 2), (1, 1))
    assert {"天", "气", "很", "不", "好"} < set(title.vocabulary)
    assert "天 气" in title.vocabulary
    assert vocabulary.fit(texts, TARGETS[:100], 1)[0].ngrams == (1, 1)


def test_too_many_runs_are_chosen_by_what_their_words_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST_TERMS", 2)
    truth = np.array([[1, 0], [0, 1]] * 50, np.uint8)
    truth[::4] = 0
    texts = {"note": ["crude oil of it" if row[0] else "gold of it" if row[1] else "it of" for row in truth]}
    (feature,) = vocabulary.fit(texts, truth, 2)
    assert all(" " not in term for term in feature.vocabulary)


@pytest.mark.parametrize("most", [0, 5, -1])
def test_runs_have_one_to_four_words(most: int) -> None:
    with pytest.raises(ConfigError, match=f"ngrams is {most}; from 1 to 4 words are needed"):
        Kinds(ngrams=most)


def test_sparse_rows_are_those_of_the_device() -> None:
    data = rows(size=[float(number % 7) for number in range(200)])
    features, _ = columns.infer(data, Kinds())
    matrix = encode(data, features)
    assert isinstance(matrix, SparseRows)
    want = data.matrix(features)
    np.testing.assert_array_equal(all_rows(matrix), want)
    some = np.array([5, 3, 3])
    np.testing.assert_array_equal(matrix[some], want[some])
    np.testing.assert_array_equal(all_rows(take_rows(matrix, some)), want[some])
    np.testing.assert_array_equal(all_rows(stack_rows([matrix, matrix.take(some)])), np.concatenate([want, want[some]]))
    assert find_repeated(matrix, matrix.take(some)).all()
    assert find_repeated_within(matrix.take(some)).tolist() == [False, True, True]
    changed = want[:4].copy()
    changed[0, 0] += 1
    assert find_repeated(matrix, SparseRows(changed)).tolist() == [False, True, True, True]


def test_a_number_among_the_texts_of_json_lines_is_told(tmp_path: Path) -> None:
    """Arrow has one type for each column, so the number is a text by the time that columns are looked at."""
    cells: list[object] = ARTICLES["body"].to_pylist()
    clean, mixed = tmp_path / "clean.jsonl", tmp_path / "mixed.jsonl"
    for path, odd in ((clean, "five"), (mixed, 5)):
        cells[123] = odd
        path.write_text("".join(json.dumps({"body": cell}) + "\n" for cell in cells), encoding="utf-8")
    learned, other = (
        Dataset(table=read(str(path)), targets=TARGETS, labels=("weather", "sport")) for path in (clean, mixed)
    )
    features, _ = columns.infer(learned, Kinds())
    columns.check(learned, Kinds())
    told = r"row 123, column 'body': 5 is no text; a text is needed"
    with pytest.raises(TableError, match=told):
        columns.check(other, Kinds())
    with pytest.raises(InputError, match=told):  # rows to test with, whose kinds are those of training
        encode(other, features)
