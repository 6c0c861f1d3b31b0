"""Forests of scikit-learn's as teachers: they do not ship, but students learn their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from tagship_runtime.typing import Scores
from tagship_training.data.folds import NOBODY, LearningRows
from tagship_training.data.sparse_rows import Matrix, as_scipy, take_rows

TREES = 150

THREADS = 1
"""Of a forest. With several, scikit-learn adds up trees in the order in which threads end, so that last bits differ
from run to run; and each thread swaps Python's list of warning filters, which belongs to all of them."""

SPLIT_BUDGET = 4e9
"""Cells that a forest may look at in search of splits, all folds together; a larger search sees fewer features."""

FLAG = 0.1
"""Cost of a column of two values, as a share of a number's split search."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of forest.

    Attributes:
        make: From the share of features that each split sees and the seed.
        cost: What a split costs, beside that of a random forest.
    """

    make: Callable[[float, int], Any]
    cost: float


def _random_forest(share: float, seed: int) -> Any:
    return RandomForestClassifier(TREES, max_features=share, bootstrap=True, random_state=seed, n_jobs=THREADS)


def _extra_trees(share: float, seed: int) -> Any:
    return ExtraTreesClassifier(
        TREES, max_features=share, min_samples_leaf=2, bootstrap=True, random_state=seed, n_jobs=THREADS
    )


FORESTS: Mapping[str, Kind] = {
    "random forest": Kind(_random_forest, 1.0),
    "extra trees": Kind(_extra_trees, 0.3),
}
"""Both draw rows with replacement, so that each tree can score rows that it did not learn from."""


def affordable(kind: Kind, *, rows: int, width: int, numeric: int, labels: int, judges: int) -> float | None:
    """The share of features that each split may see, at most a half; None where even a few would take too long."""
    effective = numeric + FLAG * (width - numeric)
    cells = rows * np.log2(max(rows, 2)) * labels * TREES * judges * kind.cost
    share = min(0.5, SPLIT_BUDGET / (cells * effective))
    return float(share) if share * width >= min(width, width**0.5) else None


class Forests:
    """One forest for each fold, which did not learn from that fold's rows.

    Args:
        name: A key of :data:`FORESTS`.
        share: Of features that each split sees.
        seed: Of rows and features that trees draw.
    """

    def __init__(self, name: str, share: float, seed: int) -> None:
        self.name, self.share, self.seed = name, share, seed
        self._forests: list[Any] = []
        self._learned: list[Scores] = []

    def fit(self, rows: LearningRows) -> None:
        """Train a forest per fold, and score each row by the trees that did not learn from it."""
        targets = rows.targets[:, 0] if rows.targets.shape[1] == 1 else rows.targets  # as scikit-learn wants one label
        for fold in range(rows.judges):
            learned = np.flatnonzero((rows.folds != fold) & (rows.folds != NOBODY))
            matrix = as_scipy(take_rows(rows.matrix, learned))
            forest = FORESTS[self.name].make(self.share, self.seed).fit(matrix, targets[learned])
            scores = _scores(forest, as_scipy(rows.matrix))
            scores[learned] = _out_of_bag(forest, matrix, scores[learned])
            self._forests.append(forest)
            self._learned.append(scores)

    def learned(self) -> Scores:
        """Scores of the training rows by trees that did not learn from them, (judges, rows, labels)."""
        return np.stack(self._learned)

    def scores(self, matrix: Matrix) -> Scores:
        """Scores of other rows, (judges, rows, labels)."""
        return np.stack([_scores(forest, as_scipy(matrix)) for forest in self._forests])


def _scores(forest: Any, matrix: Any, tree: Any = None) -> Scores:
    """Of a forest, or of one of its trees, float32 (rows, labels)."""
    by_label = (forest if tree is None else tree).predict_proba(matrix)  # per label, a column per class
    by_label = by_label if isinstance(by_label, list) else [by_label]
    classes = forest.classes_ if forest.n_outputs_ > 1 else [forest.classes_]  # which the trees know by number only
    return np.stack([p @ own for p, own in zip(by_label, classes, strict=True)], axis=1).astype(np.float32)


def _out_of_bag(forest: Any, matrix: Any, otherwise: Scores) -> Scores:
    """The mean score of each row over the trees that did not draw it."""
    total, count = np.zeros(otherwise.shape), np.zeros((matrix.shape[0], 1))
    for tree, drawn in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        left = np.ones(matrix.shape[0], np.bool_)
        left[drawn] = False
        total[left] += _scores(forest, matrix[left], tree)
        count[left] += 1
    return np.where(count, total / np.maximum(count, 1), otherwise).astype(np.float32)
