"""Vocabularies of columns of texts, chosen on training rows: what occurs often enough, or tells most of the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_runtime.contract import TextFeature
from tagship_runtime.features.character_table import SIGN, CharacterTable
from tagship_runtime.features.text_counts import Counts, count_all
from tagship_runtime.features.tokenizer import tokens
from tagship_runtime.typing import Targets
from tagship_training.data.information import information, words_within

WORDS, PAIRS = 1, 2
"""Most words of an n-gram that are counted by default; and in scripts without blanks, where a word is one character, as
THUCTC counts it (Sun et al., THUCTC: An Efficient Chinese Text Classifier, 2016)."""

SIGNS_SHARE, LOOKED_AT = 0.5, 1000
"""A column is in such a script where more of the words of so many of its texts, evenly spaced, are signs."""

LEAST_ROWS, LEAST_OWN_ROWS = 3, 2
"""Training rows that have an n-gram at least: in some column of texts, and in the column whose vocabulary it enters."""

FEW_ROWS = 100
"""With fewer rows every word of a column that has it twice counts."""

MOST_TERMS = 16_384
"""The most terms; of more, those are kept that tell most of some label."""


def fit(
    columns: Mapping[str, Sequence[str]], targets: Targets, most_words: int | None = None
) -> tuple[TextFeature, ...]:
    """Choose a vocabulary for each column of texts; a word is rare or not by how often all of them have it.

    Args:
        columns: Texts of the training rows by column.
        targets: uint8, (rows, labels).
        most_words: Of an n-gram; None leaves it to each column's script.

    Returns:
        A feature for each column that has a word, in their order.
    """
    place: dict[str, int] = {}
    counted = []
    sizes = [(1, most_words or _usual(texts)) for texts in columns.values()]
    for texts, own_sizes in zip(columns.values(), sizes, strict=True):
        terms, counts = count_all(texts, own_sizes)
        places = np.array([place.setdefault(term, len(place)) for term in terms], np.intp)
        counted.append((places, counts))
    own = [_present(counts, places, len(place)) for places, counts in counted]
    kept = _kept(own, targets, list(place))
    known = np.array(list(place), object)
    features = []
    for name, present, own_sizes in zip(columns, own, sizes, strict=True):
        chosen = known[kept & (_rows_with(present) >= LEAST_OWN_ROWS)]
        if len(chosen):
            features.append(TextFeature(name=name, ngrams=own_sizes, vocabulary=tuple(sorted(chosen.tolist()))))
    return tuple(features)


def _usual(texts: Sequence[str]) -> int:
    """Most words of an n-gram in these texts where the user does not say."""
    some = [text for text in texts[:: -(-len(texts) // LOOKED_AT) or 1] if not text.isascii()]
    words = [word for text in some for word in tokens(text)]
    table = CharacterTable() if words else None
    signs = sum(table.class_of(word[0]) == SIGN for word in words) if table else 0
    return PAIRS if signs > SIGNS_SHARE * len(words) else WORDS


def _present(counts: Counts, places: NDArray[np.intp], terms: int) -> Any:
    """Flags of the terms that each row has, scipy's sparse rows (rows, terms)."""
    flags = np.ones(len(counts.counts))
    return sparse.csr_matrix((flags, places[counts.indices], counts.indptr), (len(counts.indptr) - 1, terms))


def _rows_with(present: Any) -> NDArray[np.intp]:
    return np.bincount(present.indices, minlength=present.shape[1])


def _kept(own: Sequence[Any], targets: Targets, terms: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which terms are frequent enough, and tell most of the labels where those are too many, (terms,)."""
    anywhere = sparse.csr_matrix(sum(own[1:], own[0]))
    least = LEAST_ROWS if anywhere.shape[0] >= FEW_ROWS else 1
    kept = _rows_with(anywhere) >= least
    if kept.sum() > MOST_TERMS:
        frequent = np.flatnonzero(kept)
        gain = information(anywhere[:, frequent], targets, words_within([terms[place] for place in frequent.tolist()]))
        kept[frequent[np.argsort(-gain, kind="stable")[MOST_TERMS:]]] = False
    return kept
