"""Layers that hold several networks at once while these are trained; none of them is in a model that is shipped."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops


class MemberDense(layers.Layer):
    """A dense layer for each network: (networks, rows, inputs) to (networks, rows, units).

    Args:
        networks: How many.
        units: Of each.
        initializer: Of the kernels; default: as He et al. (2015) do for relu.
    """

    def __init__(self, networks: int, units: int, *, initializer: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.networks, self.units, self.initializer = networks, units, initializer

    def build(self, shape: tuple[int, ...]) -> None:
        """Weights of all networks in one tensor each."""
        initializer = self.initializer or keras.initializers.RandomNormal(stddev=(2 / shape[-1]) ** 0.5)
        kernel = (self.networks, shape[-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=kernel, initializer=initializer)
        self.bias = self.add_weight(name="bias", shape=(self.networks, 1, self.units), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """One batched matrix product."""
        return ops.matmul(inputs, self.kernel) + self.bias


class EnsembleDense(layers.Layer):
    """A dense layer for each network, shared by the network's ensemble but for scales and biases.

    Takes and gives (networks, rows, ensemble, units). This is BatchEnsemble (Wen, Tran & Ba, 2020) as TabM has it
    (Gorishniy, Kotelnikov & Babenko, 2024).

    Args:
        networks: How many.
        ensemble: Members of each.
        units: Of each member.
        signs: Whether inputs are scaled by random signs at first, which tells the members apart.
    """

    def __init__(self, networks: int, ensemble: int, units: int, *, signs: bool, **options: Any) -> None:
        super().__init__(**options)
        self.networks, self.ensemble, self.units, self.signs = networks, ensemble, units, signs

    def build(self, shape: tuple[int, ...]) -> None:
        """One kernel per network; scales of inputs and outputs, and biases, per member."""
        width, units, own = shape[-1], self.units, (self.networks, 1, self.ensemble)
        he = keras.initializers.RandomNormal(stddev=(2 / width) ** 0.5)
        self.kernel = self.add_weight(name="kernel", shape=(self.networks, width, units), initializer=he)
        self.inner = self.add_weight(name="inner_scale", shape=(*own, width), initializer="ones")
        self.outer = self.add_weight(name="outer_scale", shape=(*own, units), initializer="ones")
        self.bias = self.add_weight(name="bias", shape=(*own, units), initializer="zeros")
        if self.signs:
            self.inner.assign(2.0 * ops.cast(keras.random.randint((*own, width), 0, 2), "float32") - 1.0)

    def call(self, inputs: Any) -> Any:
        """One batched matrix product for the members of all networks."""
        scaled = inputs * self.inner
        flat = ops.matmul(ops.reshape(scaled, (self.networks, -1, scaled.shape[-1])), self.kernel)
        return ops.reshape(flat, (self.networks, -1, self.ensemble, self.units)) * self.outer + self.bias


class EnsembleScores(layers.Layer):
    """A head for each member: (networks, rows, ensemble, units) to logits (networks, ensemble, rows, labels)."""

    def __init__(self, networks: int, ensemble: int, labels: int, **options: Any) -> None:
        super().__init__(**options)
        self.networks, self.ensemble, self.labels = networks, ensemble, labels

    def build(self, shape: tuple[int, ...]) -> None:
        """A kernel and a bias per member."""
        own = (self.networks, self.ensemble)
        initializer = keras.initializers.RandomNormal(stddev=(1 / shape[-1]) ** 0.5)
        self.kernel = self.add_weight(name="kernel", shape=(*own, shape[-1], self.labels), initializer=initializer)
        self.bias = self.add_weight(name="bias", shape=(*own, 1, self.labels), initializer="zeros")

    def call(self, inputs: Any) -> Any:
        """One batched matrix product."""
        return ops.matmul(ops.transpose(inputs, (0, 2, 1, 3)), self.kernel) + self.bias
