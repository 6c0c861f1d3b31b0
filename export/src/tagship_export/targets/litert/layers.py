"""Intermediate values of a .tflite model, operation by operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_export.original.tracing import OUTPUT
from tagship_runtime.engines.quantization import dequantize, quantize
from tagship_runtime.typing import Features


def layer_values(payload: bytes, rows: Features) -> dict[str, Any]:
    """See :class:`tagship_export.targets.base.Target`."""
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    engine = Interpreter(
        model_content=payload,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    into = engine.get_input_details()[0]
    engine.resize_tensor_input(into["index"], rows.shape)
    engine.allocate_tensors()
    dtype, (scale, zero_point) = np.dtype(into["dtype"]), into["quantization"]
    engine.set_tensor(into["index"], quantize(rows, scale, zero_point, dtype) if scale else rows.astype(dtype))
    engine.invoke()
    details = {detail["index"]: detail for detail in engine.get_tensor_details()}
    graph = schema.Model.GetRootAs(payload, 0).Subgraphs(0)
    found = {}
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        for index in operator.OutputsAsNumpy().tolist():
            value = engine.get_tensor(index)
            scale, zero_point = details[index]["quantization"]
            found[details[index]["name"]] = dequantize(value, scale, zero_point) if scale else value
            if index == graph.Outputs(0):  # other converters have other names for it
                found[OUTPUT] = found[details[index]["name"]]
    return found
