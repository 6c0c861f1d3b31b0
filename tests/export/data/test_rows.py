"""Rows from files and from memory, with their truth where it is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_export.data.rows import read_rows, targets_of
from tagship_export.errors import ExportError
from tagship_runtime.contract import NumericFeature, TextFeature
from tagship_runtime.errors import TagshipError


def test_targets_by_either_name() -> None:
    table = {"label:a": [0, 1], "b": [1, 1], "x": [0.5, 0.5]}
    found = targets_of(table, ("a", "b"))
    assert found is not None
    assert found.tolist() == [[0, 1], [1, 1]]
    assert targets_of(table, ("c",)) is None
    with pytest.raises(ExportError, match="none for 'c'"):
        targets_of(table, ("a", "c"))
    with pytest.raises(ExportError, match="0 and 1"):
        targets_of(table, ("x",))


@pytest.mark.parametrize(
    ("cells", "trained", "said", "want"),
    [
        (["no", "yes", "no"], ("no",), (), [1, 0, 1]),
        (["yes", "yes", "yes"], ("no",), (), [0, 0, 0]),  # where none of them is there, nothing else would tell
        (["no", "yes", "no"], ("no",), ("yes",), [0, 1, 0]),
        ([1, 0, 1], ("no",), (), [1, 0, 1]),
        ([2, 1, 3], ("2", "3"), (), [1, 0, 1]),
        (["ja", "nein", "ja"], ("2",), (), [1, 0, 1]),
        ([1, 0, 1], (), ("pass",), [1, 0, 1]),
        (["ja", "nein", "ja"], ("gut",), ("pass",), [1, 0, 1]),
        ([True, False, True], (), ("yes", "true", "x"), [1, 0, 1]),
    ],
)
def test_values_that_meant_on_in_training_do_so_in_other_tables(
    cells: list[Any], trained: tuple[str, ...], said: tuple[str, ...], want: list[int]
) -> None:
    found = targets_of({"a": cells}, ("a",), trained, said)
    assert found is not None
    assert found[:, 0].tolist() == want


def test_a_column_with_none_of_the_values_that_are_said_to_mean_on_is_refused() -> None:
    with pytest.raises(ExportError, match=r"label column 'a' holds 'gut', 'bad', and never 'pass', which --positive"):
        targets_of({"a": ["gut", "bad"]}, ("a",), ("gut",), ("pass",))


@pytest.mark.parametrize(
    ("cells", "trained"),
    [
        (["ja", "nein"], ("gut",)),
        (["x", None], ("gut",)),
        (["x", "", ""], ("gut",)),
        (["ja", "ja"], ("gut",)),
        (["WAHR", "FALSCH"], ("gut",)),
        (["good", "bad"], ("gut",)),
        ([1, 0], ("2",)),
    ],
)
def test_words_that_training_may_not_have_had_are_not_off(cells: list[Any], trained: tuple[str, ...]) -> None:
    with pytest.raises(
        ExportError, match=rf"label column 'a' holds .*{cells[0]}.*, and never .*{trained[0]}.*--positive"
    ):
        targets_of({"a": cells}, ("a",), trained)
    found = targets_of({"a": cells}, ("a",), trained, (str(cells[0]),))
    assert found is not None
    assert found[:, 0].tolist() == [int(cell == cells[0]) for cell in cells]


@pytest.mark.parametrize("cells", [["schlecht", "schlecht"], ["schlecht", None], [None, None]])
def test_a_label_may_be_off_in_all_rows(cells: list[Any]) -> None:
    found = targets_of({"a": cells}, ("a",), ("gut",))
    assert found is not None
    assert found[:, 0].tolist() == [0, 0]


@pytest.mark.parametrize("blank", [["", " "], [None, None], [float("nan")] * 2])
@pytest.mark.parametrize(
    ("trained", "words", "off"),
    [
        ((), {"a": ["x"]}, True),
        (("gut",), {"a": ["gut"]}, True),
        ((), {"a": ["0", "1"]}, False),
        ((), {"a": ["x", "y"]}, False),
        ((), {"b": ["x"]}, False),
        ((), None, False),
    ],
)
def test_blanks_are_off_where_they_were_in_training(
    blank: list[Any], trained: tuple[str, ...], words: dict[str, list[str]] | None, *, off: bool
) -> None:
    told: list[str] = []
    try:
        found = targets_of({"label:a": blank}, ("a",), trained, words=words, note=told.append)
    except ExportError as error:
        assert not off
        assert "'label:a'" in str(error)
        return
    assert off
    assert found is not None
    assert found.tolist() == [[0], [0]]
    assert len(told) == 1
    assert "label column 'label:a' is blank in all rows, and so off in all of them" in told[0]


def test_words_that_training_did_not_have_are_refused_where_its_words_are_known() -> None:
    assert targets_of({"a": ["bad"]}, ("a",), ("gut",)) is not None
    assert targets_of({"a": ["bad"]}, ("a",), ("gut",), words={"a": ["bad", "gut"]}) is not None
    with pytest.raises(ExportError, match="label column 'a' holds 'bad', and never 'gut', which meant on in training"):
        targets_of({"a": ["bad"]}, ("a",), ("gut",), words={"a": ["gut", "schlecht"]})


TABLE = {"label:a": [0, 1], "x": [0.5, 0.25], "b": [1, 1], "y": [3.0, 4.0]}


@pytest.mark.parametrize("given", [TABLE, (TABLE, [[0, 1], [1, 1]])], ids=["a table", "features and truth"])
def test_the_truth_is_no_feature(given: Any) -> None:
    rows = read_rows(given, ("a", "b"))
    assert rows.table.column_names == ["x", "y"]
    assert rows.targets is not None
    assert rows.targets.tolist() == [[0, 1], [1, 1]]


def test_a_feature_that_is_called_as_a_label_stays() -> None:
    table = {"label:a": [0, 1], "a": [0.5, 0.25], "b": [1, 1]}
    rows = read_rows(table, ("a", "b"), (NumericFeature(name="a"),))
    assert rows.table.column_names == ["a"]
    assert rows.targets is not None
    assert rows.targets.tolist() == [[0, 1], [1, 1]]


def test_columns_of_the_truth_in_files_are_no_features_either(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("label:a,x,b,y\n0,0.5,1,3\n1,0.25,1,4\n")
    assert read_rows(str(path), ("a", "b")).table.to_pydict() == {"x": [0.5, 0.25], "y": [3, 4]}


NAMED = (NumericFeature(name="x"), NumericFeature(name="z"))


@pytest.fixture
def named(tmp_path: Path) -> Callable[..., str]:
    def write(**arrays: Any) -> str:
        np.savez(tmp_path / "rows.npz", **arrays)
        return str(tmp_path / "rows.npz")

    return write


def test_names_in_arrays_decide_and_not_their_order(named: Callable[..., str]) -> None:
    path = named(x=[[1, 2, 3], [4, 5, 6]], y=[[0, 1], [1, 1]], feature_names=["z", "w", "x"], label_names=["b", "a"])
    rows = read_rows(path, ("a", "b"), NAMED)
    assert rows.matrix(NAMED).tolist() == [[3, 1], [6, 4]]
    assert rows.known_targets.tolist() == [[1, 0], [1, 1]]


def test_arrays_without_names_are_taken_in_their_order(named: Callable[..., str]) -> None:
    rows = read_rows(named(x=[[1, 2], [4, 5]], y=[[0, 1], [1, 1]]), ("a", "b"), NAMED)
    assert rows.matrix(NAMED).tolist() == [[1, 2], [4, 5]]
    assert rows.known_targets.tolist() == [[0, 1], [1, 1]]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"label_names": ["c", "d"]}, "none is called 'a'"),
        ({"label_names": ["a"]}, r"1 label_names for y of shape \(2, 2\)"),
        ({"feature_names": ["x"]}, r"1 feature_names for x of shape \(2, 2\)"),
        ({"feature_names": ["x", "x"]}, "two are the same"),
        ({"feature_names": ["x", "v"]}, "'z'"),
    ],
)
def test_names_in_arrays_that_do_not_fit(names: dict[str, Any], said: str, named: Callable[..., str]) -> None:
    path = named(x=[[1, 2], [4, 5]], y=[[0, 1], [1, 1]], **names)
    with pytest.raises((ExportError, TagshipError), match=said):
        read_rows(path, ("a", "b"), NAMED).matrix(NAMED)


def test_named_targets_of_a_pair_are_matched() -> None:
    rows = read_rows((np.ones((2, 2)), {"b": [0, 1], "a": [1, 1]}), ("a", "b"))
    assert rows.known_targets.tolist() == [[1, 0], [1, 1]]


@pytest.mark.parametrize("given", [np.zeros((5, 6), np.float32), np.zeros((5, 1), np.int64), np.full((5, 2), "a b")])
def test_a_model_of_texts_is_told_how_to_be_given_them(given: Any, tmp_path: Path) -> None:
    features = (TextFeature(name="text", vocabulary=("a", "b")),)
    np.savez(tmp_path / "rows.npz", x=given)
    for data in (given, tmp_path / "rows.npz"):
        with pytest.raises(ExportError, match=r"the model takes a text of each row: give texts, such as np.savez"):
            read_rows(data, ("up", "down"), features)
    assert len(read_rows(np.array(["a b", "b"]), ("up", "down"), features)) == 2
    assert len(read_rows(np.array([["a b"], ["b"]], object), ("up", "down"), features)) == 2
