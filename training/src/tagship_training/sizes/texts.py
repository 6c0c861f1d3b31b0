"""One bag for the words of all columns of texts, or one for each, by the loss of rows that are held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Targets
from tagship_training.data.bag_of_words import BagOfWords, ranked
from tagship_training.data.folds import NOBODY, LearningRows
from tagship_training.data.shared_words import bag_of
from tagship_training.data.sparse_rows import SparseRows
from tagship_training.network.log_loss import log_loss
from tagship_training.network.sparse_linear import minimum

WEIGHTS = (1.0, 2.0, 4.0)
"""Times that a word of a shorter column, such as a title, may count beside one of the longest column."""

JUDGED_BY, ROWS, STRENGTH = 8, 10_000, 30.0
"""The most frequent labels, and rows at most, that choose, by logistic regression of this C."""


def choose_bag(features: Sequence[Feature], rows: LearningRows) -> BagOfWords | None:
    """Choose how the words of several columns of texts count together; None where there is no text.

    Args:
        features: Of the rows' matrix.
        rows: Rows to learn from and to be judged by.
    """
    if not isinstance(rows.matrix, SparseRows):
        return None
    learned = np.flatnonzero(rows.folds != NOBODY)
    matrix = rows.matrix.take(learned)
    bags = [bag_of(features, matrix, weights) for weights in _candidates(features, matrix)]
    found = [bag for bag in bags if bag is not None]
    if not found:
        return None
    losses = [_loss(bag, rows, rows.matrix) for bag in found] if len(found) > 1 else [0.0]
    best = found[int(np.argmin(losses))]
    return ranked(best, matrix.matrix, rows.targets[learned], rows.folds[learned])


def _candidates(features: Sequence[Feature], matrix: SparseRows) -> list[Mapping[str, float] | None]:
    """Weights of each column of texts in a bag for all of them; None for bags of their own."""
    starts = np.cumsum([0, *(feature.width for feature in features)])
    words = matrix.matrix.sum(axis=0).A1
    lengths = {
        feature.name: float(words[start : start + feature.width].sum())
        for feature, start in zip(features, starts, strict=False)
        if feature.counted
    }
    if len(lengths) < 2:
        return [dict.fromkeys(lengths, 1.0)]
    longest = max(lengths, key=lambda name: lengths[name])
    return [*({name: 1.0 if name == longest else weight for name in lengths} for weight in WEIGHTS), None]


def _loss(bag: BagOfWords, rows: LearningRows, matrix: SparseRows) -> float:
    """Log loss of held-out rows by a logistic regression on a bag's words alone."""
    labels = np.argsort(-rows.targets.sum(axis=0, dtype=np.int64), kind="stable")[:JUDGED_BY]
    learned = np.flatnonzero((rows.folds != 0) & (rows.folds != NOBODY))[:ROWS]
    held = np.flatnonzero((rows.folds == 0) | (rows.folds == NOBODY))[:ROWS]
    weights = minimum(bag.weigh(matrix.take(learned).matrix), rows.targets[learned][:, labels], STRENGTH)
    logits = bag.weigh(matrix.take(held).matrix) @ weights[:-1] + weights[-1]
    truth: Targets = rows.targets[held][:, labels]
    return log_loss(truth, expit(logits).astype(np.float32))
