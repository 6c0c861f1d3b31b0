"""Which rows teach which member, and which judge."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from tagship_runtime.typing import Features
from tagship_training.data.dataset import Rows, Targets
from tagship_training.errors import TrainingError

TEST_SHARE = 0.33
VALIDATION_SHARE = 0.2

STRATIFIED_ROWS = 100_000
"""From here on chance alone keeps every label's share, and stratifying would only cost time."""

HASH_ROWS = 16_384

EVERYBODY, NOBODY = -1, -2
"""In :data:`Folds`: every member learns from the row; no member does."""

Folds = NDArray[np.int32]
"""Per row, the member that does not learn from it and so can be judged by it, or one of the two above."""


def split_test(targets: Targets, seed: int, *, stratify: bool) -> tuple[Rows, Rows]:
    """Row numbers to learn from and to judge by: a third is set aside, with each label's share kept."""
    rows = len(targets)
    if rows < 10:
        raise TrainingError(f"the table has {rows} rows; at least 10 are needed to split off test rows")
    if not stratify or rows > STRATIFIED_ROWS:
        rest, test = train_test_split(np.arange(rows), test_size=TEST_SHARE, random_state=seed)
        return rest, test
    split = MultilabelStratifiedShuffleSplit(n_splits=1, test_size=TEST_SHARE, random_state=seed)
    rest, test = next(split.split(np.empty((rows, 1)), _columns(targets)))
    return rest, test


def last_fifth(rows: int) -> Folds:
    """One member, judged by the last fifth of the rows, as Keras' ``validation_split`` does."""
    if rows < 5:
        raise TrainingError(f"{rows} rows are left to train on; at least 5 are needed")
    folds = np.full(rows, EVERYBODY, np.int32)
    folds[int(rows * (1 - VALIDATION_SHARE)) :] = 0
    return folds


def deal(targets: Targets, members: int, seed: int) -> Folds:
    """Each row to one of ``members`` folds, with each label's share kept; one member gets a tenth."""
    rows = len(targets)
    parts = members if members > 1 else 10
    if rows < 2 * parts:
        raise TrainingError(f"{rows} rows are left to train on; at least {2 * parts} are needed")
    folds = np.full(rows, EVERYBODY, np.int32)
    if rows > STRATIFIED_ROWS:
        dealt = np.random.default_rng(seed).permutation(rows) % parts
        folds[:] = np.where(dealt < members, dealt, EVERYBODY)
        return folds
    split = MultilabelStratifiedKFold(parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on labels with fewer positives than folds; check_positives tells that
        for member, (_, held) in enumerate(split.split(np.empty((rows, 1)), _columns(targets))):
            if member < members:
                folds[held] = member
    return folds


def check_positives(targets: Targets, labels: Sequence[str], least: int) -> list[str]:
    """Notices on labels that are too rare to be split well.

    Raises:
        TrainingError: A label is always 0 or always 1 in the training rows.
    """
    rows, positives = len(targets), targets.sum(axis=0, dtype=np.int64)
    for label, count in zip(labels, positives, strict=True):
        if count in (0, rows):
            raise TrainingError(
                f"label {label!r} is {'never' if count == 0 else 'always'} on in the {rows} training rows, so there "
                "is nothing to learn; leave its column out, or give more rows"
            )
    return [
        f"label {label!r} is on in {count} of {rows} training rows only; its figures and threshold are unreliable"
        for label, count in zip(labels, np.minimum(positives, rows - positives), strict=True)
        if count < least
    ]


def count_repeated(train: Features, others: Features) -> int:
    """How many rows of ``others`` stand among those of ``train`` to the letter (by a 64-bit hash of each row)."""
    return int(np.isin(_hashes(others), _hashes(train)).sum())


def _hashes(matrix: Features) -> NDArray[np.uint64]:
    """A multilinear hash of each row's bits, a part at a time (Dietzfelbinger 1996), (rows,)."""
    factors = np.random.default_rng(0).integers(1, 2**63, matrix.shape[1], dtype=np.uint64) | np.uint64(1)
    parts = []
    for start in range(0, len(matrix), HASH_ROWS):
        some = np.ascontiguousarray(matrix[start : start + HASH_ROWS] + 0.0)  # which makes one zero of both
        parts.append((some.view(np.uint32).astype(np.uint64) * factors).sum(axis=1))
    return np.concatenate(parts)


def _columns(targets: Targets) -> Targets:
    """The stratifier wants at least two columns."""
    return np.hstack([targets, 1 - targets]) if targets.shape[1] == 1 else targets
