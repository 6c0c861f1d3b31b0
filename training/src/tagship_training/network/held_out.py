"""Scores and losses of a group's members on rows that they did or did not learn from."""

from __future__ import annotations

import keras
import numpy as np

from tagship_runtime.typing import Scores
from tagship_training.data.folds import NOBODY, LearningRows
from tagship_training.network.graph import Group

ROWS = 2048
"""Rows that are scored at a time."""


def held_out_scores(group: Group, rows: LearningRows) -> Scores:
    """Scores of the held-out rows by the members that did not learn from them, float32 (held-out rows, labels)."""
    parts = []
    held_out = rows.held_out
    for start in range(0, len(held_out), ROWS):
        part = held_out[start : start + ROWS]
        scores = np.asarray(keras.ops.sigmoid(group.model(rows.matrix[part], training=False)))
        member = rows.folds[part]
        own = scores[np.maximum(member, 0), np.arange(len(part))]
        parts.append(np.where((member == NOBODY)[:, None], scores.mean(axis=0), own))
    return np.concatenate(parts).astype(np.float32)


def learned_loss(group: Group, rows: LearningRows) -> float:
    """Mean log loss of rows by the members that learned from them, without dropout."""
    total, count = 0.0, 0
    for start in range(0, len(rows.matrix), ROWS):
        part = slice(start, start + ROWS)
        logits = np.asarray(group.model(rows.matrix[part], training=False), np.float64)
        losses = (np.logaddexp(0, logits) - rows.targets[part] * logits).mean(axis=2)
        folds = rows.folds[part][None]
        learned = (folds != np.arange(group.architecture.members)[:, None]) & (folds != NOBODY)
        total += float(losses[learned].sum())
        count += int(learned.sum())
    return total / count
