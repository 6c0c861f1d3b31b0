"""Counts of words, and of runs of words, in texts, as sparse rows: a matrix of them all would not fit into memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tagship_runtime.features.tokenizer import ngrams, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Counts(NamedTuple):
    """Counts in compressed rows, as SciPy's ``csr_matrix((counts, indices, indptr))`` takes them.

    Attributes:
        indptr: int64, (rows + 1,): row ``i`` is what stands from ``indptr[i]`` up to ``indptr[i + 1]``.
        indices: int32: which n-gram, rising within a row, none twice.
        counts: float32: how often it occurs.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    counts: NDArray[np.float32]


def count_all(texts: Iterable[str], sizes: tuple[int, int]) -> tuple[list[str], Counts]:
    """Count every n-gram there is.

    Returns:
        The n-grams in the order in which they are met first, and their counts.
    """
    index: defaultdict[str, int] = defaultdict()
    place: Callable[[], int] = index.__len__
    index.default_factory = place
    found = [np.fromiter(map(index.__getitem__, ngrams(tokens(text), sizes)), np.int32) for text in texts]
    return list(index), count(found)


def count(found: Sequence[list[int]] | Sequence[NDArray[np.integer[Any]]]) -> Counts:
    """Return counts of the places, from 0, that were met in each row, as often as they were."""
    rows = len(found)
    lengths = np.fromiter(map(len, found), np.int64, rows)
    places = np.fromiter(chain.from_iterable(found), np.int64, int(lengths.sum()))
    width = int(places.max(initial=0)) + 1
    keys, counts = np.unique(np.repeat(np.arange(rows), lengths) * width + places, return_counts=True)
    indptr = np.searchsorted(keys, np.arange(rows + 1) * width)
    return Counts(indptr.astype(np.int64), (keys % width).astype(np.int32), counts.astype(np.float32))
