"""The recipe that an ONNX model was made by, found in the tensors that it multiplies by and looks up in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.recipes import EIGHT_BITS
from tagship_export.targets.majority import most_common

FLOAT_PRODUCTS = frozenset({"MatMul", "Gemm", "Conv", "ConvTranspose", "LSTM", "GRU", "RNN", "Einsum"})
INTEGER_PRODUCTS: Mapping[str, tuple[int, int]] = {
    "MatMulInteger": (0, 1),
    "ConvInteger": (0, 1),
    "DynamicQuantizeMatMul": (0, 1),
    "MatMulIntegerToFloat": (0, 1),
    "QLinearMatMul": (0, 3),
    "QLinearConv": (0, 3),
    "QGemm": (0, 3),
}
"""Places of activations and weights among the inputs of products that take integers."""

PASSING = frozenset({"DequantizeLinear", "QuantizeLinear", "Cast", "Transpose", "Reshape", "Identity"})
"""Operations that stand between a stored weight and the product that uses it."""

INTEGER_RESULTS = frozenset({"QLinearMatMul", "QLinearConv", "QGemm", "QLinearAdd", "QLinearMul", "QLinearConcat"})
"""Operations of ONNX Runtime's other form of integer graphs, which give integers of eight bits by a scale."""

BY_ACTIVATION: Mapping[str, str] = {"int8": "int8", "uint8": "int8", "int16": "int16x8", "uint16": "int16x8"}
"""Recipes of integer weights by the type of what they are multiplied with; floats are quantized on the fly."""


def stored_recipe(payload: bytes) -> str:
    """Return the name of the recipe that its weights are stored by; see :func:`most_common`."""
    import onnx

    graph = onnx.load_from_string(payload).graph
    known = _Graph(
        makers={name: node for node in graph.node for name in node.output if name},
        constants={tensor.name: tensor for tensor in graph.initializer},
    )
    inputs, outputs = (known.kind(value.type.tensor_type.elem_type) for value in (graph.input[0], graph.output[0]))
    if {inputs, outputs} <= EIGHT_BITS:
        return "int8_io"
    products: Counter[str] = Counter()
    tables: Counter[str] = Counter()
    for node in known.needed(graph.output[0].name):
        for recipe, elements in _products(known, node):
            products[recipe] += elements
        if node.op_type == "Gather" and (table := known.constant(node.input[0])) is not None and len(table.dims) > 1:
            tables[known.recipe(table, "float32")] += int(np.prod(table.dims, dtype=np.int64))
    return most_common(products, tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graph:
    """Nodes by what they give, and constants by name."""

    makers: Mapping[str, Any]
    constants: Mapping[str, Any]

    def needed(self, output: str) -> Iterator[Any]:
        """Yield every node that a value depends on; what nothing needs says nothing of how numbers are stored."""
        seen: set[str] = set()
        waiting = [output]
        while waiting:
            node = self.makers.get(waiting.pop())
            if node is not None and node.output[0] not in seen:
                seen.add(node.output[0])
                waiting += node.input
                yield node

    def constant(self, name: str) -> Any:
        """Return the constant that a value is made of alone; None where it is computed from the input."""
        while name not in self.constants:
            node = self.makers.get(name)
            if node is None or node.op_type not in PASSING:
                return None
            name = node.input[0]
        return self.constants[name]

    def activation(self, name: str) -> str:
        """Return the type that a value was quantized to, float32 where it was not, or only on the fly."""
        node = self.makers.get(name)
        while node is not None and node.op_type in PASSING | INTEGER_RESULTS:
            if node.op_type in INTEGER_RESULTS:
                return "uint8"
            if node.op_type == "QuantizeLinear":
                zero = self.constants.get(node.input[2]) if len(node.input) > 2 else None
                return "uint8" if zero is None else self.kind(zero.data_type)
            node = self.makers.get(node.input[0])
        return "float32"

    def recipe(self, tensor: Any, activation: str) -> str:
        """Return the recipe that a constant is stored by, beside an activation of a type."""
        kind = self.kind(tensor.data_type)
        if kind in EIGHT_BITS:
            return BY_ACTIVATION.get(activation, "dynamic_int8")
        return "float16" if kind == "float16" else "float32"

    def kind(self, number: int) -> str:
        """Return NumPy's name of a tensor's type."""
        import onnx

        return str(np.dtype(onnx.helper.tensor_dtype_to_np_dtype(number)).name)


def _products(graph: _Graph, node: Any) -> Iterator[tuple[str, int]]:
    """Yield the recipe of each weight that a node multiplies by, and its elements."""
    if node.op_type in INTEGER_PRODUCTS:
        activation, weight = (node.input[place] for place in INTEGER_PRODUCTS[node.op_type])
        pairs = [(activation, weight)]
    elif node.op_type in FLOAT_PRODUCTS:
        pairs = [(node.input[0], name) for name in node.input[1:] if name]
    else:
        return
    for activation, weight in pairs:
        tensor = graph.constant(weight)
        if tensor is None or len(tensor.dims) < 2:
            continue
        yield graph.recipe(tensor, graph.activation(activation)), int(np.prod(tensor.dims, dtype=np.int64))
