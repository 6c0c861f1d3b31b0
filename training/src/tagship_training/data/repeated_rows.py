"""Rows of one table that occur in another as well, found by a hash of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Features

HASH_ROWS = 16_384
"""Rows that are hashed at a time."""


def count_repeated(train: Features, others: Features) -> int:
    """Count the rows of ``others`` that occur in ``train`` with the same numbers, by a 64-bit hash of each row."""
    return int(np.isin(_hashes(others), _hashes(train)).sum())


def _hashes(matrix: Features) -> NDArray[np.uint64]:
    """Multilinear hashes of each row's bits, computed in parts (Dietzfelbinger 1996), (rows,)."""
    factors = np.random.default_rng(0).integers(1, 2**63, matrix.shape[1], dtype=np.uint64) | np.uint64(1)
    parts = []
    for start in range(0, len(matrix), HASH_ROWS):
        some = np.ascontiguousarray(matrix[start : start + HASH_ROWS] + 0.0)  # which makes one zero of both
        parts.append((some.view(np.uint32).astype(np.uint64) * factors).sum(axis=1))
    return np.concatenate(parts)
