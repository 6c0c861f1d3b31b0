"""Transfer of thresholds from an original's scores onto an artifact's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tagship_export.verification.parity import find_flips
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Scores

LEAST_STEP = 1e-4
"""Least distance of a new threshold from the score that it passes, where the gap allows."""


GATE = 2.0
"""Standard errors by which flips that a move undoes have to exceed those that it makes."""


def transfer_thresholds(original: Scores, thresholds: Sequence[float], artifact: Scores) -> tuple[float, ...]:
    """Move the original's thresholds onto the artifact's scores, where that mends more than chance would.

    The best threshold on some rows is not the best on others, so that moving each label's adds flips on rows where
    scores have hardly shifted. A threshold moves only if the flips that this undoes on these rows exceed those that
    it makes by more than two standard errors of their difference (McNemar 1947). No label is needed, so none can be
    overfitted, and the operating point stays, whatever it was chosen for.

    Args:
        original: float32 (rows, labels), of rows that neither calibrated nor judge.
        thresholds: The original's.
        artifact: float32, the same shape.

    Returns:
        One threshold per label; the original's wherever no other is clearly better.
    """
    moved = agreeing_thresholds(original, thresholds, artifact)
    wanted = decide(original, thresholds)
    wrong = find_flips(original, artifact, thresholds)
    still_wrong = decide(artifact, moved) != wanted
    undone, made = (wrong & ~still_wrong).sum(axis=0), (still_wrong & ~wrong).sum(axis=0)
    clear = undone - made > GATE * np.sqrt(undone + made)
    return tuple(
        new if better else float(old) for old, new, better in zip(thresholds, moved, clear.tolist(), strict=True)
    )


def agreeing_thresholds(original: Scores, thresholds: Sequence[float], artifact: Scores) -> tuple[float, ...]:
    """Find for each label the threshold whose decisions agree best with the original's, on these very rows.

    Agreement is F1 with the original's decisions at its own threshold as the truth.

    Args:
        original: float32 (rows, labels).
        thresholds: The original's.
        artifact: float32, the same shape.

    Returns:
        One threshold per label; the original's wherever no other agrees better.
    """
    wanted = decide(original, thresholds)
    return tuple(
        _best(wanted[:, label], float(threshold), artifact[:, label]) for label, threshold in enumerate(thresholds)
    )


def _best(wanted: NDArray[np.bool_], threshold: float, scores: Scores) -> float:
    """Return the threshold of one label.

    With the rows sorted by falling score, a threshold switches the first k on, k from 0 to all.

    Between two scores any threshold agrees as well. On few rows that is a wide gap, so the new threshold goes
    past the score that it has to pass by as much as that is away from the old one, and at most half the gap.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.concatenate([[0], np.cumsum(wanted[order])])
    counts = np.arange(len(ranked) + 1)
    positives = hits[-1]
    agreement = np.divide(2 * hits, counts + positives, out=np.ones(len(counts)), where=counts + positives > 0)
    upper = np.concatenate([[np.float32(1)], ranked])  # the k-th score is on, the next below it is off
    lower = np.concatenate([ranked, [np.float32(0)]])
    real = upper > lower  # between equal scores there is no threshold
    best = real & (agreement == agreement[real].max(initial=-1.0))
    cut = np.float32(threshold)
    if not best.any() or (best & (lower < cut) & (cut <= upper)).any():
        return threshold
    near = np.where(lower >= cut, lower, upper).astype(np.float64)  # the end of the interval that faces the original's
    step = np.minimum((upper.astype(np.float64) - lower) / 2, np.maximum(np.abs(near - cut), LEAST_STEP))
    moved = np.where(lower >= cut, near + step, near - step).astype(np.float32)
    usable = best & (lower < moved) & (moved <= upper) & (moved > 0) & (moved < 1)
    if not usable.any():
        return threshold
    candidates = moved[usable]
    return float(candidates[np.argmin(np.abs(candidates - cut))])
