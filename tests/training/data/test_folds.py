"""Folds keep the share of each label."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.data.folds import EVERYBODY, NOBODY, deal, last_fifth
from tagship_training.data.repeated_rows import find_repeated
from tagship_training.data.splits import split_test


@pytest.mark.parametrize("members", [1, 2, 5])
def test_folds_keep_each_labels_share(members: int) -> None:
    targets = (np.random.default_rng(0).random((1000, 4)) < [0.5, 0.2, 0.05, 0.02]).astype(np.uint8)
    folds = deal(targets, members, seed=1)
    assert set(np.unique(folds)) == ({EVERYBODY, 0} if members == 1 else set(range(members)))
    for member in range(members):
        share = targets[folds == member].mean(axis=0)
        np.testing.assert_allclose(share, targets.mean(axis=0), atol=0.02)


def test_other_splits() -> None:
    assert np.flatnonzero(last_fifth(10) != EVERYBODY).tolist() == [8, 9]
    targets = np.zeros((300, 1), np.uint8)
    targets[:9] = 1
    rest, test = split_test(targets, 0, stratify=True)
    assert sorted([*rest, *test]) == list(range(300))
    assert targets[test].sum() == 3
    assert NOBODY != EVERYBODY
    train_rows = np.array([[1, 2], [3, 4]], np.float32)
    assert find_repeated(train_rows, np.array([[3, 4], [4, 3], [3, 4]], np.float32)).sum() == 2
