"""One order of nodes and one set of names for a graph and the graphs within it, whatever a converter called them.

tf2onnx walks sets, so names, and the order of nodes and initializers, change with Python's hash seed.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from tagship_export.targets.depth_first import depth_first

COUNTER = re.compile(r"__\d+|:0$")
TYPE_CHANGES = {"QuantizeLinear", "DequantizeLinear", "Cast"}

WEIGHTED = {"Gemm", "MatMul", "Conv", "ConvTranspose", "LSTM", "GRU"}
"""Operations that have weights of their own, and so are never one and the same for two layers."""


def name_anew(graph: Any, kept: set[str]) -> None:
    """Put nodes in depth-first order from the outputs, and name them and their values by it; in place.

    Names of layers stay, but for their counters; where there are loops or branches, those of operations with weights
    alone, since others bear numbers of the process that converted. Nodes that no output needs are left out.

    Args:
        graph: What to name; loops and branches in it have graphs of their own, which see its names.
        kept: Names of values that stay as they are.
    """
    layers = WEIGHTED if any(True for node in graph.node for _ in graphs_of(node)) else None
    _Scope(ChainMap({"": ""} | {name: name for name in kept}), set(kept), layers).name(graph)


class _Scope:
    """Names in one graph.

    Args:
        names: New ones by old ones, those of outer graphs behind its own.
        taken: All new names, since a graph must not hide those of the graphs around it.
        layers: Operations whose values keep the names of layers; None for all.
    """

    def __init__(self, names: ChainMap[str, str], taken: set[str], layers: AbstractSet[str] | None) -> None:
        self.names, self.taken, self.layers = names, taken, layers

    def name(self, graph: Any) -> None:
        """Rename everything in a graph."""
        import onnx

        for value in graph.input:
            value.name = self._new(value.name, "i")
        constants = {tensor.name: tensor for tensor in graph.initializer}
        used: list[Any] = []
        nodes: list[Any] = []
        for node in nodes_in_order(graph):
            self._constants(needed_by(node), constants, used)
            nodes.append(self._renamed(node))
        self._constants([value.name for value in graph.output], constants, used)
        tensors = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in used]
        for tensor in tensors:
            tensor.name = self.names[tensor.name]
        for value in graph.output:
            value.name = self.names[value.name]
        del graph.node[:], graph.initializer[:]
        graph.node.extend(nodes)
        graph.initializer.extend(tensors)

    def _constants(self, names: list[str], constants: dict[str, Any], used: list[Any]) -> None:
        for name in names:
            if name in constants and name not in self.names.maps[0]:
                self._new(name, "w")
                used.append(constants[name])

    def _renamed(self, node: Any) -> Any:
        """Return a copy with new names, those of the graphs within it included."""
        import onnx

        copy = onnx.NodeProto.FromString(node.SerializeToString())
        copy.name = ""
        copy.input[:] = [self.names[name] for name in node.input]
        for graph in graphs_of(copy):
            plain_outputs(graph)
            _Scope(self.names.new_child(), self.taken, frozenset()).name(graph)
        copy.output[:] = [self._new(name, self._wanted(node, name)) for name in node.output]
        return copy

    def _wanted(self, node: Any, name: str) -> str:
        if node.op_type in TYPE_CHANGES:
            return "v"
        keeps = self.layers is None or node.op_type in self.layers
        return COUNTER.sub("", name) if keeps else str(node.op_type)

    def _new(self, old: str, wanted: str) -> str:
        """Return the new name of a value of this graph, with a number behind it if it is taken."""
        own = self.names.maps[0]
        if old in own:
            return own[old]
        new, number = wanted, 1
        while new in self.taken:
            number += 1
            new = f"{wanted}__{number}"
        self.taken.add(new)
        own[old] = new
        return new


def plain_outputs(graph: Any) -> None:
    """Leave out copies of values within a graph; an output that is another's value is the one copy; in place."""
    import onnx

    source = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity"}

    def root(name: str) -> str:
        while name in source:
            name = source[name]
        return name

    for node in graph.node:
        node.input[:] = [root(name) for name in node.input]
    made = {name for node in graph.node if node.op_type != "Identity" for name in node.output}
    given: set[str] = set()
    for value in graph.output:
        own = root(value.name)
        if own in made and own not in given:
            given.add(own)
            value.name = own
        elif value.name in source or own in given:
            copy = f"{value.name}:copy"
            graph.node.append(onnx.helper.make_node("Identity", [own], [copy]))
            value.name = copy


def graphs_of(node: Any) -> Iterator[Any]:
    """Yield the graphs within a node, by the names of its attributes."""
    for attribute in sorted(node.attribute, key=lambda attribute: str(attribute.name)):
        if attribute.HasField("g"):
            yield attribute.g


def needed_by(node: Any) -> list[str]:
    """Return names of the values that a node needs of its graph, those that graphs within it take included."""
    names = list(node.input)
    for graph in graphs_of(node):
        own = {value.name for value in (*graph.input, *graph.initializer)}
        own.update(name for inner in graph.node for name in inner.output)
        inside = [name for inner in nodes_in_order(graph) for name in needed_by(inner)]
        names += [name for name in (*inside, *(value.name for value in graph.output)) if name not in own]
    return [name for name in names if name]


def nodes_in_order(graph: Any) -> Iterator[Any]:
    """Yield every node that the outputs need, each after those that it needs itself."""
    maker = {name: node for node in graph.node for name in node.output if name}
    ends = (maker[value.name] for value in graph.output if value.name in maker)
    return depth_first(ends, lambda node: [maker[name] for name in needed_by(node) if name in maker])
