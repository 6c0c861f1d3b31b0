"""Rows to learn from and rows to judge by, and whether each label can be learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedShuffleSplit
from sklearn.model_selection import train_test_split

from tagship_runtime.typing import RowNumbers, Targets
from tagship_training.data.notices import on_rare_labels
from tagship_training.errors import TableError

TEST_SHARE = 0.33

STRATIFIED_ROWS = 100_000
"""From here on chance alone keeps every label's share, and stratifying would only cost time."""

FEW_POSITIVES = 10
"""A label with fewer positives than this in the training rows is named in a notice."""


def split_test(targets: Targets, seed: int, *, stratify: bool) -> tuple[RowNumbers, RowNumbers]:
    """Row numbers to learn from and to judge by: a third is set aside, with each label's share kept."""
    rows = len(targets)
    if rows < 10:
        raise TableError(f"the table has {rows} rows; at least 10 are needed to split off test rows")
    if not stratify or rows > STRATIFIED_ROWS:
        rest, test = train_test_split(np.arange(rows), test_size=TEST_SHARE, random_state=seed)
        return rest, test
    split = MultilabelStratifiedShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=seed)
    rest, test = next(split.split(np.empty((rows, 1)), in_two_columns(targets)))
    return rest, test


def check_positives(targets: Targets, labels: Sequence[str], least: int = FEW_POSITIVES) -> list[str]:
    """Return notices on labels that are too rare to be split well.

    Raises:
        TableError: Labels are always 0 or always 1 in the training rows.
    """
    rows, positives = len(targets), targets.sum(axis=0, dtype=np.int64)
    never, always = ([name for name, own in zip(labels, positives, strict=True) if own == n] for n in (0, rows))
    if never or always:
        said = "; ".join(_constant(names, how) for names, how in ((never, "never"), (always, "always")) if names)
        one = len(never) + len(always) == 1
        every = ", or --drop-empty-labels for those that are never on" if never else ""
        raise TableError(
            f"nothing can be learned of labels that are the same in all {rows} training rows: {said}; leave "
            f"{'its column' if one else 'their columns'} out (--drop), or give more rows{every}"
        )
    rarer = np.minimum(positives, rows - positives)
    few = {label: int(count) for label, count in zip(labels, rarer, strict=True) if count < least}
    return on_rare_labels(few, rows, least)


def _constant(labels: Sequence[str], how_often: str) -> str:
    """Say of labels that they are never or always on."""
    names = ", ".join(map(repr, labels))
    return (
        f"label {names} is {how_often} on" if len(labels) == 1 else f"{len(labels)} labels are {how_often} on, {names}"
    )


def in_two_columns(targets: Targets) -> Targets:
    """Targets as stratifiers take them: a single label with its opposite beside it."""
    return np.hstack([targets, 1 - targets]) if targets.shape[1] == 1 else targets
