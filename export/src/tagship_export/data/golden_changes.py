"""Single changes of an artifact, which its golden rows have to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import Target
from tagship_export.targets.constants import Constant
from tagship_export.targets.runner import ArtifactRunner
from tagship_runtime.errors import EngineError, InputError
from tagship_runtime.selftest import EXACT
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Features, Scores

CHANGES, PER_CONSTANT = 96, 3
"""Most changes of constants that are tried, and of one constant."""

LEAST_CHANGES, MOST_CELLS = 16, 1 << 22
"""Fewest changes that are tried where rows are large, and cells that are scored for all of them together."""

SHIFT = 0.02
"""Shift of a threshold that golden rows have to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Rows that show each change.

    Attributes:
        clearly: True where a row shows a change beyond the golden tolerance, (changes, rows); a change that no row
            shows at all is left out.
        slightly: Likewise, beyond what the same arithmetic gives.
        names: What each change is, for people.
    """

    clearly: NDArray[np.bool_]
    slightly: NDArray[np.bool_]
    names: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, rows: int) -> Shown:
        """Return that so many rows show no change at all."""
        return cls(clearly=np.zeros((0, rows), bool), slightly=np.zeros((0, rows), bool))


def shown(target: Target, payload: bytes, artifact: OpenArtifact, matrix: Features, tolerance: float) -> Shown:
    """Find which rows show which changes of constants, of the order of labels and features, and of thresholds.

    Args:
        target: Format of the payload.
        payload: What is changed.
        artifact: The same, open.
        matrix: Encoded rows.
        tolerance: Difference of a score that a self-test allows.
    """
    own = artifact.runner.scores(matrix)
    pairs = [
        *_changed_constants(target, payload, own, matrix),
        *((name, own, one) for name, one in _swapped(artifact, matrix, own)),
    ]
    clearly, slightly = [], []
    for _, before, after in pairs:
        difference = np.abs(after - before).max(axis=1)
        flips = _certain_flips(before, after, artifact.thresholds, tolerance)
        clearly.append(~(difference <= tolerance) | flips)  # NaN is a difference
        slightly.append(~(difference <= EXACT))
    seen = [number for number, rows in enumerate(slightly) if rows.any()]
    moved = list(_moved_thresholds(own, artifact, tolerance))
    rows = [row for _, row in moved]
    return Shown(
        clearly=np.array([*(clearly[number] for number in seen), *rows], bool).reshape(-1, len(matrix)),
        slightly=np.array([*(slightly[number] for number in seen), *rows], bool).reshape(-1, len(matrix)),
        names=(*(pairs[number][0] for number in seen), *(name for name, _ in moved)),
    )


def _changed_constants(
    target: Target, payload: bytes, own: Scores, matrix: Features
) -> Iterator[tuple[str, Scores, Scores]]:
    """Yield a name, and scores before and after one of the largest numbers of a constant has the other sign."""
    changed, changeable = target.changeable(payload)
    found = list(changed.constants(changeable))
    before = own if changed is target else _opened_scores(changed, changeable, matrix, own.shape[1])
    most = max(LEAST_CHANGES, min(CHANGES, MOST_CELLS // matrix.size))
    if len(found) > most:
        found = [found[place] for place in np.linspace(0, len(found) - 1, most).astype(int)]
    each = max(1, min(PER_CONSTANT, most // max(len(found), 1)))
    for constant in found:
        for values in _negated(constant, each):
            try:
                yield (
                    f"a number of {constant.name} negated",
                    before,
                    _opened_scores(changed, constant.replaced(values), matrix, own.shape[1]),
                )
            except EngineError:  # nothing loads, which no self-test misses
                continue


def _opened_scores(target: Target, payload: bytes, matrix: Features, labels: int) -> Scores:
    runner = target.runner(payload)
    scores = _scores(runner, matrix, labels)
    runner.close()
    return scores


def _scores(runner: ArtifactRunner, matrix: Features, labels: int) -> Scores:
    """Return scores, NaN for rows that have none: a change may take some beyond 0 and 1."""
    try:
        return runner.scores(matrix)
    except (EngineError, InputError):
        if len(matrix) == 1:
            return np.full((1, labels), np.nan, np.float32)
        return np.concatenate([_scores(runner, row[None], labels) for row in matrix])


def _negated(constant: Constant, count: int) -> Iterator[NDArray[Any]]:
    """Yield the values with one of the largest negated, of unsigned integers around the middle, which stands for 0."""
    values = constant.values
    integers = values.dtype.kind in "iu"
    middle = (np.iinfo(values.dtype).max + 1) // 2 if values.dtype.kind == "u" else 0
    order = np.argsort(-np.abs(values.astype(np.float64) - middle), kind="stable")[:count]
    for place in order[values[order] != middle].tolist():
        negative = 2 * middle - values[place].item()
        changed = values.copy()
        changed[place] = min(negative, np.iinfo(values.dtype).max) if integers else negative  # the least one has none
        yield changed


def _swapped(artifact: OpenArtifact, matrix: Features, before: Scores) -> Iterator[tuple[str, Scores]]:
    """Yield a name, and scores with two neighbouring labels, or features of one width, in each other's place."""
    for label in range(before.shape[1] - 1):
        after = before.copy()
        after[:, [label, label + 1]] = before[:, [label + 1, label]]
        yield "labels {!r} and {!r} swapped".format(*artifact.labels[label : label + 2]), after
    start = 0
    features = artifact.contract.features or ()
    for one, other in pairwise(features):
        stop, end = start + one.width, start + one.width + other.width
        if one.width == other.width:
            mixed = matrix.copy()
            mixed[:, start:end] = np.concatenate([matrix[:, stop:end], matrix[:, start:stop]], axis=1)
            yield f"features {one.name!r} and {other.name!r} swapped", artifact.runner.scores(mixed)
        start = stop


def _moved_thresholds(
    scores: Scores, artifact: OpenArtifact, tolerance: float
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield a name, and which rows show that one threshold is a little higher, and that it is a little lower."""
    decisions = decide(scores, artifact.thresholds)
    for label, threshold in enumerate(artifact.thresholds.tolist()):
        for shift in (SHIFT, -SHIFT):
            moved = np.float32(threshold + shift)
            if 0 < moved < 1:
                own = scores[:, label]
                name = f"threshold of {artifact.labels[label]!r} moved by {shift:+g}"
                yield name, ((own >= moved) != decisions[:, label]) & (np.abs(own - moved) > tolerance)


def _certain_flips(before: Scores, after: Scores, thresholds: Scores, tolerance: float) -> NDArray[np.bool_]:
    certain = np.abs(before - thresholds) > tolerance
    flipped = decide(before, thresholds) != decide(after, thresholds)
    return np.asarray((flipped & certain).any(axis=1))
