"""Simpler models that a ladder trains anyway, to compare its chosen size with."""

from __future__ import annotations

import numpy as np

from tagship_training.data.folds import EVERYBODY, NOBODY, LearningRows
from tagship_training.data.prepare import Prepared
from tagship_training.evaluation.baselines import TrainedBaseline
from tagship_training.network.forests import Forests
from tagship_training.sizes.size import LINEAR
from tagship_training.sizes.train import Ladder


def trained_baselines(ladder: Ladder, table: Prepared) -> list[TrainedBaseline]:
    """Constant frequencies, the logistic regression and the forests among the teachers.

    Args:
        ladder: With its teachers.
        table: Whose test rows they score.
    """
    matrix = table.matrices["test"]
    found = [_constant(ladder.rows, len(matrix))]
    found += [
        TrainedBaseline(title="logistic regression", simple=True, held_out=size.held_out, test=size.scores(matrix))
        for size in ladder.sizes
        if size.name == LINEAR and size is not ladder.chosen
    ]
    for teacher, held_out in zip(ladder.blended.teachers, ladder.blended.held_out, strict=True):
        if isinstance(teacher, Forests):
            test = teacher.scores(matrix).mean(axis=0)
            found.append(TrainedBaseline(title=teacher.name, simple=False, held_out=held_out, test=test))
    return found


def _constant(rows: LearningRows, test_rows: int) -> TrainedBaseline:
    """Each label's share among the rows that a fold's models learn from."""
    held_out = np.zeros(rows.targets.shape, np.float32)
    for fold in np.unique(rows.folds[rows.folds != EVERYBODY]):
        learned = (rows.folds != fold) & (rows.folds != NOBODY)
        held_out[rows.folds == fold] = rows.targets[learned].mean(axis=0)
    shares = rows.targets[rows.folds != NOBODY].mean(axis=0).astype(np.float32)
    return TrainedBaseline(
        title="constant frequencies",
        simple=True,
        held_out=held_out[rows.held_out],
        test=np.repeat(shares[None], test_rows, axis=0),
    )
