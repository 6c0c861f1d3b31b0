"""Tables whose columns are words: many numbers, nearly all of them zero."""

from __future__ import annotations

import numpy as np

from tagship_runtime.files.dataset import Dataset

WORD_COLUMNS, WORD_SHARE = 200, 0.1
"""From so many columns on, with at most this share of numbers that are not zero, columns are taken as words."""


def are_words(*, not_zero: int, rows: int, width: int) -> bool:
    """Tell whether numbers are counts of words, or flags for them.

    Args:
        not_zero: Numbers that are not zero.
        rows: Rows of the table.
        width: Columns of numbers.
    """
    return width >= WORD_COLUMNS and not_zero <= WORD_SHARE * rows * width


def has_words(table: Dataset) -> bool:
    """Tell whether the columns of numbers in a table as it comes are words."""
    columns = table.columns
    if len(columns) < WORD_COLUMNS:
        return False
    numbers = [int(np.count_nonzero(values)) for values in columns.values() if values.dtype.kind in "biuf"]
    return are_words(not_zero=sum(numbers), rows=len(table), width=len(numbers))
