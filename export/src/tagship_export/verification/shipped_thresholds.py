"""Thresholds that an export moved, against those that it would move them to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tagship_export.data.splits import tuning_rows
from tagship_export.original.open_original import Original
from tagship_export.recipes import Recipe
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.verification.threshold_transfer import agreeing_thresholds, transfer_thresholds
from tagship_runtime.features import encoder

CLOSE = 0.01
"""Distance between two thresholds that another processor's integers explain; a shift of 0.02 is beyond it."""


def shipped_threshold_faults(original: Original, artifact: OpenArtifact, recipe: Recipe) -> Iterator[str]:
    """Yield which labels ship a threshold that is neither the original's nor what its scores move that to.

    Moved thresholds are found anew on the rows that an export of the run moves them by; an original without rows
    of its own cannot tell.
    """
    contract = artifact.contract
    if recipe.exact or original.thresholds is None or original.labels != contract.labels:
        return
    shipped, wanted = np.array(contract.thresholds), np.array(original.thresholds)
    if "train" not in original.rows:
        return
    suspects = np.abs(shipped - wanted) > 0
    if not suspects.any():
        return
    matrix = encoder(original.features, (None, *original.row_shape)).encode(tuning_rows(original).table)
    pairs = original.scores(matrix), original.thresholds, artifact.runner.scores(matrix)
    allowed = np.array([wanted, transfer_thresholds(*pairs), agreeing_thresholds(*pairs)])
    far = suspects & (np.abs(allowed - shipped).min(axis=0) > CLOSE)
    for label in np.flatnonzero(far).tolist():
        yield (
            f"its threshold for {contract.labels[label]!r} is {shipped[label]:.4f}, the original's "
            f"{wanted[label]:.4f}, and its scores move that to {allowed[1, label]:.4f}"
        )
