"""Sparse matrices in .npz files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from tagship_runtime.errors import DataError
from tagship_runtime.files import read_batches
from tagship_runtime.files.readers.batch import Reading
from tagship_runtime.files.readers.compressed_rows import CompressedRows
from tagship_runtime.files.readers.npz import read_npz

DENSE = np.array([[0, 2.5, 0, 0], [0, 0, 0, 0], [1, 0, 0, -3], [0, 0, 4, 0]], np.float32)


def arrays_of(matrix: Any, **others: Any) -> dict[str, Any]:
    named = {name: getattr(matrix, name) for name in ("data", "indices", "indptr", "shape", "format")}
    return named | others


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
def test_what_scipy_saves(tmp_path: Path, make: Any) -> None:
    sparse.save_npz(tmp_path / "a.npz", make(DENSE))
    arrays = read_npz(tmp_path / "a.npz")
    assert isinstance(arrays.features, CompressedRows)
    assert (arrays.targets, arrays.others) == (None, {})
    np.testing.assert_array_equal(np.asarray(arrays.features), DENSE)
    np.testing.assert_array_equal(arrays.features[1:3], DENSE[1:3])
    np.testing.assert_array_equal(arrays.features[3:9], DENSE[3:])
    assert arrays.features[2:1].shape == (0, 4)


def test_what_stands_twice_is_summed_as_scipy_does(tmp_path: Path) -> None:
    twice = sparse.csr_array((np.array([1.0, 2.0]), np.array([1, 1]), np.array([0, 2])), (1, 3))
    np.savez(tmp_path / "a.npz", **arrays_of(twice))
    np.testing.assert_array_equal(np.asarray(read_npz(tmp_path / "a.npz").features), twice.toarray())


@pytest.mark.parametrize("named", [True, False])
def test_batches(tmp_path: Path, named: bool) -> None:
    names: Any = {"feature_names": list("abcd")} if named else {}
    np.savez(tmp_path / "a.npz", **arrays_of(sparse.csr_matrix(DENSE), part=np.arange(4), **names))
    found = list(read_batches(str(tmp_path / "a.npz"), Reading(rows=3)))
    assert [batch.size for batch in found] == [3, 1]
    assert [batch.columns["part"] for batch in found] == [[0, 1, 2], [3]]
    if named:
        assert [batch.columns["d"].tolist() for batch in found] == [[0, 0, -3], [0]]
    else:
        np.testing.assert_array_equal(np.concatenate([batch.rows for batch in found]), DENSE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": "csc"}, "format 'csc'; save its tocsr"),
        ({"indices": np.array([1, 0, 3, 4])}, "do not fit each other"),
        ({"indices": np.array([1, 0, 3, -1])}, "do not fit each other"),
        ({"indptr": np.array([0, 1, 1, 3, 9])}, "do not fit each other"),
        ({"indptr": np.array([0, 3, 1, 3, 4])}, "do not fit each other"),
        ({"indptr": np.array([0, 1, 1, 4])}, "do not fit each other"),
        ({"shape": np.array([4])}, r"shape \[4\] whose arrays"),
        ({"data": np.array(["a", "b", "c", "d"])}, "do not fit each other"),
        ({"data": np.ones(3)}, "do not fit each other"),
    ],
)
def test_arrays_that_are_no_matrix(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays_of(sparse.csr_matrix(DENSE)) | changed)
    with pytest.raises(DataError, match=said):
        read_npz(tmp_path / "a.npz")
