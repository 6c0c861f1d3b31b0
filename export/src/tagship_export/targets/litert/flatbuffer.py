"""Reading and rewriting of .tflite FlatBuffers."""

from __future__ import annotations

from tagship_export.original.tracing import INPUT, OUTPUT


def name_ends(payload: bytes) -> bytes:
    """Name tensors ``features`` and ``scores`` instead of ``serving_default_features:0`` and the like.

    Written anew, so that buffers which a quantizer put behind the FlatBuffer come back into it.
    """
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payload))
    graph = model.subgraphs[0]
    graph.tensors[graph.inputs[0]].name = INPUT.encode()
    graph.tensors[graph.outputs[0]].name = OUTPUT.encode()
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def operator_names() -> dict[int, str]:
    """Return the names of builtin operators by number."""
    from ai_edge_litert import schema_py_generated as schema

    return {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def operations(payload: bytes) -> frozenset[str]:
    """Return names of the builtin operations that the model uses."""
    from ai_edge_litert import schema_py_generated as schema

    names = operator_names()
    model = schema.Model.GetRootAs(payload, 0)
    codes = map(model.OperatorCodes, range(model.OperatorCodesLength()))
    return frozenset(names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())] for code in codes)
