"""Every target converts a whole model, or names what it cannot convert."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.targets.litert.convert import _run
from tagship_export.targets.registry import TARGETS
from tagship_runtime.container import FORMATS

Command = Callable[..., Any]


@pytest.mark.parametrize("normalised", [True, False])
def test_weights_and_fixed_arrays_reach_the_file(normalised: bool) -> None:
    """Converters have left both out in silence."""
    import keras

    inputs = keras.Input((4,))
    x = keras.layers.Normalization(mean=[1.0] * 4, variance=[4.0] * 4)(inputs) if normalised else inputs
    model = keras.Model(inputs, keras.layers.Dense(2, activation="sigmoid")(keras.layers.Dense(3)(x)))
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    for kind in FORMATS:
        scores = tagship_runtime.load(TARGETS[kind].convert(model, None), labels=["a", "b"]).predict_proba(rows)
        np.testing.assert_allclose(scores, model.predict(rows, verbose=0), rtol=0, atol=1e-6)


def test_an_operation_without_builtin_is_named() -> None:
    import keras

    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(2, activation="sigmoid")(keras.ops.erfinv(keras.ops.tanh(inputs)))
    for kind in FORMATS:
        with pytest.raises(UnsupportedOpsError, match="Erfinv") as caught:
            TARGETS[kind].convert(keras.Model(inputs, outputs), None)
        assert ("a delegate (Flex) that devices do not have" in str(caught.value)) == (kind == "tflite")


@pytest.mark.parametrize("place", ["", "some folder/bin/tagship:8:1: error: ", "model.py:12:3: "])
def test_a_refusal_names_no_place_of_this_machine(place: str) -> None:
    def refuse() -> bytes:
        raise RuntimeError(f"{place}'tf.TensorListReserve' op requires element_shape to be static\nmore of it")

    with pytest.raises(ConversionError) as raised:
        _run(SimpleNamespace(convert=refuse))
    assert str(raised.value) == (
        "the LiteRT converter refuses the model: 'tf.TensorListReserve' op requires element_shape to be static; a "
        "fixed batch may help: --batch 1"
    )
