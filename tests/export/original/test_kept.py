"""What a model gives is kept while it stays as it is, and made anew once it changes or there is too much of it."""

from __future__ import annotations

import gc
from typing import Any

import keras
import numpy as np
import pytest

from tagship_export import open_original
from tagship_export.original import open_original as module
from tagship_export.original.kept import Kept, digest, state_of


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "sigmoid")])


def test_scores_are_predicted_once_for_the_same_rows(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    original = open_original(model, labels=["a", "b"])
    asked: list[int] = []
    predict = original.model.predict

    def noted(rows: Any, **options: Any) -> Any:
        asked.append(len(rows))
        return predict(rows, **options)

    monkeypatch.setattr(original.model, "predict", noted)
    rows = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    first = original.scores(rows)
    first[:] = 9  # what a caller does to them is his own
    again = original.called(["a", "b"]).scores(rows.copy())
    np.testing.assert_allclose(again, np.asarray(model(rows)), rtol=0, atol=1e-6)
    assert asked == [5]
    original.scores(rows[::-1])
    original.scores(rows.astype(np.float64))
    assert asked == [5, 5, 5]
    model.layers[-1].set_weights([weight + 1 for weight in model.layers[-1].get_weights()])
    np.testing.assert_allclose(original.scores(rows), np.asarray(model(rows)), rtol=0, atol=1e-6)
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    original.scores(rows[:2])
    original.scores(rows)
    assert asked == [5, 5, 5, 5, 2, 5]


def test_results_go_with_their_model() -> None:
    class Model:
        pass

    kept: Kept[bytes] = Kept(len)
    one = Model()
    assert kept.once(one, "x", lambda: b"1", 9) == kept.once(one, "x", lambda: b"2", 9) == b"1"
    assert kept.once(Model(), "x", lambda: b"2", 9) == b"2"
    gc.collect()
    assert len(kept._results) == 1


def test_states_and_digests_tell_apart(model: Any) -> None:
    before = state_of(model)
    assert before == state_of(model)
    model.layers[-1].activation = keras.activations.tanh
    assert state_of(model) != before
    arrays = [np.zeros(4), np.zeros((2, 2)), np.zeros(4, np.int64), np.ones(4)]
    assert len({digest([array]) for array in arrays}) == len(arrays)
    assert digest(arrays[:2]) != digest(arrays[1::-1])
