"""Rows with known answers, for the contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ExportError
from tagship_runtime.arrays import Scores
from tagship_runtime.contract import CategoryFeature, Feature, Golden
from tagship_runtime.features import columns_of
from tagship_runtime.predictor import Predictor

ROWS, CANDIDATES = 24, 4096
MAX_BYTES = 32 * 1024
DIGITS = 5


def make_golden(predictor: Predictor, table: Any, tolerance: float, seed: int = 0) -> Golden:
    """Invent rows within the ranges of real ones and record the artifact's answers.

    Half of the rows are those whose score comes nearest to a threshold, in turn for each label; the rest are
    spread over the range. No value of a real row is kept but, for categories, the words themselves.

    Args:
        predictor: The artifact.
        table: Training rows, from which the ranges are taken.
        tolerance: How far a score may be off elsewhere.
        seed: Of the invented rows.

    Returns:
        At most 24 rows and 32 KiB of JSON.
    """
    features = predictor.contract.features
    if features is None:
        raise ExportError("golden rows are invented for tables only so far")
    candidates = _invent(features, table, np.random.default_rng(seed))
    chosen = _choose(predictor.predict_proba(candidates), predictor.thresholds)
    while True:
        golden = _record(predictor, [candidates[row] for row in chosen], tolerance)
        if len(chosen) == 1 or len(json.dumps(golden.to_dict())) <= MAX_BYTES:
            return golden
        chosen = chosen[: len(chosen) // 2]


def _invent(features: Sequence[Feature], table: Any, random: np.random.Generator) -> list[list[Any]]:
    """Rows of independent values: numbers evenly between the 1st and 99th percentile, words at random."""
    columns = columns_of(table) or {}
    invented: list[list[Any]] = []
    for feature in features:
        if isinstance(feature, CategoryFeature):
            invented.append(random.choice(np.array(feature.values, object), CANDIDATES).tolist())
            continue
        values = columns[feature.name].astype(np.float64)
        low, high = np.nanpercentile(values, [1, 99])
        numbers = random.uniform(low, high, CANDIDATES)
        invented.append([float(f"{number:.{DIGITS}g}") for number in numbers])
    return [list(row) for row in zip(*invented, strict=True)]


def _choose(scores: Scores, thresholds: Scores) -> list[int]:
    """Row numbers, the nearest to a threshold and the others in turn, so that a prefix has both."""
    distance: NDArray[np.float64] = np.abs(scores.astype(np.float64) - thresholds)
    by_label = np.argsort(distance, axis=0, kind="stable").T  # nearest first, (labels, rows)
    near = by_label[:, :ROWS].T.ravel().tolist()
    order = [row for pair in zip(near, range(len(scores)), strict=False) for row in pair]
    return list(dict.fromkeys(order))[:ROWS]


def _record(predictor: Predictor, rows: list[list[Any]], tolerance: float) -> Golden:
    scores = predictor.predict_proba(rows)
    return Golden(
        rows=tuple(rows),
        scores=tuple(tuple(_shortest(score) for score in row) for row in scores),
        decisions=tuple(tuple(bool(on) for on in row) for row in predictor.decide(scores)),
        tolerance=tolerance,
    )


def _shortest(score: np.float32) -> float:
    """The shortest decimal that is the same float32, to keep the contract small."""
    return float(str(score))
