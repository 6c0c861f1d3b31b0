"""Rows of a table -> the matrix that networks take, by the same features that encode on the device."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import sparse

from tagship_runtime.contract import Feature
from tagship_runtime.errors import MissingColumnError
from tagship_runtime.files.arrow_columns import check_texts
from tagship_runtime.files.dataset import Dataset
from tagship_training.data.sparse_rows import Matrix, SparseRows, block
from tagship_training.data.sparse_table import SparseTable


def encode(rows: Dataset, features: Sequence[Feature]) -> Matrix:
    """Encoded rows, (rows, width); sparse where the table is, or a feature is a text, whose words are mostly absent.

    Raises:
        InputError: A cell or a column that cannot be encoded, or a column is missing.
    """
    if isinstance(rows.table, SparseTable):
        return rows.table.encode(features)
    if not any(feature.counted for feature in features):
        return rows.matrix(features)
    columns = rows.columns
    missing = [feature.name for feature in features if feature.name not in columns]
    if missing:
        raise MissingColumnError(missing, list(columns))
    check_texts(rows.table, [feature.name for feature in features if feature.counted])
    return SparseRows(sparse.hstack([block(feature, columns[feature.name]) for feature in features], format="csr"))
