"""A model of integers is not judged by rows that float32 has rounded."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tagship_export import open_original
from tagship_export.errors import OriginalError


@pytest.fixture(scope="module")
def model() -> Any:
    source = keras.Input((3,), dtype="int32")
    number = keras.ops.cast(keras.ops.mod(source, 2), "float32")
    return keras.Model(source, keras.layers.Dense(2, activation="sigmoid")(number))


@pytest.mark.parametrize("largest", [2**24, 2**24 + 1, -(2**30)])
def test_integers_that_float32_rounds_are_refused(model: Any, largest: int) -> None:
    original = open_original(model, labels=["a", "b"])
    assert original.takes_integers
    rows = original.encoder.encode(np.array([[1, 2, 3], [4, largest, 6]]))
    with pytest.raises(OriginalError, match="a row holds one of 16,777,216 or more"):
        original.scores(rows)


def test_others_are_scored_as_they_are(model: Any) -> None:
    original = open_original(model, labels=["a", "b"])
    rows = np.array([[1, 2, 2**24 - 1]])
    np.testing.assert_allclose(
        original.scores(original.encoder.encode(rows)), model.predict(rows, verbose=0), rtol=0, atol=1e-6
    )


def test_a_model_of_floats_takes_large_numbers() -> None:
    source = keras.Input((1,))
    floats = keras.Model(source, keras.layers.Dense(1, activation="sigmoid")(source))
    original = open_original(floats, labels=["a"])
    assert not original.takes_integers
    assert original.scores(original.encoder.encode([[1e9]])).shape == (1, 1)
