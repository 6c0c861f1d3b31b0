"""Prediction by Keras, without the remarks of TensorFlow where one model is scored after another."""

from __future__ import annotations

from typing import Any

from tagship_runtime.terminal.silence import without_log

RETRACED = "triggered tf.function retracing"
"""Words of a remark that takes for a mistake that many models are traced, once each."""


def predict(model: Any, rows: Any, batch: int) -> Any:
    """Return what a model computes.

    Args:
        model: Of Keras.
        rows: As it takes them.
        batch: Rows that are scored at a time.
    """
    with without_log("tensorflow", RETRACED):
        return model.predict(rows, batch_size=batch, verbose=0)
