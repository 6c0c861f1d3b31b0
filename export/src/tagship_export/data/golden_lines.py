"""Rows next to thresholds, found by halving lines between two rows on which a score is continuous."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden_changes import SHIFT
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.errors import InputError
from tagship_runtime.features import Encoder
from tagship_runtime.typing import Scores

STEPS = 48
"""Halvings of a line, which leave less of it than float64 can tell apart."""

DIGITS = 5
"""Significant digits of invented numbers."""

MORE_DIGITS = (DIGITS, 7, 9, 17)
"""Likewise, where fewer would move the score too far."""

STARTS, ENDS = 6, 48
"""Rows on either side of the threshold from which lines are tried, and rows to whose numbers they go."""


def next_to_thresholds(artifact: OpenArtifact, rows: Sequence[Any], scores: Scores, tolerance: float) -> list[Any]:
    """Invent rows whose scores are a little above and a little below a threshold, where none of ``rows`` is.

    Args:
        artifact: What scores.
        rows: As callers have them.
        scores: Their scores.
        tolerance: Difference of a score that a self-test allows.
    """
    if 2 * tolerance >= SHIFT:
        return []
    found = []
    for label, threshold in enumerate(artifact.thresholds.tolist()):
        beyond = scores[:, label].astype(np.float64) - threshold
        for sign in (1, -1):
            there = (beyond * sign > 2 * tolerance) & (beyond * sign < SHIFT - 2 * tolerance)
            if there.any() or not 0 < threshold + sign * SHIFT < 1:
                continue
            row = _search(artifact, rows, scores[:, label], label, threshold + sign * SHIFT / 2)
            found += [] if row is None else [row]
    return found


def _search(artifact: OpenArtifact, rows: Sequence[Any], scores: Scores, label: int, wanted: float) -> Any | None:
    """Return a row whose score is next to the one that is wanted; None where no line that is tried crosses it."""
    beyond = scores.astype(np.float64) - wanted
    order = np.argsort(beyond, kind="stable")
    below, above = order[beyond[order] < 0], order[beyond[order] >= 0]
    starts = [*below[::-1][:STARTS].tolist(), *above[:STARTS].tolist()]
    ends = [rows[place] for place in order[np.linspace(0, len(order) - 1, min(ENDS, len(order))).astype(int)]]
    for start in starts:
        lines = [_Line(artifact.encoder, rows[start], end) for end in ends]
        far = artifact.scores([line.at(1.0) for line in lines])[:, label] - wanted
        for place in np.flatnonzero((far >= 0) != (beyond[start] >= 0)).tolist()[:2]:
            row = _halve(artifact, lines[place], label, wanted, rising=bool(far[place] >= 0))
            if row is not None:
                return row
    return None


def _halve(artifact: OpenArtifact, line: _Line, label: int, wanted: float, *, rising: bool) -> Any | None:
    near, far = 0.0, 1.0
    for _ in range(STEPS):
        middle = (near + far) / 2
        score = float(artifact.scores([line.at(middle)])[0, label])
        if abs(score - wanted) < SHIFT / 8:
            return _shortened(artifact, line.at(middle), label, wanted)
        near, far = (near, middle) if (score > wanted) == rising else (middle, far)
    return None


def _shortened(artifact: OpenArtifact, row: Any, label: int, wanted: float) -> Any | None:
    """Return the row in as few digits as keep its score where it is wanted."""
    for digits in MORE_DIGITS:
        short = rounded(row, digits)
        try:
            score = float(artifact.scores([short])[0, label])
        except InputError:  # so few digits are beyond what the feature takes
            continue
        if abs(score - wanted) < SHIFT / 4:
            return short
    return None


def rounded(row: Any, digits: int) -> Any:
    """Return a row of JSON, of any nesting, in so many significant digits."""
    if isinstance(row, list):
        return [rounded(cell, digits) for cell in row]
    return float(f"{row:.{digits}g}") if isinstance(row, float) else row


class _Line:
    """The rows between one row and another's numbers: words, texts and what is missing stay the first one's."""

    def __init__(self, codec: Encoder, start: Any, end: Any) -> None:
        self._codec, self._start = codec, start
        first, last = codec.to_cells(_table([start, end]))
        kept = codec.discrete()
        if codec.columns is not None:
            kept = kept | np.array([cell is None or (isinstance(cell, str) and not cell) for cell in start])
        self._kept: NDArray[np.bool_] = kept
        self._first, self._last = first, np.where(kept, first, last)

    def at(self, share: float) -> Any:
        """Return the row at a share of the way."""
        (row,) = self._codec.from_cells((self._first + share * (self._last - self._first))[None])
        if self._codec.columns is None:
            return row
        return [old if keep else new for old, new, keep in zip(self._start, row, self._kept.tolist(), strict=True)]


def _table(rows: list[Any]) -> NDArray[Any]:
    """Return rows as an array whose cells are what they were."""
    return np.array(rows, dtype=object) if isinstance(rows[0], list) else np.asarray(rows)
