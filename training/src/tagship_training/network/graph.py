"""The Keras graph that trains a group of networks at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from tagship_runtime.typing import Features
from tagship_training.network.architecture import Architecture
from tagship_training.network.preprocessing import Encoding, encode


class MemberDense(layers.Layer):
    """A dense layer for each member: (members, rows, inputs) to (members, rows, units)."""

    def __init__(self, members: int, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.members, self.units = members, units

    def build(self, shape: tuple[int, ...]) -> None:
        """Create the weights, initialized as He et al. (2015) do for relu."""
        he = keras.initializers.RandomNormal(stddev=(2 / shape[-1]) ** 0.5)
        self.kernel = self.add_weight(name="kernel", shape=(self.members, shape[-1], self.units), initializer=he)
        self.bias = self.add_weight(name="bias", shape=(self.members, 1, self.units), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """Multiply each member's rows by its own kernel."""
        return ops.matmul(inputs, self.kernel) + self.bias


@dataclass(frozen=True, slots=True)
class Group:
    """A group of networks in training.

    Attributes:
        architecture: Its architecture.
        encoding: Constants of the inputs' encoding; None for inputs as they are.
        model: Features (rows, width) to logits (members, rows, labels).
    """

    architecture: Architecture
    encoding: Encoding | None
    model: Any


def build(architecture: Architecture, encoding: Encoding | None, width: int, priors: Features) -> Group:
    """Build a group with fresh weights.

    Args:
        architecture: Its architecture.
        encoding: Constants of the inputs' encoding; None for inputs as they are.
        width: Columns of the encoded matrix.
        priors: Each label's share among the training rows, where scores start.
    """
    inputs = keras.Input((width,), name="features")
    x = inputs if encoding is None else encode(inputs, encoding)
    model = (_alone if architecture.members == 1 else _together)(architecture, inputs, x, len(priors))
    if architecture.weight_decay is not None:
        bias = model.get_layer("scores").bias
        bias.assign(np.broadcast_to(np.log(priors / (1 - priors)), bias.shape))
    return Group(architecture, encoding, model)


def _alone(architecture: Architecture, inputs: Any, x: Any, labels: int) -> Any:
    """Build one network of plain layers."""
    initializer = "glorot_uniform" if architecture.weight_decay is None else "he_normal"
    x = layers.Dropout(architecture.dropout_in)(x) if architecture.dropout_in else x
    for number, units in enumerate(architecture.hidden):
        x = layers.Dense(units, activation="relu", kernel_initializer=initializer, name=f"hidden_{number}")(x)
        x = layers.Dropout(architecture.dropout)(x) if architecture.dropout else x
    logits = layers.Dense(labels, kernel_initializer="glorot_uniform", name="scores")(x)
    return keras.Model(inputs, ops.expand_dims(logits, 0))


def _together(architecture: Architecture, inputs: Any, x: Any, labels: int) -> Any:
    """Build several networks: one matrix product for all of their first layers, a batched one for each other."""
    x = layers.Dropout(architecture.dropout_in)(x) if architecture.dropout_in else x
    x = ops.expand_dims(x, 0)
    for number, units in enumerate(architecture.hidden):
        x = ops.relu(MemberDense(architecture.members, units, name=f"hidden_{number}")(x))
        x = layers.Dropout(architecture.dropout)(x) if architecture.dropout else x
    return keras.Model(inputs, MemberDense(architecture.members, labels, name="scores")(x))


def layer_names(architecture: Architecture) -> list[str]:
    """Names of a group's layers, from the first hidden one to the scores."""
    return [*(f"hidden_{number}" for number in range(len(architecture.hidden))), "scores"]
