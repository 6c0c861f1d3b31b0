"""Scores and losses of a group's members on rows that they did or did not learn from."""

from __future__ import annotations

import keras
import numpy as np

from tagship_runtime.typing import Scores
from tagship_training.data.folds import NOBODY, Folds, LearningRows
from tagship_training.data.sparse_rows import Matrix, rows_at_once, take_rows
from tagship_training.network.graph import Group

ROWS = 2048
"""Rows that are scored at a time."""


def held_out_scores(group: Group, rows: LearningRows) -> Scores:
    """Scores of the held-out rows by the members that did not learn from them, float32 (held-out rows, labels)."""
    held_out = rows.held_out
    return by_own_member(network_scores(group, take_rows(rows.matrix, held_out)), rows.folds[held_out])


def network_scores(group: Group, matrix: Matrix) -> Scores:
    """Scores of each network but the one that learned from every row, float32 (members, rows, labels)."""
    matrix = group.prepare(matrix)
    parts, at_once = [], rows_at_once(matrix.shape[1], ROWS)
    for start in range(0, len(matrix), at_once):
        scores = keras.ops.sigmoid(group.model(matrix[start : start + at_once], training=False))
        scores = keras.ops.mean(scores, axis=1) if group.architecture.ensemble > 1 else scores
        parts.append(np.asarray(scores)[: group.architecture.members])
    return np.concatenate(parts, axis=1)


def by_own_member(scores: Scores, folds: Folds) -> Scores:
    """Scores of each row by the member that did not learn from it, or the mean of all where none did.

    Args:
        scores: Of each member, float32 (members, rows, labels).
        folds: Of the rows.

    Returns:
        float32 (rows, labels); of rows that every member learned from, those of the first one.
    """
    own = scores[np.clip(folds, 0, len(scores) - 1), np.arange(len(folds))]
    return np.where((folds == NOBODY)[:, None], scores.mean(axis=0), own).astype(np.float32)


def learned_loss(group: Group, rows: LearningRows) -> float:
    """Mean log loss of rows by the members that learned from them, without dropout."""
    matrix = group.prepare(rows.matrix)
    total, count, at_once = 0.0, 0, rows_at_once(matrix.shape[1], ROWS)
    for start in range(0, len(matrix), at_once):
        part = slice(start, start + at_once)
        logits = np.asarray(group.model(matrix[part], training=False), np.float64)
        losses = (np.logaddexp(0, logits) - rows.targets[part] * logits).mean(axis=-1)
        folds = rows.folds[part][None]
        learned = (folds != np.arange(len(losses))[:, None]) & (folds != NOBODY)
        total += float(losses[learned].sum())
        count += int(learned.sum())
    return total / count
