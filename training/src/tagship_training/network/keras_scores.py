"""Scores of a Keras model."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_runtime.typing import Features, Scores

ROWS = 4096
"""Rows that are scored at a time."""


def scores_of(model: Any, matrix: Features) -> Scores:
    """Scores of encoded rows, float32 (rows, labels)."""
    return np.asarray(model.predict(matrix, batch_size=ROWS, verbose=0), np.float32)
