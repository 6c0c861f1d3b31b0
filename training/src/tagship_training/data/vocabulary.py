"""Vocabularies of columns of texts, chosen on training rows: what occurs often enough, or tells most of the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.contract import TextFeature
from tagship_runtime.features.text_counts import Counts, count_all
from tagship_runtime.typing import Targets
from tagship_training.data.bag_of_words import information

NGRAMS = (1, 1)
"""Lengths of the n-grams that are counted, in words."""

LEAST_ROWS, LEAST_OWN_ROWS = 3, 2
"""Training rows that have an n-gram at least: in some column of texts, and in the column whose vocabulary it enters."""

FEW_ROWS = 100
"""With fewer rows every word of a column that has it twice counts."""

MOST_TERMS = 16_384
"""The most terms; of more, those are kept that tell most of some label."""


def fit(columns: Mapping[str, Sequence[str]], targets: Targets) -> tuple[TextFeature, ...]:
    """Choose a vocabulary for each column of texts; a word is rare or not by how often all of them have it.

    Args:
        columns: Texts of the training rows by column.
        targets: uint8, (rows, labels).

    Returns:
        A feature for each column that has a word, in their order.
    """
    place: dict[str, int] = {}
    counted = []
    for texts in columns.values():
        terms, counts = count_all(texts, NGRAMS)
        places = np.array([place.setdefault(term, len(place)) for term in terms], np.intp)
        counted.append((places, counts))
    own = [_present(counts, places, len(place)) for places, counts in counted]
    kept = _kept(own, targets)
    known = np.array(list(place), object)
    features = []
    for name, present in zip(columns, own, strict=True):
        chosen = known[kept & (_rows_with(present) >= LEAST_OWN_ROWS)]
        if len(chosen):
            features.append(TextFeature(name=name, ngrams=NGRAMS, vocabulary=tuple(sorted(chosen.tolist()))))
    return tuple(features)


def _present(counts: Counts, places: NDArray[np.intp], terms: int) -> Any:
    """Flags of the terms that each row has, scipy's sparse rows (rows, terms)."""
    flags = np.ones(len(counts.counts))
    return sparse.csr_matrix((flags, places[counts.indices], counts.indptr), (len(counts.indptr) - 1, terms))


def _rows_with(present: Any) -> NDArray[np.intp]:
    return np.bincount(present.indices, minlength=present.shape[1])


def _kept(own: Sequence[Any], targets: Targets) -> NDArray[np.bool_]:
    """Tell which terms are frequent enough, and tell most of the labels where those are too many, (terms,)."""
    anywhere = sparse.csr_matrix(sum(own[1:], own[0]))
    least = LEAST_ROWS if anywhere.shape[0] >= FEW_ROWS else 1
    kept = _rows_with(anywhere) >= least
    if kept.sum() > MOST_TERMS:
        frequent = np.flatnonzero(kept)
        gain = information(anywhere[:, frequent], targets)
        kept[frequent[np.argsort(-gain, kind="stable")[MOST_TERMS:]]] = False
    return kept
