"""Text features: columns of texts, whose words are counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import TextFeature
from tagship_runtime.errors import InputError
from tagship_runtime.features import cells
from tagship_runtime.features.tokenizer import tokens
from tagship_training.data import vocabulary
from tagship_training.data.kinds.base import Column, Described
from tagship_training.errors import TableError

LOOKED_AT = 1000
"""So many cells, evenly spaced, tell whether a column holds texts."""

MOSTLY_DIFFERENT, LEAST_WORDS = 0.5, 3
"""Texts are mostly different from each other, and half of them have so many words at least."""


def looks_like_text(values: NDArray[Any]) -> bool:
    """Tell whether a column of words holds texts rather than names or one of several words."""
    present = [cell for cell in values.tolist() if isinstance(cell, str) and cell.strip() not in cells.BLANK]
    if not present:
        return False
    some = present[:: -(-len(present) // LOOKED_AT)]
    if len(set(some)) < MOSTLY_DIFFERENT * len(some):
        return False
    return float(np.median([len(tokens(text[: 20 * LOOKED_AT])) for text in some])) >= LEAST_WORDS


def check(column: Column) -> bool:
    """Refuse a column that holds something else than texts; a missing one counts as empty.

    Raises:
        TableError: It does.
    """
    texts_of(column.name, column.values)
    return False


def texts_of(name: str, values: NDArray[Any]) -> list[str]:
    """Texts of a column, empty where one is missing.

    Raises:
        TableError: A cell is no text, or too long.
    """
    try:
        return TextFeature(name=name, vocabulary=("a",)).texts(values)
    except InputError as error:
        raise TableError(f"{error}; or leave the column out: --drop {name}") from error


def describe(columns: Iterable[Column]) -> list[Described]:
    """Fit features to all columns of texts together, which may have words in common."""
    every = list(columns)
    texts = {column.name: texts_of(column.name, column.values) for column in every}
    found = {feature.name: feature for feature in vocabulary.fit(texts, every[0].targets, every[0].ngrams)}
    useless = Described(None, "no word occurs in two of its texts")
    return [Described(found[name]) if name in found else useless for name in texts]
