"""Counts of n-grams as networks take them: columns of texts that share a vocabulary are added up, and then weighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.typing import Features, RowNumbers, Targets
from tagship_training.data.information import information, words_within

SHORTEST = 1e-6
"""Added to the squared length of a row, so that an empty text stays one of zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Columns of the matrix that one column of texts has.

    Attributes:
        columns: Their numbers, (n-grams,).
        places: The term that each counts, rising, (n-grams,).
        weight: Times that its words count beside those of other columns of texts.
    """

    columns: RowNumbers
    places: RowNumbers
    weight: float

    def inverse(self, terms: int, otherwise: int) -> RowNumbers:
        """The column of each term, (terms,); ``otherwise`` where the part has none."""
        found = np.full(terms, otherwise, np.intp)
        found[self.places] = self.columns
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BagOfWords:
    """Terms of a table's texts, each an n-gram that one or several columns count.

    A row's count of a term is the sum over the columns; ``log(1 + count)`` times the term's inverse document frequency
    is its weight, and the weights of a row are divided by their Euclidean length (Salton & Buckley 1988).

    Attributes:
        parts: One for each column of texts.
        names: What each term is called, (terms,).
        frequency: Inverse document frequency of each term, float32 (terms,).
        gain: How much each term tells of the labels, by which larger ones come first, (terms,).
    """

    parts: tuple[Part, ...]
    names: tuple[str, ...]
    frequency: Features
    gain: Features

    @property
    def terms(self) -> int:
        """Number of them."""
        return len(self.frequency)

    @property
    def columns(self) -> RowNumbers:
        """Columns of the matrix that hold counts, those of each part in the order of its terms."""
        return np.concatenate([part.columns for part in self.parts])

    @property
    def counted_by(self) -> NDArray[np.bool_]:
        """Tell which parts count each term, (terms, parts)."""
        found = np.zeros((self.terms, len(self.parts)), np.bool_)
        for own, part in zip(found.T, self.parts, strict=True):
            own[part.places] = True
        return found

    def blocks(self) -> list[slice]:
        """Terms in a row that the same parts count."""
        counted_by = self.counted_by
        starts = np.flatnonzero(np.append(True, (counted_by[1:] != counted_by[:-1]).any(axis=1)))
        return list(map(slice, starts.tolist(), [*starts[1:].tolist(), self.terms]))

    def weigh(self, matrix: Any) -> Any:
        """Weights of the terms, scipy's sparse rows float64 (rows, terms).

        Args:
            matrix: Encoded rows, scipy's compressed sparse rows (rows, width).
        """
        weights = counts_of_terms(self.parts, self.terms, matrix)
        weights.data = np.log1p(weights.data)
        weights = weights @ sparse.diags(self.frequency.astype(np.float64))
        squares = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
        return (sparse.diags(1 / np.sqrt(squares + SHORTEST)) @ weights).tocsr()

    def best(self, count: int) -> BagOfWords:
        """The same with the terms alone that tell most of the labels; the frequencies of these stay."""
        if count >= self.terms:
            return self
        chosen = np.sort(np.argsort(-self.gain, kind="stable")[:count])
        place = np.full(self.terms, -1, np.intp)
        place[chosen] = np.arange(count)
        parts = []
        for part in self.parts:
            kept = place[part.places] >= 0
            parts.append(replace(part, columns=part.columns[kept], places=place[part.places[kept]]))
        names = tuple(self.names[term] for term in chosen)
        return BagOfWords(parts=tuple(parts), names=names, frequency=self.frequency[chosen], gain=self.gain[chosen])

    def at(self, columns: RowNumbers) -> BagOfWords:
        """The same for a matrix that has some columns of this one, (columns,)."""
        parts = [replace(part, columns=places_of(part.columns, columns)) for part in self.parts]
        return replace(self, parts=tuple(parts))

    def in_blocks(self) -> BagOfWords:
        """The same with all terms that the same parts count in a row, those that tell most of the labels first.

        So the columns of any number of the best terms are a few slices of the matrix's, where these stand in the order
        of the terms; with two parts, what both count stands between what one of them counts, as in a Gray code.
        """
        changes = np.bitwise_xor.accumulate(self.counted_by, axis=1)
        order = np.lexsort((-self.gain, *(~changes.T[::-1])))
        place = np.argsort(order)
        parts = []
        for part in self.parts:
            own = np.argsort(place[part.places])
            parts.append(replace(part, columns=part.columns[own], places=place[part.places][own]))
        names = tuple(self.names[term] for term in order)
        return BagOfWords(parts=tuple(parts), names=names, frequency=self.frequency[order], gain=self.gain[order])


def places_of(columns: RowNumbers, among: RowNumbers) -> RowNumbers:
    """Places of some columns among others, which hold them all, (columns,)."""
    order = np.argsort(among)
    return np.asarray(order[np.searchsorted(among, columns, sorter=order)], np.intp)


def fit(parts: Sequence[Part], names: Sequence[str], matrix: Any) -> BagOfWords:
    """Measure how rare terms are; none is better than another one yet.

    Args:
        parts: Of the columns of texts.
        names: Of the different terms.
        matrix: Encoded training rows, scipy's compressed sparse rows (rows, width).
    """
    frequency = inverse_document_frequency(counts_of_terms(parts, len(names), matrix))
    gain = np.zeros(len(names), np.float32)
    return BagOfWords(parts=tuple(parts), names=tuple(names), frequency=frequency, gain=gain)


def ranked(bag: BagOfWords, matrix: Any, targets: Targets, folds: NDArray[np.int32]) -> BagOfWords:
    """Measure how much each term tells of the labels, and put terms :meth:`~BagOfWords.in_blocks` by that.

    A term tells as much as it does in the worst of the folds' complements. So terms are not chosen for what they tell
    of the very rows by which a network that did not learn from these is judged.

    Args:
        bag: Of all terms.
        matrix: Encoded training rows, scipy's compressed sparse rows (rows, width).
        targets: uint8, (rows, labels).
        folds: The fold of each row, below 0 for none, (rows,).
    """
    counts = counts_of_terms(bag.parts, bag.terms, matrix)
    within = words_within(bag.names)
    learned = [folds != fold for fold in np.unique(folds[folds >= 0])] or [np.ones(len(folds), np.bool_)]
    gains = [information(counts[rows], targets[rows], within) for rows in learned]
    return replace(bag, gain=np.min(gains, axis=0)).in_blocks()


def counts_of_terms(parts: Sequence[Part], terms: int, matrix: Any) -> Any:
    """Weighted sums of the counts in all columns, scipy's sparse rows float64 (rows, terms).

    Args:
        parts: Of the columns.
        terms: How many there are.
        matrix: Encoded rows, scipy's compressed sparse rows (rows, width).
    """
    columns = np.concatenate([part.columns for part in parts])
    places = np.concatenate([part.places for part in parts])
    weights = np.concatenate([np.full(len(part.columns), part.weight) for part in parts])
    return (matrix @ sparse.csr_matrix((weights, (columns, places)), (matrix.shape[1], terms))).tocsr()


def inverse_document_frequency(counts: Any) -> Features:
    """Weight of each term by how few rows have it: ``log((1 + rows) / (1 + rows with it)) + 1``, float32 (terms,).

    Args:
        counts: Of terms, scipy's sparse rows.
    """
    rows, terms = counts.shape
    with_it = np.bincount(counts.indices, minlength=terms)
    return np.asarray(np.log((1 + rows) / (1 + with_it)) + 1, np.float32)
