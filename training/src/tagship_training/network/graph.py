"""The Keras graphs: one to train a group of networks at once, one to ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from tagship_runtime.typing import Features
from tagship_training.network.architecture import Plan
from tagship_training.network.preprocessing import Encoding, encode

EDGE = 1e-6
"""Scores are kept this far from 0 and 1 before their logit is taken."""


class MemberDense(layers.Layer):
    """A dense layer for each member: (members, rows, inputs) to (members, rows, units)."""

    def __init__(self, members: int, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.members, self.units = members, units

    def build(self, shape: tuple[int, ...]) -> None:
        """Weights, initialized as He et al. (2015) do for relu."""
        he = keras.initializers.RandomNormal(stddev=(2 / shape[-1]) ** 0.5)
        self.kernel = self.add_weight(name="kernel", shape=(self.members, shape[-1], self.units), initializer=he)
        self.bias = self.add_weight(name="bias", shape=(self.members, 1, self.units), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """One batched matrix product."""
        return ops.matmul(inputs, self.kernel) + self.bias


@dataclass(frozen=True, slots=True)
class Group:
    """A group of networks in training.

    Attributes:
        plan: What they are.
        encoding: How inputs are encoded; None for as they are.
        model: Features (rows, width) to logits (members, rows, labels).
    """

    plan: Plan
    encoding: Encoding | None
    model: Any


def build(plan: Plan, encoding: Encoding | None, width: int, priors: Features) -> Group:
    """A group with fresh weights.

    Args:
        plan: What it is.
        encoding: How inputs are encoded; None for as they are.
        width: Columns of the encoded matrix.
        priors: Each label's share among the training rows, where scores start.
    """
    inputs = keras.Input((width,), name="features")
    x = inputs if encoding is None else encode(inputs, encoding)
    model = (_alone if plan.members == 1 else _together)(plan, inputs, x, len(priors))
    if plan.weight_decay is not None:
        bias = model.get_layer("scores").bias
        bias.assign(np.broadcast_to(np.log(priors / (1 - priors)), bias.shape))
    return Group(plan, encoding, model)


def _alone(plan: Plan, inputs: Any, x: Any, labels: int) -> Any:
    """One network of plain layers."""
    initializer = "glorot_uniform" if plan.weight_decay is None else "he_normal"
    x = layers.Dropout(plan.dropout_in)(x) if plan.dropout_in else x
    for number, units in enumerate(plan.hidden):
        x = layers.Dense(units, activation="relu", kernel_initializer=initializer, name=f"hidden_{number}")(x)
        x = layers.Dropout(plan.dropout)(x) if plan.dropout else x
    logits = layers.Dense(labels, kernel_initializer="glorot_uniform", name="scores")(x)
    return keras.Model(inputs, ops.expand_dims(logits, 0))


def _together(plan: Plan, inputs: Any, x: Any, labels: int) -> Any:
    """Several at once: one matrix product for all of their first layers, a batched one for each other."""
    x = layers.Dropout(plan.dropout_in)(x) if plan.dropout_in else x
    x = ops.expand_dims(x, 0)
    for number, units in enumerate(plan.hidden):
        x = ops.relu(MemberDense(plan.members, units, name=f"hidden_{number}")(x))
        x = layers.Dropout(plan.dropout)(x) if plan.dropout else x
    return keras.Model(inputs, MemberDense(plan.members, labels, name="scores")(x))


def ship(
    groups: Sequence[Group], shares: Sequence[float], calibration: tuple[Features, Features] | None, width: int
) -> Any:
    """One model from features (rows, width) to scores (rows, labels), of plain Keras layers and operations.

    Args:
        groups: Trained groups.
        shares: How much each counts; they sum to 1.
        calibration: Slope and offset for each label's logit, (labels,); None to leave scores as they are.
        width: Columns of the encoded matrix.
    """
    inputs = keras.Input((width,), name="features")
    mixed = None
    for group, share in zip(groups, shares, strict=True):
        if share:
            scores = _group_scores(group, inputs)
            scores = scores if share == 1 else ops.multiply(scores, share)
            mixed = scores if mixed is None else ops.add(mixed, scores)
    if calibration is not None:
        slope, offset = calibration
        sure = ops.clip(mixed, EDGE, 1 - EDGE)
        logits = ops.subtract(ops.log(sure), ops.log(ops.subtract(1.0, sure)))
        mixed = ops.sigmoid(ops.add(ops.multiply(logits, slope), offset))
    return keras.Model(inputs, mixed, name="tagship")


def _group_scores(group: Group, inputs: Any) -> Any:
    """The mean of the members' scores."""
    x = inputs if group.encoding is None else encode(inputs, group.encoding)
    weights = [group.model.get_layer(name).get_weights() for name in _names(group.plan)]
    members = []
    for member in range(group.plan.members):
        y = x
        for name, (kernel, bias) in zip(_names(group.plan), weights, strict=True):
            activation = "sigmoid" if name == "scores" else "relu"
            layer = layers.Dense(bias.shape[-1], activation=activation, name=f"{group.plan.name}_{member}_{name}")
            y = layer(y)
            # A group of one has plain layers, whose weights have no axis for the member.
            layer.set_weights([kernel[member], bias[member, 0]] if kernel.ndim == 3 else [kernel, bias])
        members.append(y)
    return members[0] if len(members) == 1 else layers.Average(name=group.plan.name)(members)


def _names(plan: Plan) -> list[str]:
    return [*(f"hidden_{number}" for number in range(len(plan.hidden))), "scores"]
