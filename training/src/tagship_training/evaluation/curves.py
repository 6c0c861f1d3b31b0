"""Counts that plots of a run are drawn from: decisions at other thresholds, and frequencies by score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from tagship_runtime.contract import Feature
from tagship_runtime.documents import (
    CURVES_FORMAT,
    CalibrationBin,
    CurvesDocument,
    FeatureSummary,
    ThresholdCounts,
)
from tagship_runtime.evaluation.intervals import wilson
from tagship_runtime.typing import Scores, Targets
from tagship_training.data.sparse_rows import Matrix, SparseRows, dense_columns, rows_at_once, take_rows

QUANTILES = 100
"""Thresholds at quantiles of a label's positives' scores, where recall changes."""

STEPS = 79
"""Thresholds at even steps, where there may be no positives at all."""

BINS = 10
"""Of a calibration plot, of even width."""


def gather(
    targets: Targets,
    scores: Scores,
    thresholds: Sequence[float],
    labels: Sequence[str],
    *,
    held_out: int,
    features: Sequence[Feature],
    matrix: Matrix,
) -> CurvesDocument:
    """Return the content of ``curves.json``: counts over all rows, and no row's own values.

    Args:
        targets: uint8, (rows, labels).
        scores: float32, (rows, labels).
        thresholds: The tuned ones.
        labels: Their names.
        held_out: Number of rows that the thresholds were tuned on.
        features: Features that the matrix was encoded by.
        matrix: Encoded training rows, float32 (rows, width).
    """
    return {
        "tagship_curves": CURVES_FORMAT,
        "rows": {"test": len(targets), "held_out": held_out},
        "labels": [
            {"label": label, **cuts(truth, own, threshold)}
            for label, truth, own, threshold in zip(labels, targets.T, scores.T, thresholds, strict=True)
        ],
        "calibration": calibration(targets, scores),
        "features": ranges(features, matrix),
    }


def cuts(truth: NDArray[np.uint8], scores: Scores, chosen: float) -> ThresholdCounts:
    """Count one label's decisions at up to 180 thresholds, the chosen one among them.

    Args:
        truth: uint8, (rows,).
        scores: float32, (rows,).
        chosen: The tuned threshold.

    Returns:
        Rising ``thresholds``, the position of the ``chosen`` one, and for each how many rows reach it that should
        (``true_positives``) and should not (``false_positives``), by float32's ``score >= threshold``.
    """
    thresholds = _grid(scores[truth == 1], chosen)
    cut = thresholds.astype(np.float32)
    right, wrong = (np.sort(scores[truth == value]) for value in (1, 0))
    positives = len(right)
    return {
        "positives": positives,
        "average_precision": float(average_precision_score(truth, scores)) if positives else None,
        "thresholds": thresholds.tolist(),
        "chosen": int(np.flatnonzero(thresholds == chosen)[0]),
        "true_positives": (positives - np.searchsorted(right, cut, side="left")).tolist(),
        "false_positives": (len(wrong) - np.searchsorted(wrong, cut, side="left")).tolist(),
    }


def _grid(positives: Scores, chosen: float) -> NDArray[np.float64]:
    """Thresholds of few digits that can be typed, and the chosen one as it is, rising."""
    even = np.linspace(0, 1, STEPS + 2)[1:-1]
    spread = np.quantile(positives.astype(np.float64), np.linspace(0, 1, QUANTILES)) if len(positives) else even
    # Rounded down, so that the lowest-scored positive is still switched on at its own quantile.
    short = np.floor(np.concatenate([even, spread]) * 1e4) / 1e4
    short = short[(short > 0) & (short < 1) & (np.abs(short - chosen) >= 5e-5)]
    return np.unique(np.append(short, chosen))


def calibration(targets: Targets, scores: Scores) -> list[CalibrationBin]:
    """Count the positives among decisions scored alike, all labels together, in bins of even width.

    The interval is Wilson's (1927) for as many trials as there are different rows in a bin, because labels of one
    row are not independent.

    Returns:
        For each bin that is not empty ``low``, ``high``, ``cells``, ``rows``, ``mean_score``, ``positives`` and
        ``interval``.
    """
    place = np.minimum((scores * np.float32(BINS)).astype(np.intp), BINS - 1)
    bins: list[CalibrationBin] = []
    for number in range(BINS):
        inside = place == number
        cells = int(inside.sum())
        if not cells:
            continue
        rows, positives = int(inside.any(axis=1).sum()), int(targets[inside].sum(dtype=np.int64))
        bins.append(
            {
                "low": number / BINS,
                "high": (number + 1) / BINS,
                "cells": cells,
                "rows": rows,
                "mean_score": float(scores[inside].mean(dtype=np.float64)),
                "positives": positives,
                "interval": list(wilson(positives / cells, rows)),
            }
        )
    return bins


def ranges(features: Sequence[Feature], matrix: Matrix) -> list[FeatureSummary]:
    """Summaries of the training rows, feature by feature: quantiles of numbers (after filling), shares of words."""
    summaries: list[FeatureSummary] = []
    if isinstance(matrix, SparseRows):  # evenly spaced ones, as many as may be dense
        step = -(-len(matrix) // rows_at_once(matrix.shape[1], len(matrix)))
        matrix = take_rows(matrix, np.arange(0, len(matrix), step))
    start = 0
    for feature in features:
        columns = dense_columns(matrix, slice(start, start + feature.width))
        start += feature.width
        summaries.append(feature.summarise(columns))
    return summaries
