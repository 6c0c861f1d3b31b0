"""Rows that networks learn from, and which network is judged by which of them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from numpy.typing import NDArray

from tagship_runtime.files.dataset import Dataset
from tagship_runtime.typing import RowNumbers, Targets
from tagship_training.config import Config
from tagship_training.data.prepare import Prepared
from tagship_training.data.sparse_rows import Matrix, stack_rows
from tagship_training.data.splits import STRATIFIED_ROWS, in_two_columns
from tagship_training.errors import TableError

VALIDATION_SHARE = 0.2

EVERYBODY, NOBODY = -1, -2
"""In :data:`Folds`: every member learns from the row; no member does."""

Folds = NDArray[np.int32]
"""Per row, the member that does not learn from it and so can be judged by it, or one of the two above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRows:
    """Encoded rows with the folds that say who learns from which.

    Attributes:
        matrix: (rows, width).
        targets: uint8, (rows, labels).
        folds: int32, (rows,).
    """

    matrix: Matrix
    targets: Targets
    folds: Folds

    @property
    def held_out(self) -> RowNumbers:
        """Numbers of the rows that some member, or every one, does not learn from."""
        return np.flatnonzero(self.folds != EVERYBODY)

    @property
    def crossed(self) -> bool:
        """True if folds of these rows judge, and no rows of their own."""
        return bool((self.folds >= 0).any())

    @property
    def judges(self) -> int:
        """Number of folds; 1 where rows of their own judge."""
        return max(1, int(self.folds.max()) + 1)

    @property
    def held_out_targets(self) -> Targets:
        """Targets of those rows, uint8 (held-out rows, labels)."""
        return self.targets[self.held_out]


def learning_rows(table: Prepared, members: int, config: Config) -> LearningRows:
    """Divide the training rows among the members of a group, or add the validation rows if there are any.

    Args:
        table: Rows by purpose.
        members: Networks of the first group.
        config: The preset and the seed.

    Raises:
        TableError: There are too few rows.
    """
    matrix, targets = table.matrices["train"], table.rows["train"].known_targets
    if "validation" in table.rows:
        validation, truth = table.matrices["validation"], table.rows["validation"].known_targets
        folds = np.repeat(np.array([EVERYBODY, NOBODY], np.int32), [len(matrix), len(validation)])
        return LearningRows(
            matrix=stack_rows([matrix, validation]), targets=np.concatenate([targets, truth]), folds=folds
        )
    folds = last_fifth(len(matrix)) if config.preset == "article" else deal(targets, members, config.seed)
    return LearningRows(matrix=matrix, targets=targets, folds=folds)


def last_fifth(rows: int) -> Folds:
    """Folds for one member that is judged by the last fifth of the rows, as in Keras' ``validation_split``."""
    if rows < 5:
        raise TableError(f"{rows} rows are left to train on; at least 5 are needed")
    folds = np.full(rows, EVERYBODY, np.int32)
    folds[int(rows * (1 - VALIDATION_SHARE)) :] = 0
    return folds


def deal(targets: Targets, members: int, seed: int) -> Folds:
    """Folds that give each row to one of ``members``, with each label's share kept; a lone member gets a tenth."""
    rows = len(targets)
    parts = members if members > 1 else 10
    if rows < 2 * parts:
        raise TableError(f"{rows} rows are left to train on; at least {2 * parts} are needed")
    folds = np.full(rows, EVERYBODY, np.int32)
    if rows > STRATIFIED_ROWS:
        dealt = np.random.default_rng(seed).permutation(rows) % parts
        folds[:] = np.where(dealt < members, dealt, EVERYBODY)
        return folds
    split = MultilabelStratifiedKFold(parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on labels with fewer positives than folds; check_positives tells that
        for member, (_, held) in enumerate(split.split(np.empty((rows, 1)), in_two_columns(targets))):
            if member < members:
                folds[held] = member
    return folds


def rows_by_purpose(rows: Mapping[str, Dataset], folds: Folds, config: Config) -> dict[str, Dataset]:
    """Rows as a run folder keeps them: training rows that the article's one network is judged by are validation rows.

    Args:
        rows: ``train``, ``test``, and ``validation`` where the caller gave some.
        folds: Of the learning rows.
        config: The preset.
    """
    if config.preset != "article" or "validation" in rows:
        return dict(rows)
    train = rows["train"]
    return {
        "train": train.take(np.flatnonzero(folds == EVERYBODY)),
        "validation": train.take(np.flatnonzero(folds != EVERYBODY)),
        "test": rows["test"],
    }
