"""Rows from files and from memory, with their truth where it is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tagship_export.data.rows import read_rows, targets_of
from tagship_export.errors import ExportError
from tagship_runtime.contract import NumericFeature


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
    ],
)
def test_values_that_meant_on_in_training_do_so_in_other_tables(
    cells: list[Any], trained: tuple[str, ...], said: tuple[str, ...], want: list[int]
) -> None:
    found = targets_of({"a": cells}, ("a",), trained, said)
    assert found is not None
    assert found[:, 0].tolist() == want


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
