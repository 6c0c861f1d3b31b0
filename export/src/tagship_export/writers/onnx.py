"""ONNX through tf2onnx, conservative enough for old runtimes and browsers."""

from __future__ import annotations

from typing import Any

from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.writers.graph import INPUT, OUTPUT, freeze

OPSET, IR_VERSION = 17, 8


def convert(model: Any) -> bytes:
    """See :func:`tagship_export.writers.write`."""
    import onnx
    import tf2onnx

    graph, output = freeze(model)
    try:
        proto, _ = tf2onnx.convert.from_graph_def(
            graph, name="tagship", input_names=[f"{INPUT}:0"], output_names=[output], opset=OPSET
        )
    except Exception as error:  # tf2onnx raises several unrelated types
        raise ConversionError(f"tf2onnx refuses the model: {' '.join(str(error).split())[:300]}") from error
    # What it cannot convert, tf2onnx only logs, and writes out as it was.
    unknown = {node.op_type for node in proto.graph.node if not onnx.defs.has(node.op_type, OPSET, node.domain)}
    if unknown:
        raise UnsupportedOpsError("ONNX", tuple(sorted(unknown)))
    return _tidy(proto)


def _tidy(proto: Any) -> bytes:
    """Fixed names for input, output and batch axis, whatever tf2onnx called them."""
    inputs, outputs = list(proto.graph.input), list(proto.graph.output)
    if len(inputs) != 1 or len(outputs) != 1:
        raise ConversionError(f"tf2onnx made {len(inputs)} inputs and {len(outputs)} outputs; one of each is needed")
    new_names = {inputs[0].name: INPUT, outputs[0].name: OUTPUT}
    for node in proto.graph.node:
        node.input[:] = [new_names.get(name, name) for name in node.input]
        node.output[:] = [new_names.get(name, name) for name in node.output]
    for value in (inputs[0], outputs[0]):
        value.name = new_names[value.name]
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    proto.ir_version = IR_VERSION
    del proto.metadata_props[:]
    data: bytes = proto.SerializeToString(deterministic=True)
    return data
