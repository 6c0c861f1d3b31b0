"""A model of integers stays one: artifacts take integers, none is rounded, and Keras scores the rows as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tagship_runtime
from tagship_export import export_all, open_original, verify
from tagship_runtime.errors import InputValueError

BEYOND = {"int32": [2**24, 2**24 + 1, 2**30 + 1, -(2**31)], "int64": [2**24 + 1, 2**53 + 1, 2**62 + 3], "uint8": [255]}
"""Integers of which float32 makes others, where the type has such."""


def model_of(dtype: str) -> Any:
    """A model that tells an integer from its neighbour."""
    source = keras.Input((3,), dtype=dtype)
    left = keras.ops.cast(keras.ops.mod(source, 7), "int32")
    inner = keras.layers.Flatten()(keras.layers.Embedding(7, 4, embeddings_initializer="random_normal")(left))
    return keras.Model(source, keras.layers.Dense(2, activation="sigmoid", kernel_initializer="random_normal")(inner))


@pytest.mark.parametrize("dtype", BEYOND)
def test_artifacts_take_integers_as_the_model_does(dtype: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    model = model_of(dtype)
    random = np.random.default_rng(0)
    rows = random.choice([0, 1, 2, 3, 5, 100, *BEYOND[dtype]], (400, 3)).astype(dtype)
    want = model.predict(rows, verbose=0)
    assert open_original(model).integers == dtype
    made = export_all(model, tmp_path, labels=["a", "b"], data=(rows, want > 0.5), recipes=["float32"])
    assert {one.path.suffix for one in made.artifacts} == {".tflite", ".onnx"}
    for artifact in made.artifacts:
        predictor = tagship_runtime.load(artifact.path)
        assert predictor.contract.input.dtype == dtype
        assert predictor.contract.input.scale is None
        for given in (rows, rows.tolist(), rows.astype(object)):
            np.testing.assert_allclose(predictor.predict_proba(given), want, rtol=0, atol=1e-6)
        assert predictor.selftest().as_exported
        golden = predictor.contract.golden
        assert golden is not None
        assert all(type(cell) is int for row in golden.rows for cell in row)
        with pytest.raises(InputValueError, match=r"2\.5 is no integer"):
            predictor.predict([[1, 2, 2.5]])
        assert verify(model, artifact.path, (rows, want > 0.5), labels=["a", "b"]).passed


def test_others_are_of_floats() -> None:
    source = keras.Input((1,))
    floats = keras.Model(source, keras.layers.Dense(1, activation="sigmoid")(source))
    original = open_original(floats, labels=["a"])
    assert original.integers is None
    assert original.scores(original.encoder.encode([[1e9]])).shape == (1, 1)


def test_c_refuses_integers_that_its_floats_round(tmp_path: Path) -> None:
    pytest.importorskip("emx_onnx_cgen", reason="the extra c is not installed")
    model = model_of("int32")
    for largest, refused in ((2**24 - 1, False), (2**24 + 1, True)):
        rows = np.array([[1, 2, 3], [4, 5, largest]] * 200, np.int32)
        targets = model.predict(rows, verbose=0) > 0.5
        made = export_all(
            model, tmp_path / str(refused), labels=["a", "b"], data=(rows, targets), formats=["onnx", "c"]
        )
        assert any("an integer of 16,777,216 or more" in refusal.reason for refusal in made.refusals) is refused
