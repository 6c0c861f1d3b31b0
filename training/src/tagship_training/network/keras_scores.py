"""Scores of a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tagship_runtime.typing import Features, Scores
from tagship_training.data.sparse_rows import Matrix, SparseRows, rows_at_once

ROWS = 4096
"""Rows that are scored at a time."""

ALIKE = 16
"""Rows of which a batch has a multiple: TensorFlow computes what is left of 4, 8 or 16 numbers one by one, by other
instructions, so that the last digit of a row's score would depend on its place in the batch. It still does where there
are so many rows that threads share them out."""


def scores_of(model: Any, matrix: Matrix) -> Scores:
    """Scores of encoded rows, float32 (rows, labels); of some hundred rows in any order a row's are the same."""
    if isinstance(matrix, SparseRows):
        return scores_in_parts(model, matrix)
    last = len(matrix) - len(matrix) % ROWS
    parts = [part for part in (matrix[:last], matrix[last:]) if len(part)]
    return np.concatenate(
        [_scored(lambda rows: model.predict(rows, batch_size=ROWS, verbose=0), part) for part in parts]
    )


def scores_in_parts(model: Any, matrix: Matrix) -> Scores:
    """The same, of as many rows at a time as may be dense, and without a graph of Keras' own for each model."""
    at_once = rows_at_once(matrix.shape[1], ROWS)
    starts = range(0, len(matrix), at_once)
    return np.concatenate([_scored(model, matrix[start : start + at_once]) for start in starts])


def _scored(score: Callable[[Features], Any], rows: Features) -> Scores:
    """Score rows with some of zeros after them, so that all of them are computed alike."""
    missing = -len(rows) % ALIKE
    filled = np.pad(rows, ((0, missing), (0, 0))) if missing else rows
    return np.asarray(score(filled), np.float32)[: len(rows)]
