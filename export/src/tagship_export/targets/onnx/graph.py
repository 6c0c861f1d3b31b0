"""Rewriting of ONNX graphs: what tf2onnx and ONNX Runtime's tools leave behind, in one fixed form.

tf2onnx walks sets, so names, and the order of nodes and initializers, change with Python's hash seed. A file
that claims to be reproducible needs one order and one set of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from tagship_export.errors import ConversionError
from tagship_export.original.tracing import INPUT, OUTPUT

COUNTER = re.compile(r"__\d+|:0$")
TYPE_CHANGES = {"QuantizeLinear", "DequantizeLinear", "Cast"}
DOMAINS = {"": "", "ai.onnx": ""}


def has_subgraphs(proto: Any) -> bool:
    """Tell whether there are loops or branches, as in recurrent layers that are not unrolled."""
    return any(attribute.HasField("g") for node in proto.graph.node for attribute in node.attribute)


def name_ends(proto: Any, batch: int | None) -> None:
    """Give fixed names to input, output and batch axis, whatever the converter called them; in place."""
    inputs, outputs = list(proto.graph.input), list(proto.graph.output)
    if len(inputs) != 1 or len(outputs) != 1:
        raise ConversionError(f"tf2onnx made {len(inputs)} inputs and {len(outputs)} outputs; one of each is needed")
    new_names = {inputs[0].name: INPUT, outputs[0].name: OUTPUT}
    for node in proto.graph.node:
        node.input[:] = [new_names.get(name, name) for name in node.input]
        node.output[:] = [new_names.get(name, name) for name in node.output]
    for value in (inputs[0], outputs[0]):
        value.name = new_names[value.name]
        axis = value.type.tensor_type.shape.dim[0]
        if batch is None:
            axis.dim_param = "batch"
        else:
            axis.dim_value = batch


def replace_erfc(proto: Any) -> None:
    """Write erfc, which the exact gelu uses and ONNX lacks, as 1 - erf(x); in place."""
    import onnx

    found = [node for node in proto.graph.node if node.op_type == "Erfc"]
    for node in found:
        inner = f"{node.output[0]}_erf"
        erf = onnx.helper.make_node("Erf", [node.input[0]], [inner])
        difference = onnx.helper.make_node("Sub", ["one", inner], [node.output[0]])
        proto.graph.node.remove(node)
        proto.graph.node.extend([erf, difference])
    if found:
        proto.graph.initializer.append(onnx.numpy_helper.from_array(np.float32(1), "one"))


def fuse_gemm(proto: Any) -> None:
    """Make one Gemm, which quantizes as one, of MatMul and Add of a vector, on matrices; in place."""
    import onnx

    known = onnx.shape_inference.infer_shapes(proto).graph
    ranks = {
        value.name: len(value.type.tensor_type.shape.dim)
        for value in (*known.input, *known.value_info)
        if value.type.tensor_type.HasField("shape")
    }
    shapes = {tensor.name: tuple(tensor.dims) for tensor in proto.graph.initializer}
    users: dict[str, list[Any]] = {}
    for node in proto.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for node in [node for node in proto.graph.node if node.op_type == "MatMul"]:
        rows, weights = node.input
        after = users.get(node.output[0], [])
        if ranks.get(rows) != 2 or len(shapes.get(weights, ())) != 2 or [n.op_type for n in after] != ["Add"]:
            continue
        bias = next(name for name in after[0].input if name != node.output[0])
        if shapes.get(bias) != shapes[weights][1:]:
            continue
        node.op_type = "Gemm"
        node.input.append(bias)
        node.output[0] = after[0].output[0]
        proto.graph.node.remove(after[0])


def canonical(proto: Any, opset: int, ir_version: int) -> bytes:
    """Return the one serialization of a graph.

    Nodes stand depth first from the output and have no names; those of values lose their counters and are
    numbered anew in that order. Graphs with subgraphs keep names and order as they are.
    """
    import onnx

    proto.ir_version = ir_version
    proto.doc_string = proto.graph.doc_string = ""
    proto.graph.name = "tagship"
    for node in proto.graph.node:
        node.doc_string = ""
    del proto.graph.value_info[:]
    del proto.metadata_props[:]
    domains = {DOMAINS.get(node.domain, node.domain) for node in proto.graph.node}
    del proto.opset_import[:]
    proto.opset_import.extend(
        onnx.helper.make_opsetid(domain, 1 if domain else opset) for domain in sorted(domains | {""})
    )
    if not has_subgraphs(proto):
        _rename(proto.graph, list(_depth_first(proto.graph)))
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _depth_first(graph: Any) -> Iterator[Any]:
    """Yield every node that the output needs, each after those that it needs itself."""
    maker = {name: node for node in graph.node for name in node.output if name}
    done: set[int] = set()
    stack = [maker[graph.output[0].name]]
    while stack:
        node = stack[-1]
        waiting = [maker[name] for name in node.input if name in maker and id(maker[name]) not in done]
        if id(node) not in done and waiting:
            stack += reversed(waiting)
            continue
        stack.pop()
        if id(node) not in done:
            done.add(id(node))
            yield node


def _rename(graph: Any, nodes: list[Any]) -> None:
    """Keep names of layers for values; number constants, and what only changes a type."""
    import onnx

    constants = {tensor.name: tensor for tensor in graph.initializer}
    names = {"": "", INPUT: INPUT, OUTPUT: OUTPUT}
    taken = {INPUT, OUTPUT}
    used: list[Any] = []
    for node in nodes:
        for name in node.input:
            if name in constants and name not in names:
                names[name] = _fresh("w", taken)
                used.append(constants[name])
        for name in node.output:
            if name not in names:
                names[name] = _fresh("v" if node.op_type in TYPE_CHANGES else COUNTER.sub("", name), taken)
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    for node in copies:
        node.name = ""
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    tensors = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in used]
    for tensor in tensors:
        tensor.name = names[tensor.name]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(copies)
    graph.initializer.extend(tensors)


def _fresh(name: str, taken: set[str]) -> str:
    """Return the name, with a number behind it if it is taken."""
    new, number = name, 1
    while new in taken:
        number += 1
        new = f"{name}__{number}"
    taken.add(new)
    return new
