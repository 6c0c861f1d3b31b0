"""Arrays and data frames -> rows to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.features import columns_of
from tagship_runtime.files.arrow_columns import arrow_table
from tagship_runtime.files.dataset import Dataset
from tagship_training.data.label_columns import check_label_names
from tagship_training.data.sparse_table import SparseTable
from tagship_training.errors import TableError


def from_arrays(
    features: Any, targets: Any, *, labels: Sequence[str] | None = None, names: Sequence[str] | None = None
) -> Dataset:
    """Return rows from arrays or data frames.

    Args:
        features: Array-like (rows, features), a sparse matrix of scipy's, or a pandas, polars or pyarrow table.
        targets: Array-like (rows, labels) of 0 and 1, dense or sparse, or a data frame whose columns are the labels.
        labels: Names of the labels; default: the data frame's, or ``label_0`` and so on.
        names: Names of the features; default: the data frame's, or ``feature_0`` and so on.

    Raises:
        TableError: Shapes that do not fit, or targets that are not 0 or 1.
    """
    table = _as_table(features, names)
    framed = columns_of(targets)
    if framed is not None:
        labels = list(framed) if labels is None else labels
        targets = np.stack(list(framed.values()), axis=1)
    array = _array(targets.toarray() if sparse.issparse(targets) else targets, "targets")
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not array.shape[1]:
        raise TableError(f"targets have shape {array.shape}; (rows, labels) is needed")
    if array.dtype.kind not in "biufO" or not np.isin(array, (0, 1)).all():
        raise TableError("targets hold something else than 0 and 1")
    labels = [f"label_{i}" for i in range(array.shape[1])] if labels is None else list(labels)
    check_label_names(labels)
    data = Dataset(table=table, targets=None, labels=tuple(labels))
    rows = len(data)
    if len(labels) != array.shape[1] or rows != len(array):
        raise TableError(f"{rows} rows of features and {len(labels)} labels for targets of shape {array.shape}")
    return replace(data, targets=array.astype(np.uint8))


def _as_table(features: Any, names: Sequence[str] | None) -> pyarrow.Table | Mapping[str, NDArray[Any]]:
    """Views of an array's columns, without a copy; sparse ones as they are, data frames as pyarrow tables."""
    if isinstance(features, pyarrow.Table):
        return features
    if not isinstance(features, np.ndarray) and hasattr(features, "columns"):  # pandas and polars
        return arrow_table(columns_of(features) or {})
    if sparse.issparse(features):
        width = features.shape[-1]
        return SparseTable(features, default_names(width) if names is None else names)
    array = _array(features, "features")
    if array.ndim != 2 or not array.shape[1] or array.dtype.kind not in "biuf":
        raise TableError(
            f"features are {array.dtype} of shape {array.shape}; numbers (rows, features) or a data frame are needed"
        )
    names = default_names(array.shape[1]) if names is None else names
    if len(names) != array.shape[1]:
        raise TableError(f"{len(names)} feature names for an array of shape {array.shape}")
    return {name: array[:, i] for i, name in enumerate(names)}


def default_names(width: int) -> list[str]:
    """Names of features where the caller gives none."""
    return [f"feature_{i}" for i in range(width)]


def _array(values: Any, what: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise TableError(f"{what} are rows of unequal length ({error}); every row needs the same") from error
