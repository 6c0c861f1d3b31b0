"""Tables of numbers that are mostly zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from tagship_runtime.contract import NumericFeature, OffsetFeature
from tagship_training import Config, TrainingError, from_arrays, train
from tagship_training.config import Kinds
from tagship_training.data import columns
from tagship_training.data.encode import encode
from tagship_training.data.sparse_rows import SparseRows
from tagship_training.data.sparse_table import SparseTable

ROWS, WIDTH = 900, 220
RANDOM = np.random.default_rng(5)
DENSE = (RANDOM.random((ROWS, WIDTH)) < 0.06) * RANDOM.integers(1, 4, (ROWS, WIDTH)).astype(np.float32)
TARGETS = np.stack([DENSE[:, :9].sum(axis=1) > 0, DENSE[:, 20:40].sum(axis=1) > 2], axis=1).astype(np.uint8)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_matrix, sparse.coo_array, sparse.csr_array])
def test_a_sparse_matrix_is_kept_sparse_and_means_what_a_dense_one_does(kind: Any) -> None:
    rows = from_arrays(kind(DENSE), sparse.csr_matrix(TARGETS))
    assert isinstance(rows.table, SparseTable)
    assert len(rows) == ROWS
    assert (rows.known_targets == TARGETS).all()
    dense = from_arrays(DENSE, TARGETS)
    assert list(rows.columns) == list(dense.columns)
    for name, values in dense.columns.items():
        np.testing.assert_array_equal(rows.columns[name], values)
    some = np.array([7, 3, 700])
    np.testing.assert_array_equal(rows.take(some).columns["feature_4"], DENSE[some, 4])
    assert rows.take(some).to_table().equals(dense.take(some).to_table())


def test_features_and_matrices_are_those_of_the_dense_table() -> None:
    values = DENSE.astype(np.float64)
    values[3, 1], values[5, 1] = np.nan, np.nan  # is filled
    values[:, 2] = 1.6e9 + np.arange(ROWS)  # needs an offset
    values[:, 6] = 0  # teaches nothing
    both = [from_arrays(made, TARGETS) for made in (values, sparse.csr_matrix(values))]
    incomplete = [columns.check(rows, Kinds()) for rows in both]
    assert incomplete == [{"feature_1"}, {"feature_1"}]
    (dense, notes), (found, found_notes) = (columns.infer(rows, Kinds(), {"feature_1"}) for rows in both)
    assert found == dense
    assert found_notes == notes
    assert isinstance(found[2], OffsetFeature)
    assert isinstance(found[1], NumericFeature)
    assert found[1].fill is not None
    matrix = encode(both[1], found)
    assert isinstance(matrix, SparseRows)
    np.testing.assert_array_equal(matrix[:], encode(both[0], dense))


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (sparse.csr_matrix(np.eye(3, dtype=complex)), "sparse matrix of complex128"),
        (sparse.csr_matrix((3, 0)), "shape \\(3, 0\\)"),
        (sparse.eye(4), "4 rows of features and 2 labels for targets of shape \\(3, 2\\)"),
    ],
)
def test_matrices_that_cannot_be_learned_from(features: Any, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        from_arrays(features, np.ones((3, 2)))


def test_infinite_cells_are_named() -> None:
    values = DENSE.copy()
    values[2, 3] = np.inf
    with pytest.raises(TrainingError, match="row 2, column 'feature_3': inf is infinite"):
        train(sparse.csr_matrix(values), TARGETS)


def test_training_from_sparse_rows_never_makes_all_of_them_dense(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither teachers, students nor figures do, and the model scores dense and sparse rows alike."""
    monkeypatch.setattr("tagship_training.data.sparse_rows.AT_ONCE", 60 * WIDTH)
    monkeypatch.setattr("tagship_training.network.steps.CHUNK_BYTES", 1)  # a batch at a time, of 256 rows at most
    dense: list[int] = []
    taken = SparseRows.__getitem__

    def counted(rows: SparseRows, some: Any) -> Any:
        made = taken(rows, some)
        dense.append(len(made))
        return made

    monkeypatch.setattr(SparseRows, "__getitem__", counted)
    run = train(sparse.csr_matrix(DENSE), TARGETS, config=Config(epochs=2, max_parameters=20_000))
    assert max(dense) <= 256 < len(run.rows["test"])
    kept = [feature.name for feature in run.features]
    scores = run.predict_proba(sparse.csr_matrix(DENSE))
    names = {name: values for name, values in from_arrays(DENSE, TARGETS).columns.items() if name in kept}
    np.testing.assert_allclose(scores, run.predict_proba(names), atol=2e-6)
    with pytest.raises(TrainingError, match="220 feature names"):
        run.predict_proba(sparse.csr_matrix(DENSE[:, :5]))
