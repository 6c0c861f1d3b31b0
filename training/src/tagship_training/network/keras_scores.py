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
        at_once = rows_at_once(matrix.shape[1], ROWS)
        parts = [model(matrix[start : start + at_once]) for start in range(0, len(matrix), at_once)]
        return np.concatenate([np.asarray(part, np.float32) for part in parts])
    return np.asarray(model.predict(matrix, batch_size=ROWS, verbose=0), np.float32)
