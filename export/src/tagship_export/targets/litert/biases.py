"""Scales of LiteRT's products that hold their biases, which are integers of 32 bits in steps of the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.float_graph import BIAS_STEPS, FINEST
from tagship_export.targets.litert.flatbuffer import operator_names
from tagship_export.targets.litert.float_graph import PRODUCTS

Ends = Mapping[str, NDArray[np.float32]]
"""The least (``min``) and the greatest (``max``) of some numbers: of a value's, or of each channel of weights."""

CHANNELS: Mapping[str, int] = {"FULLY_CONNECTED": 0, "CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 0}
"""Axes of weights along which each place has a scale of its own."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product that a bias is added to.

    Attributes:
        rows: Name of what is multiplied.
        name: Of the weights.
        weights: These, float32.
        bias: float32, (channels,).
        channels: Axis of the weights that has one place for each.
    """

    rows: str
    name: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    channels: int


def hold_biases(float32: bytes, ends: Mapping[str, Ends], activation_bits: int) -> dict[str, Ends]:
    """Return ends by which no bias is cut off.

    A value that is always zero, such as the state before the first step, has no scale of its own, and gets that of -1
    to 1. Weights of a channel that training or pruning has brought to next to nothing get ends so wide that the bias
    takes half of 32 bits at most.

    Args:
        float32: The model as trained.
        ends: Of its values, by name.
        activation_bits: Of values; weights have eight.
    """
    held = {name: _with_a_scale(own) for name, own in ends.items()}
    for product in _products(float32):
        if product.rows not in held:
            continue
        own = held.get(product.name) or _ends_of_channels(product)
        least = FINEST * np.abs(product.bias) / (BIAS_STEPS * _step(held[product.rows], activation_bits))
        least = least.reshape(own["max"].shape)
        short = np.maximum(-own["min"], own["max"]) < least
        if short.any():
            low, high = np.where(short, -least, own["min"]), np.where(short, least, own["max"])
            held[product.name] = {"min": low.astype(np.float32), "max": high.astype(np.float32)}
    return held


def _with_a_scale(ends: Ends) -> Ends:
    """Return ends, -1 and 1 of a value that is always zero."""
    low, high = ends["min"], ends["max"]
    return ends if np.any(low) or np.any(high) else {**ends, "min": low - 1, "max": high + 1}


def _ends_of_channels(product: Product) -> Ends:
    axes = tuple(axis for axis in range(product.weights.ndim) if axis != product.channels)
    low, high = (end(product.weights, axis=axes, keepdims=True) for end in (np.min, np.max))
    return {"min": low, "max": high}


def _step(ends: Ends, bits: int) -> float:
    """Return the step that the quantizer gives a value: symmetric by 16 bits, by eight of all that there is and 0."""
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.algorithms.uniform_quantize import uniform_quantize_tensor as tensor

    _, step = tensor.tensor_zp_scale_from_min_max(
        ends["min"], ends["max"], bits, bits == 16, qtyping.QuantGranularity.TENSORWISE
    )
    return float(np.max(step))


def _products(float32: bytes) -> Iterator[Product]:
    """Yield products of constant weights that a constant bias is added to."""
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(float32))
    names = operator_names()

    def stored(tensor: Any) -> NDArray[np.float32]:
        data = model.buffers[tensor.buffer].data
        numbers = np.frombuffer(b"" if data is None else bytes(bytearray(data)), np.float32)
        return numbers.reshape(tensor.shape) if numbers.size else numbers

    for graph in model.subgraphs:
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            if name not in PRODUCTS:
                continue
            places = PRODUCTS[name]
            if len(operator.inputs) <= places[2] or operator.inputs[places[2]] < 0:
                continue
            rows, weights, bias = (graph.tensors[operator.inputs[place]] for place in places)
            if stored(weights).size and stored(bias).size:
                yield Product(rows.name.decode(), weights.name.decode(), stored(weights), stored(bias), CHANNELS[name])
