"""Every recipe of both formats scores as Keras does, within what was measured for it, on every kind of model."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from export.models import MODELS
from tagship_export.original.output_layer import with_sigmoid
from tagship_export.targets.registry import TARGETS
from tagship_runtime.container import FORMATS
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features, Scores

TOLERANCE = {
    ("tflite", "float32"): 1e-6,  # measured, the most over all models: 1.5e-7
    ("tflite", "float16"): 5e-3,  # 3.5e-3, the article's net, which takes raw numbers up to 25
    ("tflite", "dynamic_int8"): 0.04,  # 0.022
    ("tflite", "int8"): 0.12,  # 0.077: a score beyond those of the 300 calibration rows is cut off
    ("tflite", "int16x8"): 0.03,  # 0.016
    ("tflite", "int8_io"): 0.12,  # 0.075, raw ranges aside
    ("onnx", "float32"): 1e-6,  # 1.8e-7
    ("onnx", "float16"): 5e-3,  # 3.5e-3
    ("onnx", "dynamic_int8"): 0.06,  # 0.033
    ("onnx", "int8"): 0.05,  # 0.027
    ("onnx", "int16x8"): 0.08,  # 0.050
}
RAW = {"raw_ranges", "ensemble"}
"""Models whose input no single scale can hold, so integers from end to end are lost on them."""

CASES = [(kind, recipe) for kind in FORMATS for recipe in TARGETS[kind].recipes]
FIXED = ["article", "images", "signals"]
HELD_OUT = 300


@cache
def _model(name: str) -> tuple[Any, Features, Scores]:
    model, rows = MODELS[name]()
    model = with_sigmoid(model, logits=name == "logits")
    return model, rows, np.asarray(model.predict(rows, verbose=0), np.float32)


@cache
def _float32(name: str, kind: str, batch: int | None) -> bytes:
    with quiet():
        return TARGETS[kind].convert(_model(name)[0], batch)


@pytest.mark.parametrize(
    ("name", "batch"), [*((name, None) for name in MODELS), *((name, 1) for name in FIXED)], ids=str
)
@pytest.mark.parametrize(("kind", "recipe"), CASES, ids=str)
def test_scores_match_keras(name: str, batch: int | None, kind: str, recipe: str) -> None:
    model, rows, want = _model(name)
    calibration = rows[:HELD_OUT]
    with quiet():
        float32 = _float32(name, kind, batch)
        payload = TARGETS[kind].make(recipe, model, calibration=calibration, batch=batch, float32=float32)
        predictor = tagship_runtime.load(payload, labels=[f"label {number}" for number in range(want.shape[1])])
    assert predictor.engine.input.shape == (batch, *rows.shape[1:])
    assert recipe == "float32" or TARGETS[kind].weight_bytes(payload) != TARGETS[kind].weight_bytes(
        _float32(name, kind, batch)
    )
    for count in (1, 7, HELD_OUT):
        some = rows[HELD_OUT : HELD_OUT + count]
        got = predictor.predict_proba(some)
        assert got.shape == (count, want.shape[1])
        if recipe == "int8_io" and name in RAW:
            assert np.isfinite(got).all()
            continue
        np.testing.assert_allclose(
            got, want[HELD_OUT : HELD_OUT + count], rtol=0, atol=TOLERANCE[kind, recipe], equal_nan=False
        )


def test_integers_from_end_to_end_lose_raw_ranges() -> None:
    """Which is why the recipe exists for models without them, and verification has to catch it."""
    model, rows, want = _model("raw_ranges")
    with quiet():
        payload = TARGETS["tflite"].make("int8_io", model, calibration=rows[:HELD_OUT])
        predictor = tagship_runtime.load(payload, labels=list("abcde"))
    assert (predictor.engine.input.dtype, predictor.engine.output.dtype) == ("int8", "int8")
    assert np.abs(predictor.predict_proba(rows) - want).max() > 0.1
