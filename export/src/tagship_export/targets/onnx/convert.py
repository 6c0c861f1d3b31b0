"""ONNX through tf2onnx, conservative enough for old runtimes and browsers: opset 17, IR version 8."""

from __future__ import annotations

from typing import Any

from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.original.tracing import INPUT, freeze, row_shape
from tagship_export.targets.onnx.equal_nodes import first_names, rename_equal
from tagship_export.targets.onnx.graph import canonical, fuse_gemm, has_subgraphs, name_ends, replace_erfc
from tagship_export.targets.onnx.quantize import IR_VERSION, OPSET


def convert(model: Any, batch: int | None = None, *, floats: bool = False) -> bytes:
    """Convert a model as trained; see :class:`tagship_export.targets.base.Target`.

    Args:
        model: Keras.
        batch: A fixed batch size, None for a free one.
        floats: Whether a model of integers takes them as float32.
    """
    import onnx
    import tf2onnx

    graph, output = freeze(model, batch, floats=floats)
    names = first_names(graph)
    try:
        proto, _ = tf2onnx.convert.from_graph_def(
            graph,
            name="tagship",
            input_names=[f"{INPUT}:0"],
            output_names=[output],
            opset=OPSET,
            shape_override={f"{INPUT}:0": [batch, *row_shape(model)]} if batch else None,
        )
    except Exception as error:  # tf2onnx raises several unrelated types
        raise ConversionError(f"tf2onnx refuses the model: {' '.join(str(error).split())[:300]}") from error
    name_ends(proto, batch)
    replace_erfc(proto)
    # What it cannot convert, tf2onnx only logs, and writes out as it was.
    unknown = {node.op_type for node in proto.graph.node if not onnx.defs.has(node.op_type, OPSET, node.domain)}
    if unknown:
        raise UnsupportedOpsError("ONNX", tuple(sorted(unknown)))
    if not has_subgraphs(proto):
        rename_equal(proto, names)
    fuse_gemm(proto)
    return canonical(proto, OPSET, IR_VERSION)
