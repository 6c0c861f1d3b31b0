"""Size of a model as a file, and its time for one row, through TensorFlow's own LiteRT."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
import tensorflow as tf

from tagship_runtime.terminal.silence import quiet

ROUNDS, CALLS = 5, 200
"""The best of so many rounds of calls, so that what else the machine does counts little."""


def parameters(model: Any) -> int:
    """Number of weights of a Keras model."""
    return int(sum(int(np.prod(weight.shape)) for weight in model.trainable_weights))


def measure(model: Any, width: int) -> tuple[int, float]:
    """Bytes of the float32 LiteRT file without contract, and microseconds for one row on one thread.

    Args:
        model: A Keras model from (rows, width) to scores.
        width: Columns that it takes.
    """
    traced = tf.function(lambda features: model(features)).get_concrete_function(tf.TensorSpec((None, width)))
    tf.get_logger()  # which takes what is stderr now for good, and that should not be what silence puts there
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on where the interpreter will live in later versions
        content = tf.lite.TFLiteConverter.from_concrete_functions([traced]).convert()
        interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            for _ in range(CALLS):
                interpreter.invoke()
            times.append((time.perf_counter() - started) / CALLS)
    return len(content), min(times) * 1e6
