"""Products of stored integers fit whatever processor multiplies them, in an ONNX Runtime that was told nothing."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest

from tagship_export import export_all
from tagship_runtime import container

WIDTH = 16


def bright() -> keras.Model:
    """Make a model all of whose products are as large as they get; two of int8 and uint8 do not fit in 16 bits."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((WIDTH,)),
            layers.Dense(WIDTH, "relu", kernel_initializer=keras.initializers.Constant(1 / WIDTH)),
            layers.Dense(2, "sigmoid", kernel_initializer=keras.initializers.Constant(4 / WIDTH)),
        ]
    )
    model.layers[-1].bias.assign([-3.0, -3.5])
    return model


@pytest.mark.parametrize("recipe", ["dynamic_int8", "int8"])
def test_products_fit_on_every_processor(tmp_path: Path, recipe: str) -> None:
    model = bright()
    rows = np.random.default_rng(0).uniform(0.5, 1, (200, WIDTH)).astype(np.float32)
    want = model.predict(rows, verbose=0)
    (made,) = export_all(
        model, tmp_path, labels=["a", "b"], data=(rows, want > 0.5), formats=["onnx"], recipes=[recipe]
    ).artifacts
    payload = container.unpack(made.path.read_bytes())
    assert "int8" not in payload.format.weight_bytes(payload.payload)
    session = onnxruntime.InferenceSession(payload.payload, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"features": rows})[0], want, rtol=0, atol=0.01)
