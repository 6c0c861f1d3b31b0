"""Rows with their truth: whatever holds them, they are counted, taken and written alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow
import pytest

from tagship_runtime.contract import NumericFeature
from tagship_runtime.errors import DataError
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.label_columns import feature_columns, label_column

COLUMNS = {"a": np.arange(5.0), "b": np.arange(5.0) * 2}
TARGETS = np.array([[0, 1], [1, 1], [0, 0], [1, 0], [0, 1]], np.uint8)
TABLES = {
    "arrow": pyarrow.table(COLUMNS),
    "columns": COLUMNS,
    "array": np.stack(list(COLUMNS.values()), axis=1),
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("known", [True, False])
def test_rows_are_taken_in_order(kind: str, known: bool) -> None:
    data = Dataset(table=TABLES[kind], targets=TARGETS if known else None, labels=("x", "y"))
    assert len(data) == 5
    some = data.take(np.array([4, 0, 4]))
    assert len(some) == 3
    values: Any = some.table[:, 0] if kind == "array" else some.columns["a"]
    assert values.tolist() == [4, 0, 4]
    assert list(some.columns) == ([] if kind == "array" else ["a", "b"])
    if known:
        assert some.known_targets.tolist() == [[0, 1], [0, 1], [0, 1]]
    else:
        assert some.targets is None
        with pytest.raises(DataError, match="no labels"):
            _ = some.known_targets


@pytest.mark.parametrize("kind", ["arrow", "columns"])
def test_one_table_holds_features_and_truth(kind: str) -> None:
    data = Dataset(table=TABLES[kind], targets=TARGETS, labels=("a", "y"))
    table = data.to_table()
    assert table.column_names == ["a", "b", "label:a", "label:y"]
    assert table["label:a"].to_pylist() == [0, 1, 0, 1, 0]
    alone = Dataset(table=TABLES[kind], targets=None, labels=()).to_table()
    assert alone.column_names == ["a", "b"]
    features = (NumericFeature(name="b"), NumericFeature(name="a"))
    np.testing.assert_array_equal(data.matrix(features), np.stack([COLUMNS["b"], COLUMNS["a"]], axis=1))


def test_a_table_without_columns_has_no_rows() -> None:
    assert len(Dataset(table={}, targets=None, labels=())) == 0


@pytest.mark.parametrize(
    ("columns", "want"),
    [(["a", "label:a"], "label:a"), (["label:a"], "label:a"), (["b", "a"], "a"), (["b", "label:b"], None)],
)
def test_a_label_is_found_by_its_prefix_first(columns: list[str], want: str | None) -> None:
    assert label_column("a", columns) == want


def test_columns_without_truth_are_features() -> None:
    assert feature_columns(["z", "label:a", "a", "b", "label:c"], ("a", "b")) == ["z", "label:c"]
