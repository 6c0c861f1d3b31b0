"""Rows that are mostly zeros, such as counts of words: sparse until some of them are taken, which are dense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Features, RowNumbers

AT_ONCE = 1 << 24
"""Numbers that dense rows may have at a time where a whole matrix is gone through."""


class SparseRows:
    """A matrix of rows that are read as a dense one is: ``rows[numbers]`` is an array, float32 (some rows, width).

    Args:
        matrix: scipy's compressed sparse rows; taken as float32.
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix = sparse.csr_matrix(matrix, dtype=np.float32)
        self.shape: tuple[int, int] = self.matrix.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | RowNumbers) -> Features:
        dense: Features = self.matrix[rows].toarray()
        return dense

    @cached_property
    def by_column(self) -> Any:
        """The same by columns, scipy's compressed sparse columns."""
        return self.matrix.tocsc()

    def take(self, rows: RowNumbers) -> SparseRows:
        """Some of the rows, still sparse."""
        return SparseRows(self.matrix[rows])

    def select(self, columns: RowNumbers) -> SparseRows:
        """All rows with some of their columns, still sparse."""
        return SparseRows(self.matrix[:, columns])


def block(feature: Feature, values: Any) -> Any:
    """Columns of one feature, scipy's sparse rows.

    Raises:
        InputError: A cell that cannot be encoded.
    """
    indptr, indices, numbers = feature.without_zeros(values)
    return sparse.csr_matrix((numbers, indices, indptr), (len(values), feature.width))


Matrix = Features | SparseRows
"""Encoded rows, (rows, width)."""


def all_rows(matrix: Matrix) -> Features:
    """Every row at once, float32 (rows, width); for matrices that are small or dense."""
    return matrix[:] if isinstance(matrix, SparseRows) else matrix


def as_scipy(matrix: Matrix) -> Any:
    """An array, or scipy's sparse rows, as scikit-learn takes both."""
    return matrix.matrix if isinstance(matrix, SparseRows) else matrix


def take_rows(matrix: Matrix, rows: RowNumbers) -> Matrix:
    """Some rows, as dense or as sparse as the matrix is."""
    return matrix.take(rows) if isinstance(matrix, SparseRows) else matrix[rows]


def select_columns(matrix: Matrix, columns: RowNumbers | None) -> Matrix:
    """All rows with some columns; the matrix itself for None."""
    if columns is None:
        return matrix
    return matrix.select(columns) if isinstance(matrix, SparseRows) else matrix[:, columns]


def dense_columns(matrix: Matrix, columns: Sequence[int] | RowNumbers | slice) -> Features:
    """Some columns of all rows, float32 (rows, columns)."""
    if isinstance(matrix, SparseRows):
        dense: Features = matrix.by_column[:, columns].toarray()
        return dense
    return matrix[:, columns]


def count_nonzero(matrix: Matrix) -> int:
    """Cells that are not zero."""
    return int(matrix.matrix.nnz if isinstance(matrix, SparseRows) else np.count_nonzero(matrix))


def stack_rows(parts: Sequence[Matrix]) -> Matrix:
    """Rows of several matrices, one below the other."""
    dense = [part for part in parts if not isinstance(part, SparseRows)]
    if len(dense) == len(parts):
        return np.concatenate(dense)
    return SparseRows(
        sparse.vstack([part.matrix if isinstance(part, SparseRows) else part for part in parts], format="csr")
    )


def rows_at_once(width: int, most: int) -> int:
    """Rows of a width that may be dense at a time, ``most`` of them where they are narrow."""
    return max(1, min(most, AT_ONCE // max(width, 1)))


def row_hashes(rows: SparseRows, factors: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Multilinear hash of each row's bits, to which zeros add nothing, (rows,)."""
    bits = (rows.matrix.data + np.float32(0)).view(np.uint32).astype(np.uint64)
    products = np.append(bits * factors[rows.matrix.indices], np.uint64(0))
    sums = np.add.reduceat(products, np.minimum(rows.matrix.indptr[:-1], len(products) - 1))
    return np.where(np.diff(rows.matrix.indptr) > 0, sums, np.uint64(0))
