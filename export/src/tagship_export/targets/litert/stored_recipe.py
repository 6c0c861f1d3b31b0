"""The recipe that a .tflite model was made by, found in the tensors that it multiplies by and looks up in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from tagship_export.targets.litert.flatbuffer import operator_names
from tagship_export.targets.majority import most_common

PRODUCTS = frozenset(
    {
        *("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D", "BATCH_MATMUL"),
        *("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", "SVDF"),
    }
)
LOOK_UPS = frozenset({"GATHER", "EMBEDDING_LOOKUP"})
INTEGERS = frozenset({"int8", "uint8", "int4"})

TAKEN = INTEGERS | {"int32", "int64"}
"""Inputs of models of integers from end to end: numbers of words stay as they are."""

SHAPES = frozenset({"int32", "int64"})
"""Inputs of products that are no numbers of theirs: of how much a transposed convolution gives."""

BY_ACTIVATION: Mapping[str, str] = {"int8": "int8", "uint8": "int8", "int16": "int16x8"}
"""Recipes of integer weights by the type of what they are multiplied with; floats are quantized on the fly."""


def stored_recipe(payload: bytes) -> str:
    """Return the name of the recipe that its weights are stored by; see :func:`most_common`."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(payload, 0)
    graph = model.Subgraphs(0)
    if _type(graph, graph.Outputs(0)) in INTEGERS and _type(graph, graph.Inputs(0)) in TAKEN:
        return "int8_io"
    names = operator_names()
    products: Counter[str] = Counter()
    tables: Counter[str] = Counter()
    for part in map(model.Subgraphs, range(model.SubgraphsLength())):
        operators = list(map(part.Operators, range(part.OperatorsLength())))
        halves = {
            operator.Outputs(0): operator.Inputs(0)
            for operator in operators
            if _name(model, names, operator) == "DEQUANTIZE" and _size(model, part, operator.Inputs(0))
        }
        for operator in operators:
            name = _name(model, names, operator)
            if name not in PRODUCTS | LOOK_UPS:
                continue
            inputs = [index for index in operator.InputsAsNumpy().tolist() if index >= 0]
            stored = [halves.get(index, index) for index in inputs]
            weights = [index for index in stored if _size(model, part, index) and _rank(part, index) > 1]
            computed = (_type(part, index) for index in stored if not _size(model, part, index))
            activation = next((kind for kind in computed if kind not in SHAPES), "float32")
            found = products if name in PRODUCTS else tables
            for index in weights:
                found[_recipe(_type(part, index), activation)] += _elements(part, index)
    return most_common(products, tables)


def _recipe(weights: str, activation: str) -> str:
    if weights in INTEGERS:
        return BY_ACTIVATION.get(activation, "dynamic_int8")
    return "float16" if weights == "float16" else "float32"


def _name(model: Any, names: Mapping[int, str], operator: Any) -> str:
    code = model.OperatorCodes(operator.OpcodeIndex())
    return names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]


def _type(graph: Any, index: int) -> str:
    from ai_edge_litert import schema_py_generated as schema

    number = graph.Tensors(index).Type()
    name = next(name for name, value in vars(schema.TensorType).items() if value == number)
    return str(name).lower()


def _rank(graph: Any, index: int) -> int:
    return int(graph.Tensors(index).ShapeLength())


def _elements(graph: Any, index: int) -> int:
    return int(np.prod(graph.Tensors(index).ShapeAsNumpy(), dtype=np.int64))


def _size(model: Any, graph: Any, index: int) -> int:
    """Return bytes of a constant, 0 of a value that is computed."""
    return int(model.Buffers(graph.Tensors(index).Buffer()).DataLength())
