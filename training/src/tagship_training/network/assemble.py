"""One model from several groups of networks: shares of each, calibration, and one graph of plain layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from tagship_runtime.typing import Features, RowNumbers, Scores, Targets
from tagship_training.data.folds import LearningRows
from tagship_training.network import platt
from tagship_training.network.graph import Group
from tagship_training.network.held_out import held_out_scores, learned_loss
from tagship_training.network.log_loss import log_loss
from tagship_training.network.preprocessing import encode, unit_length

SHARES = np.linspace(0, 1, 11)
"""Weights that the second group of networks may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """One model, with its scores and losses on the rows that it was trained on.

    Attributes:
        model: Features (rows, width) to scores (rows, labels).
        shares: Weight of each group in the scores; they sum to 1.
        held_out: Scores of the held-out rows by the members that did not learn from them, float32 (rows, labels).
        learned_loss: Mean log loss of rows by the members that learned from them.
    """

    model: Any
    shares: tuple[float, ...]
    held_out: Scores
    learned_loss: float


def assemble(groups: Sequence[Group], rows: LearningRows, *, calibrate: bool) -> Assembled:
    """Average trained groups by their held-out losses, and put them into one graph.

    Args:
        groups: One group or two.
        rows: Rows that they were trained on.
        calibrate: Whether scores are corrected to match the frequencies on held-out rows.
    """
    shares, scores = mix(rows.held_out_targets, [held_out_scores(group, rows) for group in groups])
    calibration = platt.fit(rows.held_out_targets, scores) if calibrate else None
    if calibration is not None:
        scores = platt.apply(scores, *calibration)
    return Assembled(
        model=to_graph(groups, shares, calibration, rows.matrix.shape[1]),
        shares=shares,
        held_out=scores,
        learned_loss=float(np.dot(shares, [learned_loss(group, rows) for group in groups])),
    )


def mix(targets: Targets, by_group: Sequence[Scores]) -> tuple[tuple[float, ...], Scores]:
    """Shares of each group, and the scores averaged by them: the average whose log loss is lowest.

    Args:
        targets: uint8, (rows, labels).
        by_group: Scores of one group or two, float32 (rows, labels).
    """
    if len(by_group) == 1:
        return (1.0,), by_group[0]
    first, second = by_group
    losses = [log_loss(targets, (1 - share) * first + share * second) for share in SHARES]
    share = float(np.float32(SHARES[int(np.argmin(losses))]))
    return (1 - share, share), ((1 - share) * first + share * second).astype(np.float32)


def to_graph(
    groups: Sequence[Group],
    shares: Sequence[float],
    calibration: tuple[Features, Features] | None,
    width: int,
    columns: RowNumbers | None = None,
) -> Any:
    """One model from features (rows, width) to scores (rows, labels), of plain Keras layers and operations.

    Args:
        groups: Trained groups.
        shares: Weight of each in the scores; they sum to 1.
        calibration: Slope and offset for each label's logit, (labels,); None to leave scores as they are.
        width: Columns of the encoded matrix.
        columns: Those of them that the model takes, as :func:`columns_of` gives them; None for all.
    """
    inputs = keras.Input((width if columns is None else len(columns),), name="features")
    groups = groups if columns is None else [_at(group, columns) for group in groups]
    average = None
    for group, share in zip(groups, shares, strict=True):
        if share:
            scores = _group_scores(group, inputs)
            scores = scores if share == 1 else ops.multiply(scores, share)
            average = scores if average is None else ops.add(average, scores)
    if calibration is not None:
        average = platt.layers(average, *calibration)
    return keras.Model(inputs, average, name="tagship")


def columns_of(groups: Sequence[Group], shares: Sequence[float]) -> RowNumbers | None:
    """Columns of the matrix that groups with a share look at, in the order of their terms; None for all.

    Of two groups one has all words of the other, since both have those that tell most.
    """
    used = [group.encoding for group, share in zip(groups, shares, strict=True) if share]
    columns = [None if encoding is None else encoding.columns for encoding in used]
    known = [own for own in columns if own is not None]
    return max(known, key=len) if len(known) == len(columns) else None


def _at(group: Group, columns: RowNumbers) -> Group:
    return group if group.encoding is None else replace(group, encoding=group.encoding.at(columns))


def _group_scores(group: Group, inputs: Any) -> Any:
    """Keras tensor of the mean of the members' scores, or of those of the network that learned from every row."""
    architecture = group.architecture
    x = inputs if group.encoding is None else encode(inputs, group.encoding)
    x = unit_length(x) if architecture.unit_length else x
    chosen = [architecture.members] if architecture.final else range(architecture.members)
    members = [_network_scores(group, network, x) for network in chosen]
    return members[0] if len(members) == 1 else layers.Average(name=architecture.name)(members)


def _network_scores(group: Group, network: int, x: Any) -> Any:
    """Keras tensor of one network's scores, from layers of its own."""
    architecture, name, y = group.architecture, f"{group.architecture.name}_{network}", x
    for number in range(len(architecture.hidden)):
        y = _dense(y, f"{name}_hidden_{number}", "relu", *_weights(group, f"hidden_{number}", network))
    kernel, bias = _weights(group, "scores", network)
    if not architecture.linear:
        return _dense(y, f"{name}_scores", "sigmoid", kernel, bias)
    line, offset = _weights(group, "linear", network)
    both = layers.Add(name=f"{name}_logits")(
        [_dense(y, f"{name}_scores", None, kernel, bias), _dense(x, f"{name}_linear", None, line, offset)]
    )
    return layers.Activation("sigmoid", name=f"{name}_sigmoid")(both)


def _weights(group: Group, layer: str, network: int) -> tuple[Features, Features]:
    kernel, bias = group.model.get_layer(layer).get_weights()
    # A group of one has plain layers, whose weights have no axis for the network.
    return (kernel[network], bias[network, 0]) if kernel.ndim == 3 else (kernel, bias)


def _dense(x: Any, name: str, activation: str | None, kernel: Features, bias: Features) -> Any:
    layer = layers.Dense(len(bias), activation=activation, name=name)
    y = layer(x)
    layer.set_weights([kernel, bias])
    return y
