"""The first divergence of original and artifact: intermediate values, layer by layer.

Layers are found by name. Keras opens a layer's scope when it builds and when it calls, so TensorFlow writes
``hidden_1`` where Keras says ``hidden``; converters keep these scopes in the names of values, and join those of
fused operations with ``;``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.original.tracing import OUTPUT
from tagship_export.targets.runner import Values
from tagship_export.verification.parity import WorstRow
from tagship_runtime.documents import DivergenceDocument
from tagship_runtime.typing import Features

ROWS = 64
TOLERANCE = {True: 1e-3, False: 0.25}
"""Share of the spread of a layer's values beyond which it diverges, for recipes that are exact and for others."""

END = "the scores"
"""Stands for what comes after the last layer that could be matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first layer whose values differ.

    Attributes:
        layer: Its name in Keras.
        difference: Largest absolute difference.
        relative: The same over the standard deviation of the layer's values.
    """

    layer: str
    difference: float
    relative: float

    def to_dict(self) -> DivergenceDocument:
        """Return it as ``export.json`` has it."""
        return {"layer": self.layer, "difference": self.difference, "relative": self.relative}


def first_divergence(
    model: Any,
    layer_values: Callable[[Features], Values],
    matrix: Features,
    tolerance: float,
    worst: Sequence[WorstRow] = (),
) -> Divergence | None:
    """Find the first layer that differs by more than ``tolerance`` times its values' standard deviation.

    Args:
        model: Keras.
        layer_values: The artifact's intermediate values for encoded rows, by name.
        matrix: Encoded rows; 64 are compared, the worst and then the first.
        tolerance: See above.
        worst: Those whose scores are farthest apart.

    Returns:
        None where no layer differs by so much, or where layers cannot be matched: in subclassed models, and
        where a recipe fuses or fixes what would have to be compared.
    """
    rows = matrix[list(dict.fromkeys([*(one.row for one in worst), *range(min(ROWS, len(matrix)))]))[:ROWS]]
    try:
        wanted = _keras_values(model, rows)
        found = layer_values(rows)
    except (AttributeError, ValueError, RuntimeError):  # no graph, a fixed batch, an engine that says no
        return None
    apart: dict[str, Divergence] = {}
    compared: set[str] = set()
    for layer, names in _by_layer(list(wanted), found).items():
        want = wanted[layer]
        if layer != END and model.get_layer(layer).output is model.outputs[0]:
            names = [OUTPUT]  # whose own name would be that of the sum before its activation
        off = next((distance for name in names if (distance := _distance(want, found[name])) is not None), None)
        if off is None:  # folded into another one
            continue
        compared.add(layer)
        if not off <= tolerance * (spread := float(want.std()) + 1e-9):
            apart[layer] = Divergence(layer=layer, difference=off, relative=off / spread)
    for layer, divergence in apart.items():
        # A converter may fold the end of a layer into the next one; where all that follows agrees, nothing diverges.
        if layer == END or any(name in apart for name in _followers(model.get_layer(layer), compared)):
            return divergence
    return None


def _followers(layer: Any, compared: Collection[str]) -> set[str]:
    """Return the next layers that were compared, on every way to the end."""
    found: set[str] = set()
    waiting = [layer]
    while waiting:
        operations = [node.operation for node in waiting.pop()._outbound_nodes]
        found |= {operation.name for operation in operations if operation.name in compared} or (
            set() if operations else {END}
        )
        waiting += [operation for operation in operations if operation.name not in compared]
    return found


def _keras_values(model: Any, rows: Features) -> Values:
    """Return the values of each layer, in the order of execution."""
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    outputs = [*(layer.output for layer in layers), model.outputs[0]]
    values = keras.Model(model.inputs[0], outputs)(rows, training=False)
    return {name: np.asarray(value) for name, value in zip([*(la.name for la in layers), END], values, strict=True)}


def _by_layer(layers: list[str], values: Values) -> dict[str, list[str]]:
    """Return names of values by layer, last first; both are in the order of execution, so scopes are taken in turn."""
    scopes: dict[str, list[str]] = {}
    for name in values:
        for part in name.split(";"):
            for scope in part.split("/")[:-1]:
                scopes.setdefault(scope, [])
    position = {scope: place for place, scope in enumerate(scopes)}
    for name, value in values.items():
        owners = [part.split("/")[-2] for part in name.split(";") if "/" in part]
        if owners and value.dtype == np.float32:  # a fused value belongs to the last layer in it
            scopes[max(owners, key=position.__getitem__)].append(name)
    found: dict[str, list[str]] = {}
    for layer in layers:
        pattern = re.compile(re.escape(layer) + r"(_\d+)*")
        own = next((scope for scope in scopes if pattern.fullmatch(scope)), None)
        if own is not None:
            found[layer] = scopes.pop(own)[::-1]
    return found | {END: [OUTPUT]}


def _distance(want: NDArray[Any], got: NDArray[Any]) -> float | None:
    """Return the largest difference, in either order of the channels; None where the shapes do not fit."""
    views = [got] if got.ndim < 3 else [got, np.moveaxis(got, 1, -1)]
    views += [
        np.squeeze(view, axis)  # a signal that was made an image
        for view in list(views)
        for axis in (1, 2)
        if view.ndim == want.ndim + 1 == 4 and view.shape[axis] == 1
    ]
    distances = [float(np.abs(view - want).max()) for view in views if view.shape == want.shape]
    return min(distances, default=None)
