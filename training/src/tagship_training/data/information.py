"""Information that terms, which are words and runs of words, have about labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from tagship_runtime.typing import Features, RowNumbers, Targets

NOISE = 1e-6
"""Less information than this, in nats, is what rounding leaves of none."""

NO_WORD = -1


def words_within(names: Sequence[str]) -> RowNumbers | None:
    """Return the places of the words that each run of several has, (terms, most words).

    Args:
        names: Of the terms: words, or words joined by blanks; with a column's name and ``: `` in front where words of
            several columns are different terms.

    Returns:
        :data:`NO_WORD` fills up rows, those of single words as a whole; None where there are only these.
    """
    place = {name: number for number, name in enumerate(names)}
    found = [_words(name) for name in names]
    most = max(map(len, found), default=0)
    if most < 2:
        return None
    places = np.full((len(names), most), NO_WORD, np.intp)
    for own, words in zip(places, found, strict=True):
        if len(words) > 1:
            own[: len(words)] = [place.get(word, NO_WORD) for word in words]
    return places


def _words(name: str) -> list[str]:
    column, colon, run = name.rpartition(": ")
    return [column + colon + word for word in run.split(" ")]


def information(counts: Any, targets: Targets, within: RowNumbers | None = None, at_once: int = 4096) -> Features:
    """Information of each term about the label of which it tells most, as terms are ranked by; float32 (terms,).

    That about a label is divided by the square root of the most that any term tells of it. So a term that tells as much
    as any of a rare label comes before the hundredth of a frequent one, of which each tells more. A run of words tells
    of a label what it tells more than each of its words.

    Args:
        counts: Of terms, scipy's sparse rows (rows, terms).
        targets: 0 or 1, (rows, labels).
        within: As :func:`words_within` gives it.
        at_once: Terms that are looked at at a time.
    """
    starts = range(0, counts.shape[1], at_once)
    if not len(starts):
        return np.zeros(0, np.float32)
    counts = counts.tocsc()
    most = np.max(
        [information_by_label(counts[:, start : start + at_once], targets).max(axis=0) for start in starts], 0
    )
    usual = np.sqrt(np.maximum(most, NOISE))
    parts = []
    for start in starts:
        told = information_by_label(counts[:, start : start + at_once], targets)
        if within is not None:
            told -= _most_of_words(counts, targets, within[start : start + at_once])
        parts.append((told / usual).max(axis=1))
    return np.asarray(np.maximum(np.concatenate(parts), 0), np.float32)


def _most_of_words(counts: Any, targets: Targets, within: RowNumbers) -> Features:
    """Most information that a word of each run has about each label, 0 without any; float32 (runs, labels)."""
    words = np.unique(within[within != NO_WORD])
    told = np.zeros((len(words) + 1, targets.shape[1]), np.float32)  # the last one's for NO_WORD
    told[:-1] = information_by_label(counts[:, words], targets)
    place = np.where(within == NO_WORD, len(words), np.searchsorted(words, within))
    return np.asarray(np.max([told[own] for own in place.T], axis=0), np.float32)


def information_by_label(counts: Any, targets: Targets) -> Features:
    """Mutual information of each term's presence and each label in nats, times the rows; float32 (terms, labels).

    Args:
        counts: Of terms, scipy's sparse rows (rows, terms).
        targets: 0 or 1, (rows, labels).
    """
    rows = counts.shape[0]
    present = sparse.csc_matrix(counts > 0, dtype=np.float64)
    truth = np.asarray(targets, np.float64)
    positives = truth.sum(axis=0)[None]
    both = present.T @ truth
    with_term = np.asarray(present.sum(axis=0)).ravel()[:, None]
    cells = (both, with_term - both, positives - both, rows - with_term - positives + both)
    margins = (with_term, rows - with_term, positives, rows - positives)
    found = sum(map(_entropy, cells)) - sum(map(_entropy, margins)) + _entropy(rows)
    return np.where(found > NOISE, found, 0.0).astype(np.float32)


def _entropy(count: Any) -> Any:
    """``n log n``, 0 at 0."""
    return np.where(np.asarray(count) > 0, count * np.log(np.maximum(count, 1)), 0.0)
