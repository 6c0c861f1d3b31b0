"""Rows of one table that occur in another as well: with the same numbers, or with all but the same ones.

Equal rows are found by a hash. Nearly equal ones lie beside each other when rows are ordered along a random direction,
so that each row is compared with its neighbours there alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Features
from tagship_training.data.sparse_rows import Matrix, SparseRows, row_hashes

HASH_ROWS = 16_384
"""Rows that are hashed, or compared, at a time."""

TOLERANCE = 1e-4
"""Rows are nearly equal if no column differs by more than this share of its spread among the training rows."""

NEIGHBOURS = 4
"""As many rows on either side along the random direction are compared."""

Flags = NDArray[np.bool_]


def find_repeated(train: Matrix, others: Matrix) -> Flags:
    """Tell which rows of ``others`` occur in ``train``, both (rows, width); nearly equal rows count, (rows,).

    Of sparse rows, which hold counts, only equal ones count.
    """
    if isinstance(train, SparseRows) or isinstance(others, SparseRows):
        return np.isin(_hashes(others), _hashes(train))
    found = np.isin(_hashes(others), _hashes(train))
    known = _distinct(train)
    spread, direction = _scale(train)
    along = np.sort(_project(known, direction))
    order = np.argsort(_project(known, direction), kind="stable")
    places = np.searchsorted(along, _project(others, direction))
    for offset in range(-NEIGHBOURS, NEIGHBOURS):
        _compare(others, known, order, places + offset, spread, found)
    return found


def find_repeated_within(rows: Matrix) -> Flags:
    """Tell which rows of a table occur in it another time, (rows,)."""
    _, first, place, times = np.unique(_hashes(rows), return_index=True, return_inverse=True, return_counts=True)
    if isinstance(rows, SparseRows):
        return (times > 1)[place]
    known = rows[first]
    spread, direction = _scale(rows)
    order = np.argsort(_project(known, direction), kind="stable")
    found = times > 1
    own = np.empty(len(order), np.intp)
    own[order] = np.arange(len(order))
    for offset in (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1)):
        _compare(known, known, order, own + offset, spread, found)
    return found[place]


def _compare(
    rows: Features,
    known: Features,
    order: NDArray[np.intp],
    places: NDArray[np.intp],
    spread: NDArray[np.float64],
    found: Flags,
) -> None:
    """Flag rows that equal the known row at a place of the order, where there is one, within the tolerance."""
    todo = np.flatnonzero(~found & (places >= 0) & (places < len(order)))
    at_once = max(1, HASH_ROWS * 64 // rows.shape[1])
    for start in range(0, len(todo), at_once):
        some = todo[start : start + at_once]
        difference = np.abs(rows[some].astype(np.float64) - known[order[places[some]]])
        found[some] = (difference <= TOLERANCE * spread).all(axis=1)


def _distinct(rows: Features) -> Features:
    return rows[np.unique(_hashes(rows), return_index=True)[1]]


def _scale(rows: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spread of each column (the smaller of standard deviation and quartile range), and a random direction in it."""
    deviation = rows.std(axis=0, dtype=np.float64)
    low, high = np.quantile(rows[:: max(1, len(rows) // HASH_ROWS)], [0.25, 0.75], axis=0)
    spread = np.where(high > low, np.minimum(deviation, high - low), deviation)
    direction = np.random.default_rng(0).normal(size=rows.shape[1])
    return spread, np.divide(direction, spread, out=np.zeros_like(direction), where=spread > 0)


def _project(rows: Features, direction: NDArray[np.float64]) -> NDArray[np.float64]:
    parts = [rows[start : start + HASH_ROWS].astype(np.float64) @ direction for start in range(0, len(rows), HASH_ROWS)]
    return np.concatenate(parts)


def _hashes(matrix: Matrix) -> NDArray[np.uint64]:
    """Multilinear hashes of each row's bits, computed in parts (Dietzfelbinger 1996), (rows,)."""
    drawn = np.random.default_rng(0).integers(1, 2**63, matrix.shape[1], dtype=np.uint64)
    factors: NDArray[np.uint64] = np.bitwise_or(drawn, np.uint64(1))
    if isinstance(matrix, SparseRows):
        return row_hashes(matrix, factors)
    parts = []
    for start in range(0, len(matrix), HASH_ROWS):
        some = np.ascontiguousarray(matrix[start : start + HASH_ROWS] + 0.0)  # which makes one zero of both
        parts.append((some.view(np.uint32).astype(np.uint64) * factors).sum(axis=1))
    return np.concatenate(parts)
