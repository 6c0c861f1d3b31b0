"""Rows of numbers without the zeros among them, as ``scipy.sparse.save_npz`` writes them, read without SciPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.errors import DataError

KEYS = {"data", "indices", "indptr", "shape", "format"}
"""Arrays of a sparse matrix, in SciPy's names."""

ALSO = "_is_array"
"""Name of the array that SciPy adds for a sparse array, which is no matrix."""


class CompressedRows:
    """A sparse matrix, of which rows are dense once they are taken.

    Args:
        arrays: Those of :data:`KEYS`.
        source: The file, for messages.

    Raises:
        DataError: They are none of a matrix of numbers in compressed rows.
    """

    ndim = 2

    def __init__(self, arrays: Mapping[str, NDArray[Any]], source: object) -> None:
        kind = str(arrays["format"].tolist().decode() if arrays["format"].dtype.kind == "S" else arrays["format"])
        if kind != "csr":
            raise DataError(f"{source} holds a sparse matrix in the format {kind!r}; save its tocsr()")
        self.data, self.indices, self.indptr = arrays["data"], arrays["indices"], arrays["indptr"]
        shape = arrays["shape"].tolist()
        if not (
            len(shape) == 2
            and self.data.dtype.kind in "biuf"
            and self.data.shape == self.indices.shape
            and self.indptr.shape == (shape[0] + 1,)
            and self.indices.dtype.kind == self.indptr.dtype.kind == "i"
            and self.indptr[0] == 0
            and self.indptr[-1] == len(self.data)
            and (np.diff(self.indptr) >= 0).all()
            and (not len(self.indices) or 0 <= self.indices.min() <= self.indices.max() < shape[1])
        ):
            raise DataError(f"{source} holds a sparse matrix of shape {shape} whose arrays do not fit each other")
        self.shape: tuple[int, int] = (shape[0], shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of its numbers."""
        return self.data.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice) -> NDArray[Any]:
        """Some rows one after the other, dense, (rows, columns)."""
        first, last, _ = part.indices(len(self))
        last = max(first, last)
        low, high = self.indptr[first], self.indptr[last]
        rows = np.repeat(np.arange(last - first), np.diff(self.indptr[first : last + 1]))
        dense = np.zeros((last - first, self.shape[1]), self.dtype)
        np.add.at(dense, (rows, self.indices[low:high]), self.data[low:high])  # which sums what occurs twice
        return dense

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        dense = self[:]
        return dense if dtype is None else dense.astype(dtype)
