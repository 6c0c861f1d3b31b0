"""Rewriting of ONNX graphs: what tf2onnx and ONNX Runtime's tools leave behind, in one fixed form."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_export.errors import ConversionError
from tagship_export.original.tracing import INPUT, OUTPUT
from tagship_export.targets.onnx.canonical_names import graphs_of, name_anew

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
    numbered anew in that order, in the graphs of loops and branches as well.
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
    for node in proto.graph.node:
        for graph in graphs_of(node):
            _undocumented(graph)
    name_anew(proto.graph, {INPUT, OUTPUT})
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _undocumented(graph: Any) -> None:
    """Take the name of a graph within another, what its nodes say, and the shapes that its values are said to have."""
    graph.name, graph.doc_string = "inner", ""
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        for axis in value.type.tensor_type.shape.dim:
            axis.ClearField("dim_param")  # numbers of the process that converted
    for node in graph.node:
        node.doc_string = ""
        for inner in graphs_of(node):
            _undocumented(inner)
