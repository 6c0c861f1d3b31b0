"""Scores of a Keras model: a row's are the same to the bit, wherever among some hundred rows it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from scipy import sparse

from tagship_runtime.typing import Features
from tagship_training.data.sparse_rows import Matrix, SparseRows
from tagship_training.network.keras_scores import ROWS, scores_in_parts, scores_of


def sparse_rows(rows: Features) -> SparseRows:
    return SparseRows(sparse.csr_matrix(rows))


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(5)
    return keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="sigmoid")]
    )


@pytest.mark.parametrize("count", [1, 3, 21, 200])
@pytest.mark.parametrize(
    ("score", "given"), [(scores_of, np.asarray), (scores_of, sparse_rows), (scores_in_parts, np.asarray)]
)
def test_order_of_rows(
    model: Any, score: Callable[[Any, Matrix], Features], given: Callable[[Features], Matrix], count: int
) -> None:
    rows = np.random.default_rng(count).normal(size=(count, 6)).astype(np.float32)
    scores = score(model, given(rows))
    np.testing.assert_array_equal(score(model, given(rows[::-1]))[::-1], scores)


@pytest.mark.parametrize("count", [1, 17, ROWS, ROWS + 5])
@pytest.mark.parametrize("given", [np.asarray, sparse_rows])
def test_rows_that_fill_a_batch_up_are_left_out(model: Any, given: Callable[[Features], Matrix], count: int) -> None:
    rows = np.random.default_rng(count).normal(size=(count, 6)).astype(np.float32)
    np.testing.assert_allclose(scores_of(model, given(rows)), model(rows).numpy(), rtol=1e-5)


@pytest.mark.parametrize("given", [np.asarray, sparse_rows])
def test_row_alone_and_among_others(model: Any, given: Callable[[Features], Matrix]) -> None:
    rows = np.random.default_rng(0).normal(size=(21, 6)).astype(np.float32)
    alone = np.concatenate([scores_of(model, given(row[None])) for row in rows])
    np.testing.assert_array_equal(alone, scores_of(model, given(rows)))
