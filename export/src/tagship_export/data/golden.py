"""Rows with known answers, for the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.rows import Rows
from tagship_runtime.contract import CategoryFeature, Golden, NumericFeature
from tagship_runtime.features import columns_of
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Scores

ROWS, CANDIDATES = 24, 4096
CANDIDATE_CELLS = 1 << 22
MAX_BYTES = 32 * 1024
DIGITS = 5
LARGE_CELLS = 256
MISSING = 0.1
"""Share of missing values among invented ones, where the model takes them."""


class GoldenMode(StrEnum):
    """Where golden rows come from."""

    SYNTHETIC = "synthetic"
    REAL = "real"
    NONE = "none"


def make_golden(
    predictor: Predictor, rows: Rows, tolerance: float, mode: GoldenMode = GoldenMode.SYNTHETIC, seed: int = 0
) -> Golden | None:
    """Choose rows and record the artifact's answers.

    Half of the rows are those whose score comes nearest to a threshold, in turn for each label; the rest are
    spread. Synthetic rows keep no value of a real row but, for categories, the words themselves.

    Args:
        predictor: The artifact.
        rows: Real ones; synthetic rows are invented within their ranges.
        tolerance: How far a score may be off elsewhere.
        mode: Where the rows come from.
        seed: Of the invented rows.

    Returns:
        At most 24 rows and 32 KiB of JSON; None where none are wanted, or not even one fits.
    """
    if mode is GoldenMode.NONE:
        return None
    candidates = CANDIDATES_OF[mode](predictor, rows, np.random.default_rng(seed))
    scores = predictor.predict_proba(candidates)
    chosen = _choose(scores, predictor.thresholds)
    while chosen:
        golden = record(predictor, [_writable(candidates[row]) for row in chosen], tolerance)
        if len(json.dumps(golden.to_dict())) <= MAX_BYTES:
            return golden
        chosen = chosen[: len(chosen) // 2]
    return None


def record(predictor: Predictor, rows: Sequence[Any], tolerance: float) -> Golden:
    """The artifact's answers for rows, as the contract keeps them."""
    scores = predictor.predict_proba(rows)
    return Golden(
        rows=tuple(rows),
        scores=tuple(tuple(_shortest(score) for score in row) for row in scores),
        decisions=tuple(tuple(bool(on) for on in row) for row in predictor.decide(scores)),
        tolerance=tolerance,
    )


def _invented(predictor: Predictor, rows: Rows, random: np.random.Generator) -> Any:
    features = predictor.contract.features
    if features is None:
        return _invented_arrays(np.asarray(rows.values), random)
    columns = columns_of(rows.values) or {}
    invented: list[list[Any]] = []
    for feature in features:
        if isinstance(feature, CategoryFeature):
            words = feature.values or ("",)
            invented.append([words[index] for index in random.integers(len(words), size=CANDIDATES)])
        else:
            invented.append(_invented_numbers(columns[feature.name], feature, random))
    return [list(row) for row in zip(*invented, strict=True)]


def _invented_numbers(values: NDArray[Any], feature: NumericFeature, random: np.random.Generator) -> list[Any]:
    """Evenly between the 1st and 99th percentile; some are missing where the model knows what to do then."""
    known = values.astype(np.float64)
    known = known[np.isfinite(known)]
    low, high = np.percentile(known, [1, 99]) if len(known) else (0.0, 1.0)
    numbers = [_short(number) for number in random.uniform(low, high, CANDIDATES)]
    if feature.fill is None:
        return numbers
    missing = random.random(CANDIDATES) < MISSING
    return [None if absent else number for number, absent in zip(numbers, missing.tolist(), strict=True)]


def _invented_arrays(values: NDArray[Any], random: np.random.Generator) -> NDArray[np.float64]:
    """Signals and images: a mixture of noise and of slow waves, between the 1st and 99th percentile of all cells."""
    low, high = np.percentile(values.astype(np.float64), [1, 99])
    shape = values.shape[1:]
    count = max(8, min(CANDIDATES, CANDIDATE_CELLS // int(np.prod(shape))))
    noise = random.random((count, *shape))
    phase = sum(
        random.uniform(0, 0.5, (count, *(1 for _ in shape))) * np.arange(size).reshape(-1, *(1,) * (len(shape) - axis))
        for axis, size in enumerate(shape, start=1)
    )
    share = random.random((count, *(1 for _ in shape)))
    mixed: NDArray[np.float64] = share * noise + (1 - share) * (np.sin(phase) + 1) / 2
    scaled: NDArray[np.float64] = low + (high - low) * mixed
    return scaled


def _real(predictor: Predictor, rows: Rows, random: np.random.Generator) -> Any:
    order = random.permutation(len(rows))[:CANDIDATES]
    some = rows.take(order)
    features, columns = predictor.contract.features, columns_of(some.values)
    if features is None or columns is None:
        return np.asarray(some.values)
    return [
        [_plain(cell) for cell in row]
        for row in zip(*(columns[feature.name].tolist() for feature in features), strict=True)
    ]


CANDIDATES_OF: Mapping[GoldenMode, Callable[[Predictor, Rows, np.random.Generator], Any]] = {
    GoldenMode.SYNTHETIC: _invented,
    GoldenMode.REAL: _real,
}


def _choose(scores: Scores, thresholds: Scores) -> list[int]:
    """Row numbers, the nearest to a threshold and the others in turn, so that a prefix has both."""
    distance: NDArray[np.float64] = np.abs(scores.astype(np.float64) - thresholds)
    by_label = np.argsort(distance, axis=0, kind="stable").T  # nearest first, (labels, rows)
    near = by_label[:, :ROWS].T.ravel().tolist()
    order = [row for pair in zip(near, range(len(scores)), strict=False) for row in pair]
    return list(dict.fromkeys(order))[:ROWS]


def _short(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _writable(row: Any) -> Any:
    """A row as JSON takes it; the cells of large ones are shortened to two digits, to save room."""
    if not isinstance(row, np.ndarray):
        return row
    digits = 2 if row.size > LARGE_CELLS else DIGITS
    short = [float(f"{number:.{digits}g}") for number in row.ravel().tolist()]
    return np.array(short).reshape(row.shape).tolist()


def _plain(cell: Any) -> Any:
    """NaN is not JSON; the contract says null."""
    return None if isinstance(cell, float) and cell != cell else cell


def _shortest(score: np.float32) -> float:
    """The shortest decimal that is the same float32, to keep the contract small."""
    return float(str(score))
