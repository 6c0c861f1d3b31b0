"""The Keras graph that trains a group of networks at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from tagship_runtime.typing import Features
from tagship_training.data.sparse_rows import Matrix, SparseRows
from tagship_training.network.architecture import Architecture
from tagship_training.network.layers import EnsembleDense, EnsembleScores, MemberDense
from tagship_training.network.preprocessing import Encoding, encode, encode_sparse, unit_length


@dataclass(frozen=True, slots=True)
class Group:
    """A group of networks in training.

    Attributes:
        architecture: Its architecture.
        encoding: Constants of the inputs' encoding; None for inputs as they are.
        model: What :meth:`prepare` gives to logits (networks, rows, labels); with an ensemble in each network
            (networks, ensemble, rows, labels).
    """

    architecture: Architecture
    encoding: Encoding | None
    model: Any

    def prepare(self, matrix: Matrix) -> Matrix:
        """Rows as the model takes them, (rows, ...): encoded if they are sparse, and else as they are."""
        if isinstance(matrix, SparseRows) and self.encoding is not None and self.encoding.bag is not None:
            return SparseRows(encode_sparse(matrix, self.encoding))
        return matrix


def build(architecture: Architecture, encoding: Encoding | None, width: int, priors: Features) -> Group:
    """Build a group with fresh weights.

    Args:
        architecture: Its architecture.
        encoding: Constants of the inputs' encoding; None for inputs as they are.
        width: Columns of the encoded matrix.
        priors: Each label's share among the training rows, where scores start.
    """
    if encoding is not None and encoding.bag is not None:  # once for all rows, before training
        inputs = x = keras.Input((encoding.width,), name="features")
    else:
        inputs = keras.Input((width,), name="features")
        x = inputs if encoding is None else encode(inputs, encoding)
    x = unit_length(x) if architecture.unit_length else x
    model = _shape(architecture)(architecture, inputs, x, len(priors))
    if architecture.weight_decay is not None:
        bias = model.get_layer("scores").bias
        bias.assign(np.broadcast_to(np.log(priors / (1 - priors)), bias.shape))
    return Group(architecture, encoding, model)


def _shape(architecture: Architecture) -> Callable[[Architecture, Any, Any, int], Any]:
    if architecture.ensemble > 1:
        return _ensembles
    return _alone if architecture.networks == 1 and not architecture.linear else _together


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
    x, networks, direct = ops.expand_dims(x, 0), architecture.networks, None
    if architecture.linear:
        direct = MemberDense(networks, labels, initializer="zeros", name="linear")(x)
    for number, units in enumerate(architecture.hidden):
        x = ops.relu(MemberDense(networks, units, name=f"hidden_{number}")(x))
        x = layers.Dropout(architecture.dropout)(x) if architecture.dropout else x
    logits = MemberDense(networks, labels, name="scores")(x)
    return keras.Model(inputs, logits if direct is None else logits + direct)


def _ensembles(architecture: Architecture, inputs: Any, x: Any, labels: int) -> Any:
    """BatchEnsembles, of whose members each has logits of its own."""
    x = layers.Dropout(architecture.dropout_in)(x) if architecture.dropout_in else x
    x, networks, ensemble = ops.expand_dims(ops.expand_dims(x, 0), 2), architecture.networks, architecture.ensemble
    for number, units in enumerate(architecture.hidden):
        x = ops.relu(EnsembleDense(networks, ensemble, units, signs=number == 0, name=f"hidden_{number}")(x))
        x = layers.Dropout(architecture.dropout)(x) if architecture.dropout else x
    return keras.Model(inputs, EnsembleScores(networks, ensemble, labels, name="scores")(x))
