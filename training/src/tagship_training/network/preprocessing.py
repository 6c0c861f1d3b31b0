"""The first part of the graph: raw numbers, scaled and binned, and weights of words.

Each number is centred, scaled by a robust range and clipped, so that no outlier costs resolution once
activations are quantized to int8; and cut at its quantiles into bins whose columns rise from 0 to 1 one after the
other (piecewise linear encoding, Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep
Learning", 2022). All of it is plain Keras operations, so that any program can load the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.typing import Features, RowNumbers
from tagship_training.data.bag_of_words import SHORTEST, BagOfWords, places_of
from tagship_training.data.sparse_rows import Matrix, SparseRows, dense_columns, rows_at_once, take_rows
from tagship_training.network.architecture import Architecture

CLIP = 3.0
"""Scaled numbers are clipped to +-CLIP."""

SAMPLE_ROWS = 100_000
"""Quantiles are taken of at most this many rows."""

SMALLEST = 2.0**-100
"""Numbers that differ by less are one: float32 cannot hold the inverse of much smaller ones, and some engines take
these for zero."""

MOST_BLOCKS = 16
"""Up to so many blocks of terms are added up and joined one by one."""

TAILS = (0.005, 0.995)
QUARTILES_PER_DEVIATION = 1.349
"""Interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Constants of the encoding, all float32 but for the numbers of columns.

    Attributes:
        center: Subtracted from each column of ``plain``, (plain columns,).
        spread: Each of them is divided by it, (plain columns,).
        source: The column of the matrix that each bin cuts, (bins,).
        low: Where each bin starts, (bins,).
        size: Length of each bin, (bins,).
        plain: Columns that are no counts of words; None for all.
        bag: What the others count; None where there are none.
    """

    center: Features
    spread: Features
    source: RowNumbers
    low: Features
    size: Features
    plain: RowNumbers | None = None
    bag: BagOfWords | None = None

    @property
    def width(self) -> int:
        """Number of encoded columns."""
        return len(self.center) + len(self.source) + (0 if self.bag is None else self.bag.terms)

    @property
    def columns(self) -> RowNumbers | None:
        """Columns of the matrix that are looked at; None for all.

        Rising, but for those of each column of texts, which are where its first one is and in the order of the terms.
        """
        if self.plain is None or self.bag is None:
            return None
        parts = [*self.plain[:, None], *(part.columns for part in self.bag.parts if len(part.columns))]
        return np.concatenate(sorted(parts, key=np.min))

    def at(self, columns: RowNumbers) -> Encoding:
        """The same for a matrix that has some columns of this one, (columns,)."""
        if self.plain is None or self.bag is None:
            return self
        return replace(
            self,
            source=places_of(columns=self.source, among=columns),
            plain=places_of(columns=self.plain, among=columns),
            bag=self.bag.at(columns),
        )


def sample(matrix: Matrix, seed: int) -> Matrix:
    """Choose the rows that quantiles are taken of."""
    if len(matrix) <= SAMPLE_ROWS:
        return matrix
    rows = np.random.default_rng(seed).choice(len(matrix), SAMPLE_ROWS, replace=False)
    return take_rows(matrix, np.sort(rows))


def numeric_columns(rows: Matrix, bag: BagOfWords | None = None) -> list[int]:
    """Columns with more than two values that are no counts of words; flags and one-hot columns are fine as they are."""
    return [column for column in _plain(rows, bag) if len(np.unique(dense_columns(rows, [column]))) > 2]


def fit(architecture: Architecture, rows: Matrix, numeric: list[int], bag: BagOfWords | None = None) -> Encoding:
    """Measure ranges and quantiles on training rows.

    Args:
        architecture: Of the networks.
        rows: Training rows.
        numeric: As :func:`numeric_columns` gives them.
        bag: Columns that count words.
    """
    plain = _plain(rows, bag)
    place = {column: number for number, column in enumerate(plain)}
    center, spread = np.zeros(len(plain)), np.ones(len(plain))
    source: list[int] = []
    low: list[float] = []
    size: list[float] = []
    for column in numeric:
        values = dense_columns(rows, [column])[:, 0].astype(np.float64)
        center[place[column]], spread[place[column]] = _scale(values, keep_tails=architecture.keep_tails)
        if architecture.bins:
            edges = _edges(values, architecture.bins)
            source += [column] * (len(edges) - 1)
            low += edges[:-1].tolist()
            size += np.diff(edges).tolist()
    as_float32 = (np.asarray(values, np.float32) for values in (center, spread, low, size))
    center32, spread32, low32, size32 = as_float32
    if bag is None:
        return Encoding(center32, spread32, np.asarray(source, np.intp), low32, size32)
    kept = bag if architecture.terms is None else bag.best(architecture.terms)
    return Encoding(center32, spread32, np.asarray(source, np.intp), low32, size32, np.array(plain, np.intp), kept)


def encode(inputs: Any, encoding: Encoding) -> Any:
    """Build the Keras tensor of the encoded inputs: scaled columns, bins, weights of words."""
    from keras import layers

    parts = _numbers(inputs, encoding)
    if encoding.bag is not None:
        parts.append(word_weights(inputs, encoding.bag))
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)


def encode_sparse(rows: SparseRows, encoding: Encoding) -> Any:
    """Compute the encoded columns of many rows without the zeros among them, scipy's sparse rows float64."""
    parts = []
    if encoding.bag is None or len(encoding.center):
        step = rows_at_once(rows.shape[1], len(rows))
        blocks = [_numbers(rows[start : start + step], encoding) for start in range(0, len(rows), step)]
        parts += [sparse.csr_matrix(np.concatenate(block), dtype=np.float64) for block in zip(*blocks, strict=True)]
    if encoding.bag is not None:
        parts.append(encoding.bag.weigh(rows.matrix))
    return sparse.hstack(parts, format="csr")


def _numbers(inputs: Any, encoding: Encoding) -> list[Any]:
    from keras import ops

    if not len(encoding.center):
        return []
    plain = inputs if encoding.plain is None else ops.take(inputs, encoding.plain.tolist(), axis=1)
    scaled = ops.subtract(plain, encoding.center)
    scaled = ops.clip(ops.multiply(scaled, 1 / encoding.spread), -CLIP, CLIP)
    if not len(encoding.source):
        return [scaled]
    bins = ops.subtract(ops.take(inputs, encoding.source.tolist(), axis=1), encoding.low)
    bins = ops.subtract(ops.clip(ops.multiply(bins, 1 / encoding.size), 0.0, 1.0), 0.5)
    return [scaled, bins]


def word_weights(inputs: Any, bag: BagOfWords) -> Any:
    """Keras tensor of the weights of a bag's terms, as :meth:`BagOfWords.weigh` computes them."""
    from keras import ops

    blocks = bag.blocks()
    counts = _sliced(inputs, bag, blocks) if len(blocks) <= MOST_BLOCKS else _gathered(inputs, bag)
    weights = ops.multiply(ops.log(ops.add(counts, 1.0)), bag.frequency)
    squares = ops.sum(ops.multiply(weights, weights), axis=1, keepdims=True)
    return ops.divide(weights, ops.sqrt(ops.add(squares, SHORTEST)))


def _sliced(inputs: Any, bag: BagOfWords, blocks: Sequence[slice]) -> Any:
    """Keras tensor of the terms' counts, of each block the sum over the parts that count it."""
    from keras import layers

    found = []
    for block in blocks:
        first, end = block.start, block.stop
        own = ((part, *np.searchsorted(part.places, (first, end)).tolist()) for part in bag.parts)
        found.append(
            _sum((_columns(inputs, part.columns[start:stop]), part.weight) for part, start, stop in own if start < stop)
        )
    return found[0] if len(found) == 1 else layers.Concatenate()(found)


def _gathered(inputs: Any, bag: BagOfWords) -> Any:
    """The same, of parts that count terms in too many places, (rows, terms)."""
    from keras import ops

    width, found = inputs.shape[1], []
    for part in bag.parts:
        columns = part.inverse(bag.terms, width)
        counted = columns < width  # by a product, as every engine has one
        taken = ops.take(inputs, np.where(counted, columns, 0).tolist(), axis=1)
        found.append((ops.multiply(taken, counted.astype(np.float32)), part.weight))
    return _sum(found)


def _sum(weighted: Iterable[tuple[Any, float]]) -> Any:
    """Keras tensor of a weighted sum."""
    from keras import ops

    terms = [term if weight == 1 else ops.multiply(term, weight) for term, weight in weighted]
    return reduce(ops.add, terms)


def _columns(inputs: Any, columns: RowNumbers) -> Any:
    """Keras tensor of some columns: a slice where they stand in a row, for which engines are quicker."""
    from keras import ops

    first, end = int(columns[0]), int(columns[-1]) + 1
    if not np.array_equal(columns, np.arange(first, end)):
        return ops.take(inputs, columns.tolist(), axis=1)
    return inputs if end - first == inputs.shape[1] else inputs[:, first:end]


def _plain(rows: Matrix, bag: BagOfWords | None) -> list[int]:
    """Columns that are no counts of words."""
    counted = set() if bag is None else set(bag.columns.tolist())
    return [column for column in range(rows.shape[1]) if column not in counted]


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
