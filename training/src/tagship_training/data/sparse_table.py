"""Tables of numbers that are mostly zeros, kept as scipy's sparse rows until a column or some rows are looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.contract import Feature, NumericFeature
from tagship_runtime.typing import Features, RowNumbers
from tagship_training.data.sparse_rows import SparseRows, block
from tagship_training.errors import TableError


class SparseTable(Mapping[str, Features]):
    """Columns by name, of which each is dense, float32 (rows,), as long as it is looked at.

    Args:
        matrix: scipy's sparse matrix or array of numbers, (rows, columns).
        names: Of the columns.

    Raises:
        TableError: It has no column, holds no numbers, or the names do not fit.
    """

    def __init__(self, matrix: Any, names: Sequence[str]) -> None:
        if matrix.ndim != 2 or not matrix.shape[1] or matrix.dtype.kind not in "biuf":
            raise TableError(
                f"features are a sparse matrix of {matrix.dtype} and shape {matrix.shape}; numbers (rows, features) "
                "are needed"
            )
        if len(names) != matrix.shape[1] or len(set(names)) < len(names):
            raise TableError(
                f"{len(names)} feature names, {len(set(names))} of them different, for a sparse matrix of shape "
                f"{matrix.shape}"
            )
        self._by_row = sparse.csr_matrix(matrix)
        self._by_row.sum_duplicates()
        self._places = {name: place for place, name in enumerate(names)}

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return int(self._by_row.shape[0])

    @cached_property
    def _by_column(self) -> Any:
        return self._by_row.tocsc()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One column, (rows,)."""
        column: NDArray[Any] = self._by_column[:, [self._places[name]]].toarray()[:, 0]
        return column

    def take(self, rows: RowNumbers) -> SparseTable:
        """Some of the rows, in this order."""
        return SparseTable(self._by_row[rows], list(self._places))

    def without(self, names: Collection[str]) -> SparseTable:
        """All rows without some columns."""
        kept = [name for name in self._places if name not in names]
        return SparseTable(self._by_column[:, [self._places[name] for name in kept]], kept) if names else self

    def encode(self, features: Sequence[Feature]) -> SparseRows:
        """Encoded rows, (rows, width).

        Raises:
            InputError: A cell that cannot be encoded.
        """
        plain = [_is_plain(feature) for feature in features]
        if all(plain):
            return SparseRows(self._by_column[:, [self._places[feature.name] for feature in features]])
        return SparseRows(sparse.hstack([self._block(feature) for feature in features], format="csr"))

    def _block(self, feature: Feature) -> Any:
        if _is_plain(feature):
            return self._by_column[:, [self._places[feature.name]]]
        return block(feature, self[feature.name])


def _is_plain(feature: Feature) -> bool:
    """Tell whether a column becomes one of the matrix as it is."""
    return type(feature) is NumericFeature and feature.fill is None
