"""Words that speak for and against each label, and test rows whose decision nearly was another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import logit

from tagship_runtime.documents import LabelWords, NearRow
from tagship_runtime.typing import Scores, Targets
from tagship_training.data.folds import LearningRows
from tagship_training.data.sparse_rows import SparseRows
from tagship_training.network.graph import Group

WORDS = 12
"""Words of each kind and label."""

LEAST_ROWS = 5
"""A word on fewer training rows than this is not shown."""

NEAREST = 20
"""Rows whose score is nearest to a threshold."""

EDGE = 1e-6


def telling_words(regression: Group, rows: LearningRows, labels: Sequence[str]) -> dict[str, LabelWords]:
    """The words by which a logistic regression moves a label's score most, up and down.

    A word moves the logit by its weight in the regression times its weight in the row, exactly; the latter is taken as
    its mean over the training rows that have it, and all of it once more in proportion to the square root of how many
    these are, so that words of a few rows do not come first.

    Args:
        regression: The logistic regression among the teachers.
        rows: That it learned from.
        labels: Their names.
    """
    bag = None if regression.encoding is None else regression.encoding.bag
    if bag is None or not isinstance(rows.matrix, SparseRows):
        return {}
    kernel = regression.model.get_layer("scores").get_weights()[0]
    weights = kernel[-1] if kernel.ndim == 3 else kernel  # of the network that learned from all rows
    weights = weights[len(weights) - bag.terms :]
    in_rows = bag.weigh(rows.matrix.matrix)
    having = np.bincount(in_rows.indices, minlength=bag.terms)
    share = np.sqrt(having / max(len(rows.matrix), 1))
    mean = np.asarray(in_rows.sum(axis=0)).ravel() / np.maximum(having, 1)
    moves = weights * (mean * share * (having >= min(LEAST_ROWS, len(rows.matrix))))[:, None]
    found = {}
    for label, own in zip(labels, moves.T, strict=True):
        order = np.argsort(-own, kind="stable")
        found[label] = LabelWords(
            speak_for=[bag.names[term] for term in order[:WORDS] if own[term] > 0],
            speak_against=[bag.names[term] for term in order[::-1][:WORDS] if own[term] < 0],
        )
    return found


def nearest_rows(targets: Targets, scores: Scores, thresholds: Sequence[float], labels: Sequence[str]) -> list[NearRow]:
    """Test rows whose decision on some label is the least certain: scores nearest to a threshold, as logits.

    Args:
        targets: Of the test rows, uint8 (rows, labels).
        scores: float32, (rows, labels).
        thresholds: One per label.
        labels: Their names.
    """
    inside = np.clip(scores.astype(np.float64), EDGE, 1 - EDGE)
    distances = np.abs(logit(inside) - logit(np.asarray(thresholds, np.float64)))
    order = np.argsort(distances, axis=None, kind="stable")[:NEAREST]
    places = [divmod(int(place), len(labels)) for place in order]
    return [
        NearRow(
            row=row,
            label=labels[label],
            score=float(scores[row, label]),
            threshold=float(thresholds[label]),
            truth=int(targets[row, label]),
        )
        for row, label in places
    ]
