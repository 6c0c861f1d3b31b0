"""Tables become rows by purpose, described by the training rows and encoded alike."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_runtime.files.dataset import Dataset
from tagship_training import Config, Options, from_arrays
from tagship_training.data.prepare import as_dataset, prepare, with_labels_of
from tagship_training.data.sparse_rows import all_rows
from tagship_training.errors import TableError

RANDOM = np.random.default_rng(0)


def some(rows: int, labels: tuple[str, ...] = ("a", "b"), offset: float = 0.0) -> Dataset:
    features = RANDOM.normal(size=(rows, 3)) + offset
    return from_arrays(features, RANDOM.integers(0, 2, (rows, len(labels))), labels=labels)


def test_a_third_is_set_aside_and_the_rest_describes_the_columns() -> None:
    data = some(90)
    table = prepare(data, None, None, Config(), Options())
    assert {name: len(rows) for name, rows in table.rows.items()} == {"train": 60, "test": 30}
    assert table.labels == ("a", "b")
    assert {name: matrix.shape for name, matrix in table.matrices.items()} == {"train": (60, 3), "test": (30, 3)}
    joined = np.concatenate([table.matrices["train"], table.matrices["test"]])
    want = np.stack(list(data.columns.values()), axis=1).astype(np.float32)
    np.testing.assert_array_equal(joined[np.lexsort(joined.T)], want[np.lexsort(want.T)])


def test_labels_of_other_rows_follow_the_training_rows() -> None:
    train, test = some(40), some(20, labels=("b", "a"))
    table = prepare(train, test, None, Config(), Options())
    assert table.rows["test"].labels == ("a", "b")
    np.testing.assert_array_equal(table.rows["test"].known_targets, test.known_targets[:, ::-1])
    with pytest.raises(TableError, match="the validation table has the labels"):
        prepare(train, test, some(20, labels=("b", "c")), Config(), Options())


def test_pairs_take_the_names_of_the_training_rows() -> None:
    train = from_arrays(RANDOM.normal(size=(20, 2)), np.eye(20, 2), labels=["a", "b"], names=["width", "height"])
    other = as_dataset((np.ones((4, 2)), np.eye(4, 2)), train)
    assert other is not None
    assert (list(other.columns), other.labels) == (["width", "height"], ("a", "b"))
    assert as_dataset(None, train) is None


def test_named_targets_of_pairs_are_matched_by_name() -> None:
    train = some(20)
    other = as_dataset((np.ones((2, 3)), {"b": [0, 1], "a": [1, 1]}), train)
    assert other is not None
    assert other.labels == ("b", "a")
    assert with_labels_of(train, other, "test").known_targets.tolist() == [[1, 0], [1, 1]]


def test_fewer_training_rows_leave_the_others_as_they_are() -> None:
    table = prepare(some(60), some(20), None, Config(), Options())
    part = table.take_training_rows(np.array([3, 5, 8]))
    np.testing.assert_array_equal(part.matrices["train"], table.matrices["train"][np.array([3, 5, 8])])
    np.testing.assert_array_equal(part.rows["train"].known_targets, table.rows["train"].known_targets[[3, 5, 8]])
    assert part.rows["test"] is table.rows["test"]


def test_a_cell_that_the_description_refuses_is_told_with_its_table() -> None:
    train, test = some(40), some(20)
    columns = dict(test.columns)
    columns["feature_1"] = np.where(np.arange(20) == 7, np.nan, columns["feature_1"])
    holed = Dataset(table=columns, targets=test.known_targets, labels=test.labels)
    table = prepare(train, holed, None, Config(), Options())  # missing in one table that is given: filled in all
    assert np.isfinite(all_rows(table.matrices["test"])).all()
    columns["feature_1"] = np.array(["x"] * 20, object)
    worded = Dataset(table=columns, targets=test.targets, labels=test.labels)
    with pytest.raises(TableError, match="the test rows: row 0, column 'feature_1'"):
        prepare(train, worded, None, Config(), Options())
