"""The first part of the graph: raw numbers, scaled and binned.

Each number is centred, scaled by a robust range and clipped, so that no outlier costs resolution once
activations are quantized to int8; and cut at its quantiles into bins whose columns rise from 0 to 1 one after the
other (piecewise linear encoding, Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep
Learning", 2022). All of it is plain Keras operations, so that any program can load the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Features, RowNumbers
from tagship_training.network.architecture import Architecture

CLIP = 3.0
"""Scaled numbers are clipped to +-CLIP."""

SAMPLE_ROWS = 100_000
"""Quantiles are taken of at most this many rows."""

SMALLEST = 2.0**-100
"""Numbers that differ by less are one: float32 cannot hold the inverse of much smaller ones, and some engines take
these for zero."""

TAILS = (0.005, 0.995)
QUARTILES_PER_DEVIATION = 1.349
"""Interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Constants of the encoding, all float32 but for ``source``.

    Attributes:
        center: Subtracted from each column, (width,).
        spread: Each column is divided by it, (width,).
        source: The column that each bin cuts, (bins,).
        low: Where each bin starts, (bins,).
        size: Length of each bin, (bins,).
    """

    center: Features
    spread: Features
    source: RowNumbers
    low: Features
    size: Features


def sample(matrix: Features, seed: int) -> Features:
    """Choose the rows that quantiles are taken of."""
    if len(matrix) <= SAMPLE_ROWS:
        return matrix
    rows = np.random.default_rng(seed).choice(len(matrix), SAMPLE_ROWS, replace=False)
    return matrix[np.sort(rows)]


def numeric_columns(rows: Features) -> list[int]:
    """Columns with more than two values; flags and one-hot columns are fine as they are."""
    return [column for column in range(rows.shape[1]) if len(np.unique(rows[:, column])) > 2]


def fit(architecture: Architecture, rows: Features, numeric: list[int]) -> Encoding:
    """Measure ranges and quantiles on training rows."""
    center, spread = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    source: list[int] = []
    low: list[float] = []
    size: list[float] = []
    for column in numeric:
        values = rows[:, column].astype(np.float64)
        center[column], spread[column] = _scale(values, keep_tails=architecture.keep_tails)
        if architecture.bins:
            edges = _edges(values, architecture.bins)
            source += [column] * (len(edges) - 1)
            low += edges[:-1].tolist()
            size += np.diff(edges).tolist()
    as_float32 = (np.asarray(values, np.float32) for values in (center, spread, low, size))
    center32, spread32, low32, size32 = as_float32
    return Encoding(center32, spread32, np.asarray(source, np.intp), low32, size32)


def encode(inputs: Any, encoding: Encoding) -> Any:
    """Build the Keras tensor of the encoded inputs: scaled columns, then bins."""
    from keras import layers, ops

    scaled = ops.subtract(inputs, encoding.center)
    scaled = ops.clip(ops.multiply(scaled, 1 / encoding.spread), -CLIP, CLIP)
    if not len(encoding.source):
        return scaled
    bins = ops.subtract(ops.take(inputs, encoding.source.tolist(), axis=1), encoding.low)
    bins = ops.subtract(ops.clip(ops.multiply(bins, 1 / encoding.size), 0.0, 1.0), 0.5)
    return layers.Concatenate()([scaled, bins])


def unit_length(x: Any) -> Any:
    """Keras tensor of rows divided by their Euclidean length, as suits counts of words."""
    from keras import ops

    squares = ops.sum(ops.multiply(x, x), axis=1, keepdims=True)
    return ops.divide(x, ops.sqrt(ops.add(squares, 1e-6)))


def _scale(values: NDArray[np.float64], *, keep_tails: bool) -> tuple[float, float]:
    """Median, and standard deviation by the quartiles; by all values where the quartiles coincide."""
    first, median, third = np.quantile(values, [0.25, 0.5, 0.75])
    spread = (third - first) / QUARTILES_PER_DEVIATION or float(values.std()) or 1.0
    if keep_tails:
        bottom, top = np.quantile(values, TAILS)
        spread = max(spread, (top - median) / CLIP, (median - bottom) / CLIP)
    return float(median), max(float(spread), SMALLEST)


def _edges(values: NDArray[np.float64], bins: int) -> Features:
    """Quantiles in float32, each apart from the one before it."""
    edges: Features = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)).astype(np.float32))
    apart: Features = edges[np.append(True, np.diff(edges.astype(np.float64)) >= SMALLEST)]
    return apart
