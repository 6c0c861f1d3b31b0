"""Scores of a Keras model."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_runtime.typing import Scores
from tagship_training.data.sparse_rows import Matrix, SparseRows, rows_at_once

ROWS = 4096
"""Rows that are scored at a time."""


def scores_of(model: Any, matrix: Matrix) -> Scores:
    """Scores of encoded rows, float32 (rows, labels)."""
    if isinstance(matrix, SparseRows):
        return scores_in_parts(model, matrix)
    return np.asarray(model.predict(matrix, batch_size=ROWS, verbose=0), np.float32)


def scores_in_parts(model: Any, matrix: Matrix) -> Scores:
    """The same, of as many rows at a time as may be dense, and without a graph of Keras' own for each model."""
    at_once = rows_at_once(matrix.shape[1], ROWS)
    parts = [model(matrix[start : start + at_once]) for start in range(0, len(matrix), at_once)]
    return np.concatenate([np.asarray(part, np.float32) for part in parts])
