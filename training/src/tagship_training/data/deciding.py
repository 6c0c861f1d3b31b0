"""Columns whose every value goes with one answer of a label: grades A and B where it is on, C and D where it is off.

Whether such a column is known before its label, or follows from it, no table tells: it stays, and the user is told.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.features import cells
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.typing import Targets
from tagship_training.data.unteachable import FEWEST_ROWS
from tagship_training.data.word_columns import has_words

MOST_VALUES = 100
FEWEST_OF_VALUE = 5
"""Rows of a value from which on it is one that repeats."""

REPEATED = 0.95
"""Least share of the rows whose value repeats: values of single rows decide nothing."""

ROWS_PER_VALUE = 10
"""Least number of rows for each value: in a table that holds each row some times over, every column decides."""

CHANCE = 1e-3
"""Chance that any column of a table would decide any label if they had nothing to do with each other."""


def find_deciding(rows: Dataset, known: Collection[str]) -> dict[str, str]:
    """Return the label that a column of words or codes decides alone, or that its blank cells mark, by its name.

    Numbers that decide by one threshold are left alone: that is what sizes do, but not what words do that are counted.

    Args:
        rows: The table, before any row is set aside.
        known: Columns that the user names, or that are left out for another reason.
    """
    if len(rows) < FEWEST_ROWS:
        return {}
    names = [name for name in rows.columns if name not in known]
    tries = len(names) * len(rows.labels)
    found, columns, words = {}, rows.columns, has_words(rows)
    for name in names:
        values = columns[name]
        sized = values.dtype.kind in "biuf" and not words
        for codes, ordered in ((_codes(values), sized), (_blanks(values), False)):
            place = None if codes is None else _decided(codes, rows.known_targets, tries, ordered=ordered)
            if place is not None:
                found[name] = rows.labels[place]
                break
    return found


def _codes(values: NDArray[Any]) -> NDArray[np.intp] | None:
    """Return a number for each different value, numbers in their order; None where most values hardly repeat."""
    try:
        whole = values.dtype.kind in "biuf"
        words: Any = values if whole else np.array([cells.word(value).strip() for value in values.tolist()], object)
    except TypeError:
        return None
    if len(set(words[: MOST_VALUES * ROWS_PER_VALUE].tolist())) > MOST_VALUES:
        return None
    _, codes = np.unique(words, return_inverse=True)
    counts = np.bincount(codes)
    repeated = counts[counts >= FEWEST_OF_VALUE].sum() / len(codes)
    if not 2 <= len(counts) <= min(MOST_VALUES, len(codes) / ROWS_PER_VALUE) or repeated < REPEATED:
        return None
    return np.asarray(codes, np.intp)


def _blanks(values: NDArray[Any]) -> NDArray[np.intp] | None:
    """Return 1 where a cell is missing, else 0; None where none or all are."""
    if values.dtype.kind in "biuf":
        blank = np.isnan(values)
    else:
        blank = np.array(
            [
                value.strip() in cells.FILE_BLANK if isinstance(value, str) else cells.is_missing(value)
                for value in values.tolist()
            ],
            np.bool_,
        )
    return blank.astype(np.intp) if 0 < blank.sum() < len(blank) else None


def _decided(codes: NDArray[np.intp], targets: Targets, tries: int, *, ordered: bool) -> int | None:
    """Return the place of a label of which every value's rows say the same, beyond chance; None without one.

    Args:
        codes: A number for each row's value.
        targets: Labels, (rows, labels).
        tries: Numbers of columns times labels that are looked at.
        ordered: Whether codes have an order, in which one threshold does not count.
    """
    counts = np.bincount(codes)
    for place, truth in enumerate(targets.T):
        on = np.bincount(codes, truth)
        if not ((on == 0) | (on == counts)).all() or (ordered and np.count_nonzero(np.diff(on > 0)) == 1):
            continue
        if log_chance(len(counts), len(truth), int(truth.sum())) < math.log(CHANCE / tries):
            return place
    return None


def log_chance(values: int, rows: int, on: int) -> float:
    """Logarithm of a bound on the chance that all values are pure if a label's rows were drawn at random.

    Of the ways to choose as many rows as have the label, those that are a union of whole values are at most as many as
    there are sets of values.
    """
    ways = math.lgamma(rows + 1) - math.lgamma(on + 1) - math.lgamma(rows - on + 1)
    return min(0.0, values * math.log(2) - ways)
