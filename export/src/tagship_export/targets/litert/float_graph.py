"""A .tflite model as a graph of operations on numbers: what only quantizes is left out, integers are numbers again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.depth_first import depth_first
from tagship_export.targets.float_graph import (
    FloatGraph,
    Given,
    Made,
    Numbers,
    Operation,
    Range,
    TwoReadingsError,
    Value,
    beside_bias,
)
from tagship_export.targets.litert.flatbuffer import operator_names
from tagship_export.targets.litert.run_order import refuse_other_orders

QUANTIZES = frozenset({"QUANTIZE", "DEQUANTIZE"})
PRODUCTS: Mapping[str, tuple[int, int, int]] = {
    "FULLY_CONNECTED": (0, 1, 2),
    "CONV_2D": (0, 1, 2),
    "DEPTHWISE_CONV_2D": (0, 1, 2),
    "TRANSPOSE_CONV": (2, 1, 3),
}
"""Places of rows, weights and bias of products; a bias of integers is in steps of the product, whatever it says."""

COPIES = frozenset(
    {
        *("RESHAPE", "EXPAND_DIMS", "SQUEEZE", "TRANSPOSE", "GATHER", "GATHER_ND", "SLICE", "STRIDED_SLICE", "SPLIT"),
        *("PACK", "UNPACK", "PAD", "TILE", "REVERSE_V2", "MAX_POOL_2D", "BROADCAST_TO", "SPACE_TO_BATCH_ND"),
        *("BATCH_TO_SPACE_ND", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPLIT_V", "CONCATENATION"),
        *("MINIMUM", "MAXIMUM", "SELECT", "SELECT_V2", "PADV2"),
    }
)
"""Operations that hand integers on as they are, so that one scale has to hold for what they take and give: constants
are stored by that of the values, and what lies beyond its ends is cut off."""

INTEGERS = frozenset({"int8", "uint8", "int16", "int32"})
"""Types of values that a scale makes numbers of."""

SAME = 1e-3
"""Share by which the scale that a bias says may differ from the product's, as the least of products may in float32."""

OF_QUANTIZING = frozenset({"asymmetricQuantizeInputs", "quantizedBiasType", "quantSpec", "potScaleInt16"})
"""Options that say how integers are meant, and nothing of what is computed."""


def float_graph(payload: bytes) -> FloatGraph:
    """Read a model; see :class:`tagship_export.targets.float_graph.FloatGraph`."""
    from ai_edge_litert.tools import flatbuffer_utils

    _refuse_two_readings(payload)
    reader = _Reader(flatbuffer_utils.read_model_from_bytearray(bytearray(payload)))
    graph = reader.read(0)
    unused = len(reader.model.subgraphs) - len(reader.seen)
    if unused:
        raise TwoReadingsError(f"{unused} of its graphs are run by nothing, or by who takes another signature")
    return graph


def _refuse_two_readings(payload: bytes) -> None:
    """Refuse what readers take in two ways.

    Raises:
        TwoReadingsError: A buffer has numbers in its table and behind it all, a tensor is said to be sparse or has
            scales in two places, or a signature names another graph or other tensors than the first graph's inputs and
            outputs.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(payload, 0)
    for number, buffer in enumerate(map(model.Buffers, range(model.BuffersLength()))):
        if buffer.DataLength() and (buffer.Offset() or buffer.Size()):
            raise TwoReadingsError(f"buffer {number} has numbers in two places, of which an engine may take either")
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            name = (tensor.Name() or b"").decode("utf-8", "replace")
            if tensor.Sparsity() is not None:
                raise TwoReadingsError(f"tensor {name!r} is sparse, which some engines expand and others pass over")
            if tensor.Quantization() is not None and tensor.Quantization().DetailsType():
                raise TwoReadingsError(f"tensor {name!r} has scales in two places, of which an engine may take either")
    for signature in map(model.SignatureDefs, range(model.SignatureDefsLength())):
        _check_signature(signature, model.Subgraphs(0))


def _check_signature(signature: Any, graph: Any) -> None:
    if signature.SubgraphIndex():
        raise TwoReadingsError("a signature names another graph than the first, which the runtime takes")
    for what, named, count, own in (
        ("inputs", signature.Inputs, signature.InputsLength(), graph.InputsAsNumpy()),
        ("outputs", signature.Outputs, signature.OutputsLength(), graph.OutputsAsNumpy()),
    ):
        if sorted(named(place).TensorIndex() for place in range(count)) != sorted(np.atleast_1d(own).tolist()):
            raise TwoReadingsError(f"a signature names other {what} than the graph has, which the runtime takes")


class _Reader:
    """Reads the graphs of one model.

    Args:
        model: As flatbuffer_utils gives it.
    """

    def __init__(self, model: Any) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.model = model
        self.seen: set[int] = set()
        self.operators = operator_names()
        self.types = {number: name.lower() for name, number in vars(schema.TensorType).items() if name[0] != "_"}

    def read(self, number: int) -> FloatGraph:
        """Read one of the graphs."""
        self.seen.add(number)
        graph = self.model.subgraphs[number]
        refuse_other_orders(graph, [place for place, one in enumerate(graph.tensors) if self._holds_numbers(one)])
        values: dict[int, Value] = {-1: None}
        values.update((index, Given(place)) for place, index in enumerate(graph.inputs))
        operations: list[Operation] = []
        for operator in _operators_in_order(graph):
            name = self._name(operator)
            if name in QUANTIZES and self._is_known(graph.tensors[operator.outputs[0]]):
                values[operator.outputs[0]] = self._passed(graph, operator, values)
                continue
            operations.append(self._operation(graph, operator, name, values))
            for place, index in enumerate(operator.outputs):
                values[index] = Made(len(operations) - 1, place)
        outputs = tuple(self._value(graph, index, values) for index in graph.outputs)
        return FloatGraph(tuple(operations), outputs, ranges=tuple(self._ranges(graph, values)))

    def _is_known(self, tensor: Any) -> bool:
        """Tell whether a quantized value is one of ours: engines also make int4 and float16, which hold far less."""
        kind = self.types[tensor.type]
        return kind == "float32" or (kind in INTEGERS and _scaling(tensor) is not None)

    def _passed(self, graph: Any, operator: Any, values: dict[int, Value]) -> Value:
        """Return what an operator gives that only quantizes: its value, or a constant that is rounded."""
        value, tensor = self._value(graph, operator.inputs[0], values), graph.tensors[operator.outputs[0]]
        scaling, kind = _scaling(tensor), self.types[tensor.type]
        if not isinstance(value, Numbers) or scaling is None or kind not in INTEGERS:
            return value
        return value.through(*scaling, kind)

    def _ranges(self, graph: Any, values: Mapping[int, Value]) -> Iterator[Range]:
        """Yield the ranges of values that are held as integers."""
        for index, value in values.items():
            if not isinstance(value, Given | Made):
                continue
            tensor = graph.tensors[index]
            scaling, kind = _scaling(tensor), self.types[tensor.type]
            if scaling is not None and kind in INTEGERS:
                yield Range.of(_text(tensor.name), value, *scaling, kind)

    def _operation(self, graph: Any, operator: Any, name: str, values: dict[int, Value]) -> Operation:
        inputs = [self._value(graph, index, values) for index in operator.inputs]
        if name in COPIES:
            inputs = [self._clipped(graph.tensors[i], one) for i, one in zip(operator.inputs, inputs, strict=True)]
        if name in PRODUCTS and len(inputs) > PRODUCTS[name][2]:
            places = PRODUCTS[name]
            weights, bias = inputs[places[1]], inputs[places[2]]
            bias = self._bias(graph, [operator.inputs[place] for place in places], bias)
            if isinstance(weights, Numbers) and isinstance(bias, Numbers):
                weights = beside_bias(weights, bias)
            inputs[places[1]], inputs[places[2]] = weights, bias
        if odd := self._odd(graph, operator, name):
            name = f"{name} {odd}"
        names = tuple(_text(graph.tensors[index].name) for index in operator.outputs)
        return Operation(name, tuple(self._options(operator)), tuple(inputs), names)

    def _options(self, operator: Any) -> Iterator[tuple[str, Any]]:
        for table in (operator.builtinOptions, operator.builtinOptions2):
            for key, value in sorted(vars(table).items()) if table is not None else ():
                if key in OF_QUANTIZING:
                    continue
                if key.lower().endswith("subgraphindex"):
                    yield key, self.read(value)
                else:
                    yield key, tuple(np.ravel(value).tolist()) if isinstance(value, list | np.ndarray) else value
        if operator.customOptions is not None:
            yield "customOptions", bytes(operator.customOptions)

    def _name(self, operator: Any) -> str:
        code = self.model.operatorCodes[operator.opcodeIndex]
        name = self.operators[max(code.builtinCode, code.deprecatedBuiltinCode)]
        return f"CUSTOM {code.customCode!r}" if name == "CUSTOM" else name

    def _value(self, graph: Any, index: int, values: dict[int, Value]) -> Value:
        """Return what an index stands for: a value that was made, a constant, or a state that starts empty."""
        if index in values:
            return values[index]
        stored = self._stored(graph.tensors[index]) if index >= 0 else None
        if stored is None:
            return Given("state")
        tensor = graph.tensors[index]
        name, scaling = _text(tensor.name), _scaling(tensor)
        if stored.dtype.kind == "f" or scaling is None:
            return Numbers.as_stored(name, stored)
        return Numbers.scaled(name, stored, *scaling)

    def _clipped(self, tensor: Any, value: Value) -> Value:
        """Return a constant with the ends of its scale."""
        scaling = _scaling(tensor)
        if not isinstance(value, Numbers) or scaling is None:
            return value
        limits = np.iinfo(self.types[tensor.type])
        low, high = (float((limit - np.max(scaling[1])) * np.max(scaling[0])) for limit in (limits.min, limits.max))
        return replace(value, ends=(low, high), fine=False)

    def _holds_numbers(self, tensor: Any) -> bool:
        """Tell whether a tensor is a constant."""
        data = self.model.buffers[tensor.buffer].data
        return data is not None and len(data) > 0

    def _stored(self, tensor: Any) -> NDArray[Any] | None:
        if not self._holds_numbers(tensor):
            return None
        data = self.model.buffers[tensor.buffer].data
        kind = self.types[tensor.type]
        if kind in ("string", "int4", "resource", "variant"):
            return np.frombuffer(bytes(bytearray(data)), np.uint8)
        shape = () if tensor.shape is None else tuple(tensor.shape)
        return np.frombuffer(bytes(bytearray(data)), kind).reshape(shape)

    def _bias(self, graph: Any, places: Sequence[int], said: Value) -> Value:
        """Return a bias: to a kernel its integers are multiples of the scales of rows and weights, whatever is said."""
        rows, weights, bias = (graph.tensors[index] if index >= 0 else None for index in places)
        of_rows, of_weights = _scales(rows), _scales(weights)
        stored = None if bias is None else self._stored(bias)
        if not isinstance(said, Numbers) or stored is None or stored.dtype.kind == "f":
            return said
        if of_rows is None or of_weights is None:
            return said
        return Numbers.scaled(said.name, stored, of_rows * of_weights, np.zeros(()))

    def _bias_says_another(self, graph: Any, operator: Any, places: tuple[int, int, int]) -> bool:
        """Tell whether integers of a bias say a scale that is not the product's, which not every kernel looks at."""
        if len(operator.inputs) <= places[2] or operator.inputs[places[2]] < 0:
            return False
        rows, weights, said = (_scales(graph.tensors[operator.inputs[place]]) for place in places)
        if rows is None or weights is None or said is None:
            return False
        product = (rows * weights).ravel()
        return said.size not in (1, product.size) or not np.allclose(said.ravel(), product, rtol=SAME, atol=0)

    def _odd(self, graph: Any, operator: Any, name: str) -> str:
        """Say what scales of integers do besides standing for numbers; empty where that is nothing."""
        tensors = [graph.tensors[index] for index in (*operator.inputs, *operator.outputs) if index >= 0]
        scales = [scale for tensor in tensors if (scale := _scales(tensor)) is not None]
        if any(not (scale > 0).all() for scale in scales):
            return "by a scale that is not above 0"
        if name in PRODUCTS and _zero_point(graph.tensors[operator.inputs[PRODUCTS[name][1]]]):
            return "whose weights have a zero point"
        if name in PRODUCTS and self._bias_says_another(graph, operator, PRODUCTS[name]):
            return "whose bias has another scale than the product"
        if name in COPIES:
            moving = [_ends(tensor) for tensor in tensors if _scales(tensor) is not None]
            if any(one != moving[0] for one in moving):
                return "between two scales"
        return ""


def _operators_in_order(graph: Any) -> Iterator[Any]:
    """Yield every operator that the outputs need, each after those that it needs itself."""
    makers = {index: operator for operator in graph.operators for index in operator.outputs}
    ends = (makers[index] for index in graph.outputs if index in makers)
    return depth_first(ends, lambda operator: [makers[index] for index in operator.inputs if index in makers])


def _ends(tensor: Any) -> tuple[Any, ...]:
    """Return scale and zero point of a tensor so that two can be compared."""
    parts = tensor.quantization.scale, tensor.quantization.zeroPoint
    return tuple(tuple(np.ravel(part).tolist()) if part is not None else () for part in parts)


def _scales(tensor: Any) -> NDArray[np.float64] | None:
    """Return what one step of a tensor stands for, one for all or one for each channel; None of floats."""
    known = tensor.quantization if tensor is not None else None
    if known is None or known.scale is None or not len(known.scale):
        return None
    return np.asarray(known.scale, np.float64)


def _scaling(tensor: Any) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Return scale and zero point of a tensor, along their axis; None where it has none."""
    scale = _scales(tensor)
    if scale is None:
        return None
    zero = np.zeros(1) if tensor.quantization.zeroPoint is None else np.asarray(tensor.quantization.zeroPoint)
    shape = () if tensor.shape is None else tuple(tensor.shape)
    wide = [size if place == tensor.quantization.quantizedDimension else 1 for place, size in enumerate(shape)]
    one, other = (np.reshape(part, wide if part.size > 1 else ()) for part in (scale, zero))
    return one, other


def _zero_point(tensor: Any) -> bool:
    """Tell whether another integer than 0 stands for 0."""
    known = tensor.quantization
    return known is not None and known.zeroPoint is not None and bool(np.any(known.zeroPoint))


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
