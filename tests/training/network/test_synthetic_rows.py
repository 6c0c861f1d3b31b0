"""Synthetic rows consist of two real rows of one fold, and keep the columns of a feature together."""

from __future__ import annotations

import numpy as np

from tagship_training.data.folds import EVERYBODY, NOBODY, LearningRows
from tagship_training.data.sparse_rows import all_rows
from tagship_training.network.synthetic_rows import SWAPPED, make_synthetic_rows

BLOCKS = np.array([0, 1, 1, 1, 2])


def rows(folds: list[int]) -> LearningRows:
    """Rows whose every cell says which row it is of."""
    matrix = np.repeat(np.arange(len(folds), dtype=np.float32)[:, None], len(BLOCKS), axis=1)
    return LearningRows(matrix=matrix, targets=np.zeros((len(folds), 1), np.uint8), folds=np.array(folds, np.int32))


def test_parents_are_of_the_synthetic_rows_fold() -> None:
    real = rows([0, 1, 2] * 20 + [NOBODY] * 10)
    rows_made, folds = make_synthetic_rows(real, BLOCKS, 3000, seed=3)
    made = all_rows(rows_made)
    assert made.shape == (3000, 5)
    assert made.dtype == np.float32
    np.testing.assert_array_equal(real.folds[made.astype(int)], np.broadcast_to(folds[:, None], made.shape))
    assert set(folds.tolist()) == {0, 1, 2}
    assert (made[:, 1] == made[:, 2]).all()
    assert (made[:, 2] == made[:, 3]).all()
    other = (made[:, 0] != made[:, 4]).mean()  # one of two features came from the other row
    assert abs(other - 2 * SWAPPED * (1 - SWAPPED)) < 0.05


def test_rows_that_teach_everybody_make_rows_that_do() -> None:
    rows_made, folds = make_synthetic_rows(rows([EVERYBODY] * 5), BLOCKS, 50, seed=0)
    made = all_rows(rows_made)
    assert (folds == EVERYBODY).all()
    assert len(np.unique(made)) == 5
    again, _ = make_synthetic_rows(rows([EVERYBODY] * 5), BLOCKS, 50, seed=0)
    np.testing.assert_array_equal(made, all_rows(again))
