"""The Keras graph: raw features in, scores out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_runtime.arrays import Features
from tagship_training.config import Config

CLIP = 3.0
"""Scaled inputs are clipped to +-CLIP, so that an outlier costs no resolution once quantized to int8."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """``(x - center) / spread`` per feature, both float32 (features,)."""

    center: Features
    spread: Features


def robust_scaling(features: Features) -> Scaling:
    """Median, and half the range between the 5th and 95th percentile.

    Where that range is empty (flags that are rarely on), the standard deviation takes its place; where that
    is 0 as well, 1.
    """
    low, center, high = np.percentile(features.astype(np.float64), [5, 50, 95], axis=0)
    spread = (high - low) / 2
    spread = np.where(spread > 0, spread, features.std(axis=0, dtype=np.float64))
    spread = np.where(spread > 0, spread, 1.0)
    return Scaling(center.astype(np.float32), spread.astype(np.float32))


def build(config: Config, scaling: Scaling | None, width: int, labels: int) -> Any:
    """A functional model from ``features`` (rows, width) to ``scores`` (rows, labels)."""
    import keras

    inputs = keras.Input((width,), name="features")
    x = inputs
    if scaling is not None:
        scale = (1.0 / scaling.spread).astype(np.float32)
        offset = (-scaling.center.astype(np.float64) * scale).astype(np.float32)
        x = keras.layers.Rescaling(scale.tolist(), offset.tolist(), name="scale")(x)
        x = keras.ops.clip(x, -CLIP, CLIP)
    for number, units in enumerate(config.hidden, start=1):
        x = keras.layers.Dense(units, activation="relu", name=f"hidden_{number}")(x)
        if config.dropout:
            x = keras.layers.Dropout(config.dropout, name=f"dropout_{number}")(x)
    outputs = keras.layers.Dense(labels, activation="sigmoid", name="scores")(x)
    return keras.Model(inputs, outputs, name="tagship")
