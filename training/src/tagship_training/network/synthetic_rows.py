"""Synthetic rows between real ones, for students to learn a teacher's scores of.

Some features of a row are replaced by those of another one, much as Bucila, Caruana & Niculescu-Mizil make rows in
"Model Compression" (2006). Both rows belong to one fold, and so does what they make: who must not learn from a fold's
rows does not learn from synthetic ones of it either.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import RowNumbers
from tagship_training.data.folds import NOBODY, Folds, LearningRows
from tagship_training.data.sparse_rows import Matrix, SparseRows

SWAPPED = 0.3
"""Share of a row's features that come from the other row."""


def make_synthetic_rows(rows: LearningRows, blocks: RowNumbers, count: int, seed: int) -> tuple[Matrix, Folds]:
    """Rows that never were, and the folds that they belong to.

    Args:
        rows: Real rows; those that nobody learns from are no parents.
        blocks: Which feature each column belongs to, (width,), whose columns stay together; -1 for a word of a text.
        count: How many to make.
        seed: Of all chances.

    Returns:
        (count, width), and int32 (count,).
    """
    random = np.random.default_rng(seed)
    matrix, folds = rows.matrix, rows.folds
    parents = np.flatnonzero(folds != NOBODY)
    parents = parents[np.argsort(folds[parents], kind="stable")]
    by_fold = folds[parents]
    first = random.integers(0, len(parents), count)
    low = np.searchsorted(by_fold, by_fold[first], side="left")
    high = np.searchsorted(by_fold, by_fold[first], side="right")
    second = low + (random.random(count) * (high - low)).astype(np.intp)
    features = int(blocks.max()) + 1
    if isinstance(matrix, SparseRows):
        swapped = random.random((count, features + 1), np.float32) < SWAPPED
        first_half = _some(matrix.take(parents[first]), blocks, ~swapped, 1 - SWAPPED, random)
        second_half = _some(matrix.take(parents[second]), blocks, swapped, SWAPPED, random)
        return SparseRows(first_half + second_half), by_fold[first]
    made = matrix[parents[first]]
    for start in range(0, count, 4096):
        part = slice(start, start + 4096)
        swapped = random.random((len(made[part]), features), np.float32) < SWAPPED
        made[part] = np.where(swapped[:, blocks], matrix[parents[second[part]]], made[part])
    return made, by_fold[first]


def _some(
    rows: SparseRows, blocks: RowNumbers, chosen: NDArray[np.bool_], share: float, random: np.random.Generator
) -> Any:
    """Leave the chosen features in sparse rows, and a share of the words, scipy's sparse rows.

    Args:
        rows: Sparse rows.
        blocks: As :func:`make_synthetic_rows` takes it.
        chosen: Features of each row that stay, (rows, features + 1), of which the last is not looked at.
        share: Of the words that stay.
        random: Where chance comes from.
    """
    left = rows.matrix.copy()
    feature = blocks[left.indices]
    row = np.repeat(np.arange(len(rows)), np.diff(left.indptr))
    stays = np.where(feature < 0, random.random(len(feature), np.float32) < share, chosen[row, feature])
    left.data = left.data * stays
    left.eliminate_zeros()
    return left
