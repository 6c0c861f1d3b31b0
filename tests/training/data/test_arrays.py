"""Arrays and data frames as rows to learn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_training.data.arrays import from_arrays
from tagship_training.errors import TrainingError

RANDOM = np.random.default_rng(0)


def test_arrays_are_not_copied() -> None:
    features = RANDOM.normal(size=(10, 3)).astype(np.float32)
    data = from_arrays(features, np.eye(10, 2))
    assert np.shares_memory(data.columns["feature_1"], features)
    assert data.labels == ("label_0", "label_1")


@pytest.mark.parametrize(
    ("features", "targets", "said"),
    [
        (np.ones((3, 2)), np.ones((4, 1)), "3 rows of features"),
        (np.ones((3, 2)), np.full((3, 1), 0.5), "0 and 1"),
        (np.ones(3), np.ones((3, 1)), "of shape"),
        (np.array([["a"]]), np.ones((1, 1)), "numbers"),
        (np.ones((3, 2)), np.ones((3, 0)), "targets have shape"),
    ],
)
def test_arrays_that_do_not_fit(features: Any, targets: Any, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        from_arrays(features, targets)
