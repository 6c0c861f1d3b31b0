"""The choice of golden rows: those that show changes, those next to thresholds, and some that are spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden_changes import SHIFT, Shown
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.typing import Scores

STEPS = 24
"""Halvings of the way between two rows, which leave less of it than float32 can tell apart."""

DIGITS = 5
"""Significant digits of invented numbers."""


def covering(shown: NDArray[np.bool_], count: int, chosen: Sequence[int] = ()) -> list[int]:
    """Choose few rows that show as many changes as ``count`` rows can, each time the one that shows most more.

    Args:
        shown: True where a row shows a change, (changes, rows).
        count: The most rows to choose.
        chosen: Rows that are there already.
    """
    left = shown[~shown[:, list(chosen)].any(axis=1)] if chosen else shown
    found: list[int] = []
    while len(found) < count and len(left):
        gains = left.sum(axis=0)
        row = int(gains.argmax())
        if not gains[row]:
            break
        found.append(row)
        left = left[~left[:, row]]
    return found


def choose(scores: Scores, thresholds: Scores, shown: Shown, rows: int) -> list[int]:
    """Return row numbers, the most telling first, so that a prefix of them is a good choice as well."""
    telling = covering(shown.clearly, rows)
    telling += covering(shown.slightly, rows - len(telling), telling)
    distance: NDArray[np.float64] = np.abs(scores.astype(np.float64) - thresholds)
    by_label = np.argsort(distance, axis=0, kind="stable").T  # nearest first, (labels, rows)
    near = by_label[:, :rows].T.ravel().tolist()
    spread = [row for pair in zip(near, range(len(scores)), strict=False) for row in pair]
    return list(dict.fromkeys([*telling, *spread]))[:rows]


def next_to_thresholds(artifact: OpenArtifact, rows: Sequence[Any], scores: Scores, tolerance: float) -> list[Any]:
    """Invent rows whose scores are a little above and a little below a threshold, where none of ``rows`` is.

    Each stands between a row on one side and a row on the other, as far along as halving the way takes it.
    """
    if 2 * tolerance >= SHIFT:
        return []
    found = []
    for label, threshold in enumerate(artifact.thresholds.tolist()):
        beyond = scores[:, label].astype(np.float64) - threshold
        for sign in (1, -1):
            there = (beyond * sign > 2 * tolerance) & (beyond * sign < SHIFT - 2 * tolerance)
            if not there.any() and (beyond >= 0).any() and (beyond < 0).any():
                ends = (
                    int(np.where(beyond >= 0, beyond, np.inf).argmin()),
                    int(np.where(beyond < 0, -beyond, np.inf).argmin()),
                )
                row = _between(artifact, [rows[place] for place in ends], label, threshold + sign * SHIFT / 2)
                if row is not None:
                    found.append(row)
    return found


def _between(artifact: OpenArtifact, ends: list[Any], label: int, wanted: float) -> Any | None:
    """Return a row between one above and one below whose score is next to the one that is wanted; None without one."""
    codec = artifact.encoder
    cells = codec.to_cells(np.array(ends, dtype=object) if isinstance(ends[0], list) else np.asarray(ends))
    above, below = cells
    below = np.where(codec.discrete(), above, below)
    row = None
    for _ in range(STEPS):
        middle = (above + below) / 2
        (row,) = codec.from_cells(middle[None])
        row = [float(f"{cell:.{DIGITS}g}") if isinstance(cell, float) else cell for cell in row]
        score = float(artifact.scores([row])[0, label])
        if abs(score - wanted) < SHIFT / 4:
            return row
        above, below = (middle, below) if score > wanted else (above, middle)
    return None
