"""Columns of texts that have words in common: which columns of the matrix count the same term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import normalize

import numpy as np

from tagship_runtime.contract import Feature
from tagship_training.data import bag_of_words
from tagship_training.data.bag_of_words import BagOfWords, Part
from tagship_training.data.sparse_rows import Matrix, SparseRows


def bag_of(features: Sequence[Feature], matrix: Matrix, weights: Mapping[str, float] | None) -> BagOfWords | None:
    """Put the words of all columns of texts into one bag; None where there is no text.

    Args:
        features: Of the matrix.
        matrix: Encoded training rows.
        weights: Times that a word of each column counts, by the column's name; None where a word of one column is
            another term than the same word of another one.
    """
    if not isinstance(matrix, SparseRows):
        return None
    place: dict[tuple[str, str], int] = {}
    parts = []
    start = 0
    for feature in features:
        if feature.counted:
            own = "" if weights is not None else feature.name
            places = np.array([place.setdefault((own, word), len(place)) for word in feature.counted], np.intp)
            order = np.argsort(places)
            weight = 1.0 if weights is None else weights[feature.name]
            parts.append(Part(columns=start + order, places=places[order], weight=weight))
        start += feature.width
    names = [f"{column}: {word}" if column else word for column, word in place]
    return bag_of_words.fit(parts, [normalize("NFC", name) for name in names], matrix.matrix) if parts else None
