"""The choice of golden rows: those that show changes, those next to thresholds, and some that are spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden_changes import Shown
from tagship_runtime.typing import Scores


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
