"""Labels from columns and from tags."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow
import pytest

from tagship_training.data.label_columns import LabelColumns, find_labels, label_words
from tagship_training.data.tables import from_table
from tagship_training.errors import TableError, TrainingError


@pytest.mark.parametrize("cell", ["-", "n/a", "N/A", " - ", "None", "?"])
def test_a_word_for_what_is_missing_is_no_tag(cell: str) -> None:
    table = pyarrow.table({"x": [1, 2, 3], "tags": ["a;b", cell, "a;-"]})
    assert from_table(table, LabelColumns(tags="tags", min_count=1)).labels == ("-", "a", "b")


def test_tags() -> None:
    table = pyarrow.table({"x": list(range(6)), "tags": ["a;b", " b ", "a", None, "", "c;;b"]})
    data = from_table(table, LabelColumns(tags="tags", min_count=2))
    assert data.labels == ("a", "b")
    assert data.known_targets.tolist() == [[1, 1], [0, 1], [1, 0], [0, 0], [0, 0], [0, 1]]
    assert data.table.column_names == ["x"]
    with pytest.raises(TrainingError, match="tags-min-count"):
        from_table(table, LabelColumns(tags="tags", min_count=9))


def test_rare_tags_are_told() -> None:
    table = pyarrow.table({"x": list(range(6)), "tags": ["a;b", "b", "a", "d", "", "c;;b"]})
    notes: list[str] = []
    from_table(table, LabelColumns(tags="tags", min_count=2, note=notes.append))
    said = "2 tags are no labels, since each stands on fewer than 2 rows: 'c', 'd'; --tags-min-count changes that"
    assert notes == [said]
    from_table(table, LabelColumns(tags="tags", min_count=1, note=notes.append))
    assert notes == [said]


@pytest.mark.parametrize(
    ("separator", "cells"),
    [
        (";", ["a b ; c", "c;a b", " c ;; "]),
        (" ; ", ["a b ; c", "c;a b", " c ;; "]),
        (", ", ["a b, c", "c,a b", "c ,"]),
        ("\t", ["a b\tc", "c \t a b", "\tc"]),
        (" ", ["a  c", " c a ", "c"]),
    ],
)
def test_blanks_around_separators_belong_to_no_tag(separator: str, cells: list[str]) -> None:
    """But within a tag; and a blank may be the separator itself."""
    table = pyarrow.table({"x": [1, 2, 3], "t": cells})
    data = from_table(table, LabelColumns(tags="t", separator=separator, min_count=1))
    assert data.labels == ("a" if separator == " " else "a b", "c")
    assert data.known_targets.tolist() == [[1, 1], [1, 1], [0, 1]]


def test_tags_in_lists() -> None:
    table = pyarrow.table({"x": [1, 2, 3], "t": [["a;b", " c "], None, ["c", None, ""]]})
    data = from_table(table, LabelColumns(tags="t", min_count=1))
    assert data.labels == ("a;b", "c")
    assert data.known_targets.tolist() == [[1, 1], [0, 0], [0, 1]]


def test_tags_of_other_tables_are_those_of_training() -> None:
    where = LabelColumns(tags="t", min_count=2)
    import pyarrow

    data = from_table(pyarrow.table({"x": [1, 2, 3], "t": ["a;b", "a;b", "c"]}), where)
    assert data.labels == ("a", "b")
    from dataclasses import replace

    other = from_table(pyarrow.table({"x": [1, 2], "t": ["b;d", ""]}), replace(where, vocabulary=data.labels))
    assert (other.labels, other.known_targets.tolist()) == (("a", "b"), [[0, 1], [0, 0]])


def test_a_table_with_other_words_than_the_training_table_is_refused() -> None:
    train = pyarrow.table({"w": [1, 2, 3], "a": ["gut", "mittel", "schlecht"]})
    where = LabelColumns(names=("a",), positive=("gut",))
    known = replace(where, words=label_words(train, where))
    off = pyarrow.table({"w": [1, 2, 3], "a": ["mittel", "Schlecht ", None]})
    assert find_labels(off, known).targets.tolist() == [[0], [0], [0]]
    for cells in (["ja", "nein"], ["x", ""], [1, 0], ["schlecht", "bad"]):
        other = pyarrow.table({"w": [1, 2], "a": cells})
        with pytest.raises(TableError, match=r"label column 'a' holds .*, and never 'gut', which meant on in training"):
            find_labels(other, known)


@pytest.mark.parametrize(
    ("cells", "positive", "want"),
    [
        (["pass", "fail"], ("pass",), [1, 0]),
        (["ja", "nein"], ("pass",), [1, 0]),  # a usual pair is read as such where none of the words is there
        ([1, 0], ("pass",), [1, 0]),
        (["x", None], ("pass",), [1, 0]),
        (["fail", None], ("pass",), [0, 0]),
        (["ja", "nein"], ("nein",), [0, 1]),
        (["ja", "ja"], ("nein",), [0, 0]),
        ([True, False], ("true",), [1, 0]),
        ([True, False], ("WAHR", "x"), [1, 0]),
        ([True, False], ("1",), [1, 0]),
        ([True, False], ("falsch",), [0, 1]),
        ([1, 0], ("falsch",), [1, 0]),
    ],
)
def test_values_that_mean_on(cells: list[Any], positive: tuple[str, ...], want: list[int]) -> None:
    table = pyarrow.table({"w": [1, 2], "a": cells})
    assert find_labels(table, LabelColumns(names=("a",), positive=positive)).targets[:, 0].tolist() == want


def test_a_column_that_holds_none_of_the_values_is_told_of() -> None:
    table = pyarrow.table({"w": [1, 2], "a": ["good", "bad"]})
    with pytest.raises(TableError, match=r"label column 'a' holds 'good', 'bad', and never 'pass', which --positive"):
        find_labels(table, LabelColumns(names=("a",), positive=("pass",)))
