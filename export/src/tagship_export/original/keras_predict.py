"""What Keras computes, without what TensorFlow remarks where one model is scored after another."""

from __future__ import annotations

from typing import Any

from tagship_runtime.terminal.silence import without_log

RETRACED = "triggered tf.function retracing"
"""What TensorFlow takes for a mistake: each model is traced once, so that many of them are many traces."""


def predict(model: Any, rows: Any, batch: int) -> Any:
    """Return what a model computes.

    Args:
        model: Of Keras.
        rows: As it takes them.
        batch: Rows that are scored at a time.
    """
    with without_log("tensorflow", RETRACED):
        return model.predict(rows, batch_size=batch, verbose=0)
