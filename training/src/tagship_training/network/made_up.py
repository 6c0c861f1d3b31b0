"""Made-up rows between real ones, for students to learn a teacher's scores of.

Some features of a row are replaced by those of another one, much as Bucila, Caruana & Niculescu-Mizil make rows in
"Model Compression" (2006). Both rows belong to one fold, and so does what they make: who must not learn from a fold's
rows does not learn from made-up ones of it either.
"""

from __future__ import annotations

import numpy as np

from tagship_runtime.typing import Features, RowNumbers
from tagship_training.data.folds import NOBODY, Folds, LearningRows

SWAPPED = 0.3
"""Share of a row's features that come from the other row."""


def make_up(rows: LearningRows, blocks: RowNumbers, count: int, seed: int) -> tuple[Features, Folds]:
    """Rows that never were, and the folds that they belong to.

    Args:
        rows: Real rows; those that nobody learns from are no parents.
        blocks: Which feature each column belongs to, (width,); the columns of one feature stay together.
        count: How many to make.
        seed: Of all chances.

    Returns:
        float32 (count, width) and int32 (count,).
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
    made = matrix[parents[first]]
    for start in range(0, count, 4096):
        part = slice(start, start + 4096)
        swapped = random.random((len(made[part]), features), np.float32) < SWAPPED
        made[part] = np.where(swapped[:, blocks], matrix[parents[second[part]]], made[part])
    return made, by_fold[first]
