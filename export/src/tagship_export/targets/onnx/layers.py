"""Intermediate values of an ONNX model, node by node."""

from __future__ import annotations

from typing import Any

from tagship_export.original.tracing import OUTPUT
from tagship_runtime.typing import Features


def layer_values(payload: bytes, rows: Features) -> dict[str, Any]:
    """See :class:`tagship_export.targets.base.Target`."""
    import onnx
    import onnxruntime

    proto = onnx.load_from_string(payload)
    names = [name for node in proto.graph.node for name in node.output if name]
    known = {value.name for value in proto.graph.output}
    proto.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
        kind = onnx.helper.tensor_dtype_to_np_dtype(proto.graph.input[0].type.tensor_type.elem_type)
        values = session.run(names, {proto.graph.input[0].name: rows.astype(kind)})
    except Exception as error:  # its exceptions have no common base but this
        raise ValueError(f"ONNX Runtime gives no values between the layers: {error}") from error
    found = dict(zip(names, values, strict=True))
    return found | {OUTPUT: found[proto.graph.output[0].name]}  # other converters have other names for it
