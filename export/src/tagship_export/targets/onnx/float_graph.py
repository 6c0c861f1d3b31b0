"""ONNX models as graphs of operations on numbers: pairs that only quantize are left out, integers are numbers again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from tagship_export.targets.onnx.canonical_names import graphs_of, needed_by, nodes_in_order
from tagship_export.targets.onnx.integer_lookups import Lookup, integer_lookups

PLAIN_GEMM = {"alpha": 1.0, "beta": 1.0, "transA": 0}
"""Attributes of a Gemm that is a MatMul and an Add."""


BIASED = ("Gemm", "Conv", "ConvTranspose")
"""Operations that add a bias to their product."""

STANDARD = ("", "ai.onnx")
"""Domains of the standard's own operations."""

LISTS = ("float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data")
"""Places of a tensor's numbers other than ``raw_data``."""

CLOSE = 1e-3
"""Share by which the scale of a bias may differ from that of the product that it is added to."""


def float_graph(payload: bytes) -> FloatGraph:
    """Read a model; see :class:`tagship_export.targets.float_graph.FloatGraph`."""
    import onnx

    proto = onnx.load_from_string(payload)
    versions = (f"opset {entry.version}" for entry in proto.opset_import if entry.domain in STANDARD)
    own = (f"a function {function.domain}.{function.name} of its own" for function in proto.functions)
    graph = _read(proto.graph, [value.name for value in proto.graph.input])
    return replace(graph, language=(*versions, *own))


def _read(graph: Any, given: Sequence[str]) -> FloatGraph:
    """Read a graph, whose values of other graphs are named in ``given``, those that it takes itself included."""
    rewritten = _Rewritten.of(graph)
    values: dict[str, Value] = {"": None}
    values.update((name, Given(place)) for place, name in enumerate(given))
    operations: list[Operation] = []
    for node in nodes_in_order(rewritten.graph):
        operations.append(_operation(node, rewritten, values))
        for place, name in enumerate(node.output):
            values[name] = Made(len(operations) - 1, place)
    outputs = tuple(_value(value.name, rewritten, values) for value in rewritten.graph.output)
    return FloatGraph(tuple(operations), outputs, ranges=tuple(_ranges(rewritten, values)))


def _ranges(rewritten: _Rewritten, values: Mapping[str, Value]) -> Iterator[Range]:
    """Yield the ranges of values that are held as integers."""
    for name, scaling in rewritten.rounded:
        value = values.get(rewritten.root(name))
        if isinstance(value, Given | Made):
            yield Range.of(name, value, *scaling)


def _operation(node: Any, rewritten: _Rewritten, values: Mapping[str, Value]) -> Operation:
    """Read a node; what the graphs within it take from outside are inputs of it."""
    needed = needed_by(node) if any(True for _ in graphs_of(node)) else list(node.input)
    options = {attribute.name: _option(attribute, needed) for attribute in node.attribute}
    name = f"{node.domain}.{node.op_type}" if node.domain not in STANDARD else str(node.op_type)
    inputs = tuple(_value(one, rewritten, values) for one in needed)
    return Operation(name, tuple(sorted(options.items())), inputs, tuple(node.output))


def _value(name: str, rewritten: _Rewritten, values: Mapping[str, Value]) -> Value:
    return rewritten.numbers[name] if name in rewritten.numbers else values.get(name, Given(name))


def _option(attribute: Any, outer: Sequence[str]) -> Any:
    """Return an attribute so that two of them can be compared."""
    import onnx

    if attribute.HasField("g"):
        return _read(attribute.g, [*(value.name for value in attribute.g.input), *outer])
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, onnx.TensorProto):
        return Numbers.as_stored(attribute.name, onnx.numpy_helper.to_array(value))
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Rewritten:
    """A graph without what quantizes, and its constants as numbers.

    Attributes:
        graph: A copy.
        numbers: Constants by name.
        same: What a value is another name of.
        rounded: Names of values that pass through integers, with scale, zero point and type of those.
    """

    graph: Any
    numbers: dict[str, Numbers]
    same: dict[str, str] = field(default_factory=dict)
    rounded: list[tuple[str, tuple[NDArray[Any], NDArray[Any], Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, graph: Any) -> _Rewritten:
        """Rewrite a copy of a graph."""
        import onnx

        copy = onnx.GraphProto.FromString(graph.SerializeToString())
        _refuse_names_of_two(copy)
        _refuse_numbers_in_two_places(copy)
        stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in copy.initializer}
        found = cls(copy, {name: Numbers.as_stored(name, values) for name, values in stored.items()})
        makers = {name: node for node in copy.node for name in node.output if name}
        biases = set(_biases(copy, stored, makers))
        looked_up = {lookup.output: lookup for lookup in integer_lookups(copy.node, stored)}
        for lookup in looked_up.values():
            found._pass_lookup(lookup, stored[lookup.table])
        for node in nodes_in_order(copy):
            found._pass(node, stored, makers, biases)
        for node in copy.node:
            if node.op_type in BIASED and node.input[2:] and node.input[2] in biases:
                _, weights, bias = (found.numbers.get(name) for name in node.input)
                if weights is not None and bias is not None:
                    found.numbers[node.input[1]] = beside_bias(weights, bias)
            _undo_dynamic(node, found.numbers, stored, makers, looked_up)
        kept = [node for node in copy.node if node.output[0] not in found.numbers]
        del copy.node[:]
        copy.node.extend(kept)
        _split_gemms(copy, found.numbers)
        for node in copy.node:
            node.input[:] = [found.root(name) for name in node.input]
        for value in copy.output:
            value.name = found.root(value.name)
        return found

    def root(self, name: str) -> str:
        """Return the name of what a value is but for its rounding."""
        while name in self.same:
            name = self.same[name]
        return name

    def _pass(
        self, node: Any, stored: Mapping[str, NDArray[Any]], makers: Mapping[str, Any], biases: AbstractSet[str]
    ) -> None:
        """Note what a node gives where that is a constant, or another value but for its rounding."""
        source = node.input[0] if node.input else ""
        if node.op_type == "Identity":
            self.same[node.output[0]] = source
        elif node.op_type == "Cast" and source in stored and stored[source].dtype == np.float16:
            self.numbers[node.output[0]] = self.numbers[source]
        elif node.op_type == "DequantizeLinear":
            if source in stored:
                numbers = _dequantized(node, stored)
                if numbers is not None and (stored[source].dtype.itemsize <= 2 or node.output[0] in biases):
                    self.numbers[node.output[0]] = numbers
            elif source in makers and _same_scaling(makers[source], node, stored):
                self._pass_pair(makers[source].input[0], node, stored)

    def _pass_pair(self, source: str, node: Any, stored: Mapping[str, NDArray[Any]]) -> None:
        """Note what a node gives that dequantizes what was quantized: the value itself, or a constant, rounded."""
        scale, *zero = (stored[name] for name in node.input[1:] if name)
        found = zero[0] if zero else np.zeros((), np.uint8)  # what the standard takes where none is given
        constant = self.numbers.get(self.root(source))
        if constant is None:
            self.same[node.output[0]] = source
            self.rounded.append((source, (scale, found, found.dtype)))
            return
        scale, zero_point = (_broadcast(part, constant.values, _axis(node)) for part in (scale, found))
        self.numbers[node.output[0]] = constant.through(scale, zero_point, found.dtype)

    def _pass_lookup(self, lookup: Lookup, stored: NDArray[Any]) -> None:
        """Note that integers become numbers behind a look-up among them, and for it alone."""
        self.numbers[lookup.table] = Numbers.scaled(lookup.table, stored, lookup.scale, lookup.zero_point)
        self.same.update((name, lookup.output) for name in lookup.dequantized)


def _refuse_names_of_two(graph: Any) -> None:
    """Refuse a name that stands for two values, of which readers take the first or the last, or what a caller gives.

    Files of IR versions below 4 list their constants among the inputs, which later ones need not.

    Raises:
        TwoReadingsError: Naming it.
    """
    constants = [tensor.name for tensor in graph.initializer]
    given = {value.name for value in graph.input}.intersection(constants)
    if given:
        raise TwoReadingsError(f"{min(given)!r} is a constant and an input, for which a caller may give another value")
    sparse = (tensor.values.name for tensor in graph.sparse_initializer)
    made = [name for node in graph.node for name in node.output if name]
    written = {value.name for value in graph.input}.intersection(made)
    counted = Counter((*constants, *sparse, *made, *written))
    twice = next((name for name, times in counted.items() if times > 1), None)
    if twice is not None:
        raise TwoReadingsError(f"{twice!r} is the name of two values, of which an engine may take either")


def _refuse_numbers_in_two_places(graph: Any) -> None:
    """Refuse a tensor that holds its numbers as bytes and as a list.

    Raises:
        TwoReadingsError: Naming it.
    """
    attributes = (attribute for node in graph.node for attribute in node.attribute)
    inside = (attribute.t for attribute in attributes if attribute.HasField("t"))
    for tensor in (*graph.initializer, *inside):
        if tensor.HasField("raw_data") and any(getattr(tensor, name) for name in LISTS):
            raise TwoReadingsError(f"{tensor.name!r} has numbers in two places, of which an engine may take either")


def _biases(graph: Any, stored: Mapping[str, NDArray[Any]], makers: Mapping[str, Any]) -> Iterator[str]:
    """Yield what dequantizes a bias whose scale is that of the product that it is added to; another could hide it."""
    for node in graph.node:
        parts = [makers.get(name) for name in node.input[:3]] if node.op_type in BIASED else []
        if len(parts) < 3 or any(part is None or part.op_type != "DequantizeLinear" for part in parts):
            continue
        scales = [stored.get(part.input[1]) for part in parts if part is not None]
        rows, weights, bias = (None if scale is None else scale.astype(np.float64) for scale in scales)
        if rows is None or weights is None or bias is None or bias.size not in (1, weights.size):
            continue
        if np.allclose(bias.ravel(), (rows * weights).ravel(), rtol=CLOSE, atol=0):
            yield str(node.input[2])


def _dequantized(node: Any, stored: Mapping[str, NDArray[Any]]) -> Numbers | None:
    """Return the numbers that a constant stands for; None where its scale is computed."""
    if any(name and name not in stored for name in node.input):
        return None
    values, scale, *zero = (stored[name] for name in node.input if name)
    along = (_broadcast(part, values, _axis(node)) for part in (scale, *(zero or [np.zeros(())])))
    return Numbers.scaled(node.input[0], values, *along)


def _axis(node: Any) -> int:
    """Return the axis along which a node has scales."""
    return next((int(attribute.i) for attribute in node.attribute if attribute.name == "axis"), 1)


def _broadcast(part: NDArray[Any], values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return a scale along its axis."""
    if part.size == 1:
        return part.reshape(())
    return part.reshape([size if place == axis % values.ndim else 1 for place, size in enumerate(values.shape)])


def _same_scaling(quantizes: Any, dequantizes: Any, stored: Mapping[str, NDArray[Any]]) -> bool:
    """Tell whether a pair gives back what it takes, but for rounding: by one constant scale and zero point."""
    if quantizes.op_type != "QuantizeLinear" or quantizes.domain != dequantizes.domain:
        return False
    pairs = list(zip(quantizes.input[1:], dequantizes.input[1:], strict=False))
    if len(quantizes.input) != len(dequantizes.input) or any(not {*pair} <= stored.keys() for pair in pairs):
        return False
    if list(quantizes.attribute) != list(dequantizes.attribute):
        return False
    return bool(
        all(np.array_equal(stored[one], stored[other]) for one, other in pairs)
        and (stored[quantizes.input[1]] > 0).all()
    )


def _undo_dynamic(
    node: Any,
    numbers: dict[str, Numbers],
    stored: Mapping[str, NDArray[Any]],
    makers: Mapping[str, Any],
    looked_up: Collection[str],
) -> None:
    """Make the last operation of a product of integers the product itself; in place.

    Its rows are quantized on the fly, or are integers that were looked up.
    """
    if node.op_type != "Mul":
        return
    for sums, scales in (node.input, list(node.input)[::-1]):
        found = _dynamic_product(makers.get(sums), makers.get(scales), stored, makers, looked_up)
        if found is not None:
            rows, weights, constant = found
            numbers[f"{weights}:product"] = constant
            node.op_type = "MatMul"
            node.input[:] = [rows, f"{weights}:product"]
            return


def _dynamic_product(
    cast: Any,
    scales: Any,
    stored: Mapping[str, NDArray[Any]],
    makers: Mapping[str, Any],
    looked_up: Collection[str],
) -> tuple[str, str, Numbers] | None:
    """Return what a product takes, the name of its weights, and those as numbers; None where it is no such product."""
    if cast is None or scales is None or (cast.op_type, scales.op_type) != ("Cast", "Mul"):
        return None
    product = makers.get(cast.input[0])
    if product is None or product.op_type != "MatMulInteger":
        return None
    rows, weights, *zeros = product.input
    taken = rows if rows in looked_up else _quantized_on_the_fly(rows, zeros[:1], scales.input[0], makers)
    if taken is None or {*zeros[1:], weights, scales.input[1]} - stored.keys():
        return None
    values, last = stored[weights], stored[weights].ndim - 1
    parts = stored[scales.input[1]], stored[zeros[1]] if zeros[1:] else np.zeros(())
    return taken, weights, Numbers.scaled(weights, values, *(_broadcast(part, values, last) for part in parts))


def _quantized_on_the_fly(rows: str, zero: Sequence[str], scale: str, makers: Mapping[str, Any]) -> str | None:
    """Return what rows of integers were quantized from, by the scale and zero point of a product; None if otherwise."""
    source = makers.get(rows)
    if source is None or source.op_type != "DynamicQuantizeLinear":
        return None
    return str(source.input[0]) if list(source.output) == [rows, scale, *zero] else None


def _split_gemms(graph: Any, numbers: dict[str, Numbers]) -> None:
    """Write each plain Gemm as MatMul and Add, since some recipes do; in place."""
    import onnx

    nodes = []
    for node in graph.node:
        options = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        turned = options.pop("transB", 0)
        weights = node.input[1] if len(node.input) > 1 else ""
        plain = all(PLAIN_GEMM.get(name) == value for name, value in options.items())
        if node.op_type != "Gemm" or not plain or (turned and weights not in numbers):
            nodes.append(node)
            continue
        nodes += _as_product_and_sum(node, _turned(weights, numbers) if turned else weights)
    del graph.node[:]
    graph.node.extend(nodes)


def _as_product_and_sum(node: Any, weights: str) -> Iterator[Any]:
    import onnx

    adds = len(node.input) > 2 and node.input[2]
    product = f"{node.output[0]}:product" if adds else node.output[0]
    yield onnx.helper.make_node("MatMul", [node.input[0], weights], [product])
    if adds:
        yield onnx.helper.make_node("Add", [product, node.input[2]], [node.output[0]])


def _turned(name: str, numbers: dict[str, Numbers]) -> str:
    """Add a constant with its axes turned round, and return its name."""
    found = numbers[name]
    step, least = (np.transpose(part) for part in (found.step, np.asarray(found.least)))
    numbers[f"{name}:turned"] = replace(found, values=found.values.T, step=step, least=least)
    return f"{name}:turned"
