"""Changes of a payload's graph that leave every stored number as it was: what happens to numbers on their way."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def with_constant_clipped(payload: bytes) -> bytes:
    """A model whose factors of scaling pass through 8 or 16 bits that hold half of the largest.

    With ONNX each has a scale of its own, so that all others stay as they are to the last digit.
    """
    return _clipped_in_tflite(payload) if payload[4:8] == b"TFL3" else _clipped_in_onnx(payload)


def _clipped_in_onnx(payload: bytes) -> bytes:
    import onnx

    proto = onnx.load_from_string(payload)
    place, node, name, values = _factors_of_onnx(proto)
    scale = (np.abs(values) / 127).astype(np.float32).ravel()
    scale[np.abs(values).argmax()] /= 2
    pair = quantized_and_back(proto, name, scale, np.zeros(scale.size, np.int8), axis=values.ndim - 1)
    node.input[list(node.input).index(name)] = pair[1].output[0]
    for one in pair[::-1]:
        proto.graph.node.insert(place, one)
    return bytes(proto.SerializeToString(deterministic=True))


def with_coarse_channel(payload: bytes) -> bytes:
    """An ONNX model that rounds the last column of what its first product takes to steps a million times coarser.

    Its bias is stored in floats, as some tools do.
    """
    import onnx
    from onnx import numpy_helper

    proto = onnx.load_from_string(payload)
    graph = proto.graph
    makers = {name: node for node in graph.node for name in node.output}
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    place, product = next((place, one) for place, one in enumerate(graph.node) if one.op_type == "Gemm")
    taken, scale = product.input[0], np.float32(0.1)
    weights = stored.get(product.input[1])
    if weights is None:
        quantizes, rows, _, bias = (makers[name] for name in (makers[taken].input[0], taken, *product.input[1:3]))
        taken, scale, weights = quantizes.input[0], stored[rows.input[1]], stored[makers[product.input[1]].input[0]]
        floats = stored[bias.input[0]] * stored[bias.input[1]]
        graph.initializer.append(numpy_helper.from_array(floats.astype(np.float32), "bias"))
        product.input[2] = "bias"
    scales = np.full(weights.shape[0], scale, np.float32)
    scales[-1] *= 1e6
    pair = quantized_and_back(proto, taken, scales, np.zeros(scales.size, np.int8), axis=1)
    product.input[0] = pair[1].output[0]
    for one in pair[::-1]:
        graph.node.insert(place, one)
    return bytes(proto.SerializeToString(deterministic=True))


def with_constant_of_sixteen_bits(payload: bytes) -> bytes:
    """An ONNX model that stores its factors of scaling as integers of 16 bits, by one scale for all."""
    import onnx
    from onnx import helper, numpy_helper

    proto = onnx.load_from_string(payload)
    place, node, name, values = _factors_of_onnx(proto)
    step = np.float32(np.abs(values).max() / 32767)
    arrays = {"integers": np.rint(values / step).astype(np.int16), "step": step, "zero": np.int16(0)}
    proto.graph.initializer.extend(numpy_helper.from_array(np.asarray(one), name) for name, one in arrays.items())
    node.input[list(node.input).index(name)] = "floats"
    proto.graph.node.insert(
        place, helper.make_node("DequantizeLinear", list(arrays), ["floats"], domain="com.microsoft")
    )
    if all(entry.domain != "com.microsoft" for entry in proto.opset_import):
        proto.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return bytes(proto.SerializeToString(deterministic=True))


def _factors_of_onnx(proto: Any) -> tuple[int, Any, str, NDArray[np.float32]]:
    """The first multiplication by several constants, its place, and name and numbers of those."""
    from onnx import numpy_helper

    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    return next(
        (place, node, name, stored[name])
        for place, node in enumerate(proto.graph.node)
        for name in node.input
        if node.op_type == "Mul" and name in stored and stored[name].size > 1
    )


def quantized_and_back(proto: Any, name: str, scale: Any, zero: Any, **attributes: Any) -> list[Any]:
    """The two nodes through which a value of an ONNX model passes integers; scale and zero point are added to it."""
    from onnx import helper, numpy_helper

    names = [f"{name}:scale", f"{name}:zero"]
    for one, values in zip(names, (scale, zero), strict=True):
        proto.graph.initializer.append(numpy_helper.from_array(np.asarray(values), one))
    return [
        helper.make_node("QuantizeLinear", [name, *names], [f"{name}:integers"], **attributes),
        helper.make_node("DequantizeLinear", [f"{name}:integers", *names], [f"{name}:rounded"], **attributes),
    ]


def _clipped_in_tflite(payload: bytes) -> bytes:
    model = read(payload)
    graph = model.subgraphs[0]
    place, multiplies, index = factors(model)
    shape, most = graph.tensors[index].shape, float(np.abs(numbers(model, index)).max())
    integers = add_tensor(model, "integers", shape, "INT16", scale=most / 2 / 32767)
    rounded = add_tensor(model, "rounded", shape, "FLOAT32")
    multiplies.inputs = np.array([rounded if one == index else one for one in multiplies.inputs], np.int32)
    operators = [operator(model, "QUANTIZE", [index], [integers]), operator(model, "DEQUANTIZE", [integers], [rounded])]
    graph.operators[place:place] = operators
    return written(model)


def read(payload: bytes) -> Any:
    """A .tflite model as objects."""
    from ai_edge_litert.tools import flatbuffer_utils

    return flatbuffer_utils.read_model_from_bytearray(bytearray(payload))


def written(model: Any) -> bytes:
    from ai_edge_litert.tools import flatbuffer_utils

    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def factors(model: Any) -> tuple[int, Any, int]:
    """The first multiplication by several constants, its place, and the place of those among the tensors."""
    graph = model.subgraphs[0]
    number = _code(model, "MUL")
    return next(
        (place, one, int(index))
        for place, one in enumerate(graph.operators)
        for index in one.inputs
        if one.opcodeIndex == number
        and model.buffers[graph.tensors[index].buffer].data is not None
        and np.prod(graph.tensors[index].shape) > 1
    )


def numbers(model: Any, index: int) -> NDArray[np.float32]:
    tensor = model.subgraphs[0].tensors[index]
    return np.frombuffer(bytes(bytearray(model.buffers[tensor.buffer].data)), np.float32).reshape(tensor.shape)


def add_tensor(
    model: Any,
    name: str,
    shape: Sequence[int],
    kind: str,
    *,
    scale: float | None = None,
    data: NDArray[np.float32] | None = None,
) -> int:
    """Add a tensor to the first graph, and return its place."""
    from ai_edge_litert import schema_py_generated as schema

    tensor, buffer = schema.TensorT(), schema.BufferT()
    tensor.name, tensor.shape, tensor.type = name.encode(), np.array(shape, np.int32), getattr(schema.TensorType, kind)
    if data is not None:
        buffer.data = np.frombuffer(data.tobytes(), np.uint8)
    model.buffers.append(buffer)
    tensor.buffer = len(model.buffers) - 1
    tensor.quantization = schema.QuantizationParametersT()
    if scale is not None:
        tensor.quantization.scale, tensor.quantization.zeroPoint = np.array([scale], np.float32), np.zeros(1, np.int64)
    model.subgraphs[0].tensors.append(tensor)
    return len(model.subgraphs[0].tensors) - 1


def operator(model: Any, kind: str, inputs: Sequence[int], outputs: Sequence[int]) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    made = schema.OperatorT()
    made.opcodeIndex = _code(model, kind)
    made.inputs, made.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
    return made


def _code(model: Any, kind: str) -> int:
    """The place of an operation among those that the model has, where it is put if it is not among them."""
    from ai_edge_litert import schema_py_generated as schema

    number = getattr(schema.BuiltinOperator, kind)
    for place, code in enumerate(model.operatorCodes):
        if max(code.builtinCode, code.deprecatedBuiltinCode) == number:
            return place
    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 2
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def with_second_writer(payload: bytes) -> bytes:
    """A .tflite model whose scaled inputs are computed twice, with a factor of 0 before and as it should be behind."""
    model = read(payload)
    graph = model.subgraphs[0]
    place, honest, index = factors(model)
    wrong = numbers(model, index).copy()
    wrong.flat[0] = 0
    other = add_tensor(model, "other", wrong.shape, "FLOAT32", data=wrong)
    first = copy.deepcopy(honest)
    first.inputs = np.array([other if one == index else one for one in honest.inputs], np.int32)
    graph.operators[place] = first
    graph.operators.append(honest)
    return written(model)


def with_written_constant(payload: bytes) -> bytes:
    """A .tflite model one of whose factors is written over by an operator."""
    model = read(payload)
    place, _, index = factors(model)
    other = add_tensor(model, "other", numbers(model, index).shape, "FLOAT32", data=numbers(model, index) * 0)
    model.subgraphs[0].operators.insert(place, operator(model, "ABS", [other], [index]))
    return written(model)


def with_written_input(payload: bytes) -> bytes:
    """A .tflite model whose rows are written over by an operator."""
    model = read(payload)
    rows = model.subgraphs[0].inputs[0]
    model.subgraphs[0].operators.insert(0, operator(model, "ABS", [rows], [rows]))
    return written(model)


def with_small_integers(payload: bytes, kind: str, scale: float | None) -> bytes:
    """A .tflite model whose rows pass through a type that no recipe makes, and that holds far less than eight bits."""
    model = read(payload)
    graph = model.subgraphs[0]
    rows = int(graph.inputs[0])
    small = add_tensor(model, "small", graph.tensors[rows].shape, kind, scale=scale)
    back = add_tensor(model, "back", graph.tensors[rows].shape, "FLOAT32")
    for one in graph.operators:
        one.inputs = np.array([back if index == rows else index for index in one.inputs], np.int32)
    pair = [operator(model, "QUANTIZE", [rows], [small]), operator(model, "DEQUANTIZE", [small], [back])]
    graph.operators[:0] = pair
    return written(model)


def with_cycle(payload: bytes) -> bytes:
    """A .tflite model whose first multiplication takes what a later operator gives, and that its result."""
    model = read(payload)
    graph = model.subgraphs[0]
    _, multiplies, index = factors(model)
    behind = add_tensor(model, "behind", graph.tensors[multiplies.outputs[0]].shape, "FLOAT32")
    graph.operators.append(operator(model, "ABS", [multiplies.outputs[0]], [behind]))
    multiplies.inputs = np.array([index, behind], np.int32)
    return written(model)
