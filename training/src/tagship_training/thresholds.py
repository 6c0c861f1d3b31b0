"""One threshold per label, chosen on validation rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.arrays import Scores
from tagship_training.tables import Targets

DEFAULT = 0.5


def tune(targets: Targets, scores: Scores) -> tuple[float, ...]:
    """The threshold of each label that maximises its F1 at ``score >= threshold``.

    Args:
        targets: uint8, (rows, labels).
        scores: float32, (rows, labels).

    Returns:
        Values in (0, 1) that float32 holds exactly, halfway between two scores so that small differences
        between engines do not flip a decision. A label without positives keeps 0.5.
    """
    return tuple(best_f1(targets[:, label], scores[:, label]) for label in range(targets.shape[1]))


def best_f1(targets: NDArray[np.uint8], scores: Scores) -> float:
    """The threshold for one label; of equally good ones that nearest to 0.5.

    With the rows sorted by falling score, switching on the first k of them has F1 = 2 tp / (k + positives).
    """
    positives = int(targets.sum())
    if not positives:
        return DEFAULT
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order].astype(np.float64)
    true_positives = np.cumsum(targets[order])
    counts = np.arange(1, len(ranked) + 1)
    f1 = 2 * true_positives / (counts + positives)
    below = np.append(ranked[1:], 0.0)
    cuts = ((ranked + below) / 2).astype(np.float32)
    # A cut is real only where the score changes, and usable only where rounding keeps it between the two.
    usable = (ranked > below) & (cuts > 0) & (cuts < 1) & (ranked >= cuts) & (below < cuts)
    if not usable.any():
        return DEFAULT
    best = np.flatnonzero(usable & (f1 == f1[usable].max()))
    return float(cuts[best[np.argmin(np.abs(cuts[best] - DEFAULT))]])
