"""Which rows train, which tune thresholds, which judge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from tagship_training.errors import TrainingError

TEST_SHARE = 0.33
VALIDATION_SHARE = 0.2

Rows = NDArray[np.intp]


def split_test(rows: int, seed: int) -> tuple[Rows, Rows]:
    """Row numbers to learn from and to judge by: a random third is set aside."""
    if rows < 10:
        raise TrainingError(f"the table has {rows} rows; at least 10 are needed to split off test rows")
    rest, test = train_test_split(np.arange(rows), test_size=TEST_SHARE, random_state=seed)
    return rest, test


def split_validation(rows: int) -> tuple[Rows, Rows]:
    """Row numbers to train and to validate on: the last fifth is set aside, as Keras' validation_split does.

    The rows have to be in random order; :func:`shuffled` gives one.
    """
    if rows < 5:
        raise TrainingError(f"{rows} rows are left to train on; at least 5 are needed")
    first = int(rows * (1 - VALIDATION_SHARE))
    return np.arange(first), np.arange(first, rows)


def shuffled(rows: int, seed: int) -> Rows:
    """All row numbers in random order."""
    return np.random.default_rng(seed).permutation(rows)
