"""The network as C: weights, layers, and ``network(inputs, scores)``, all of them static."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.targets.c.memory import plan_memory
from tagship_export.targets.c.passes import optimise, short_names
from tagship_export.targets.c.program import NAME, Array, Program, read_program

MOST_STACK = 1 << 20
"""Bytes between layers; a device that has more runs another format."""

NUMPY_TYPES = {"float": "float32", "double": "float64", "bool": "bool"}
"""NumPy's names for C types that have another; the rest are ``int8_t`` and the like."""

_SHAPES = re.compile(r"^/\* network: features ([\d x]+), scores ([\d x]+) \*/$", re.M)
_CONSTANT = re.compile(r"^static const (\w+) weights_\d+((?:\[\d+\])+) =", re.M)


def network_of(onnx_model: bytes) -> str:
    """C for an ONNX graph whose batch is one row.

    Raises:
        UnsupportedOpsError: The generator does not know an operation.
        ConversionError: It refuses the graph, or is not installed.
    """
    return render(optimise(read_program(_generate(onnx_model))))


def _generate(onnx_model: bytes) -> str:
    import onnx

    try:
        from emx_onnx_cgen import CodegenError, Compiler, ShapeInferenceError, UnsupportedOpError
        from emx_onnx_cgen.compiler import CompilerOptions
    except ModuleNotFoundError as error:
        raise ConversionError("C needs emx-onnx-cgen; run: pip install 'tagship-export[c]'") from error
    options = CompilerOptions(
        model_name=NAME,
        large_temp_threshold_bytes=0,  # nothing on the heap
        large_weight_threshold=0,  # no weights in a second file
        restrict_arrays=False,  # values share memory, and C++ has no such word
    )
    proto: Any = onnx.load_from_string(onnx_model)
    lay_out_by_output(proto)
    try:
        text: str = Compiler(options).compile(proto)
    except UnsupportedOpError as error:
        known = {node.op_type for node in proto.graph.node}
        ops = tuple(sorted(name for name in known if name in str(error)))
        if ops:
            raise UnsupportedOpsError("C", ops) from error
        raise _refused(error) from error
    except (CodegenError, ShapeInferenceError, ValueError, KeyError) as error:
        raise _refused(error) from error
    return text


def lay_out_by_output(proto: Any) -> None:
    """Transpose the weights of products with a vector, so that the inner loop walks along memory; in place.

    The order of the sum, and so each score, stays the same.
    """
    import onnx

    shapes = {tensor.name: tuple(tensor.dims) for tensor in proto.graph.initializer}
    uses = Counter(name for node in proto.graph.node for name in node.input)
    known = onnx.shape_inference.infer_shapes(proto).graph
    ranks = {
        value.name: len(value.type.tensor_type.shape.dim) for value in (*known.input, *known.value_info, *known.output)
    }
    for node in proto.graph.node:
        if node.op_type not in ("Gemm", "MatMul") or ranks.get(node.input[0]) != 2:
            continue
        if any(attribute.name in ("transA", "transB") and attribute.i for attribute in node.attribute):
            continue
        weights = node.input[1]
        if len(shapes.get(weights, ())) != 2 or uses[weights] > 1:
            continue
        tensor = next(tensor for tensor in proto.graph.initializer if tensor.name == weights)
        values = onnx.numpy_helper.to_array(tensor)
        tensor.CopyFrom(onnx.numpy_helper.from_array(np.ascontiguousarray(values.T), weights))
        node.op_type = "Gemm"
        for attribute in [attribute for attribute in node.attribute if attribute.name == "transB"]:
            node.attribute.remove(attribute)
        node.attribute.append(onnx.helper.make_attribute("transB", 1))


def _refused(error: Exception) -> ConversionError:
    return ConversionError(f"emx-onnx-cgen refuses the model: {' '.join(str(error).split())[:300]}")


def render(program: Program) -> str:
    """The program as text, from its includes to the function of the whole network."""
    return "\n".join(_parts(program))


def _parts(program: Program) -> Iterator[str]:
    features, scores = (tuple(array.shape[1:]) for array in program.inputs)
    yield f"/* network: features {_shape(features)}, scores {_shape(scores)} */"
    for header in dict.fromkeys((*program.includes, "<stddef.h>", "<stdint.h>")):
        yield f"#include {header}"
    yield ""
    names = short_names(program)
    for name, (array, values) in program.constants.items():
        shape = "".join(f"[{size}]" for size in array.shape)
        yield f"static const {array.type} {names[name]}{shape} = {values};"
    yield ""
    for text in program.scalars.values():
        yield f"static {text}\n"
    for function in program.functions.values():
        parameters = ", ".join(array.declaration for array in function.parameters)
        yield f"static void {function.name}({parameters}) {function.body}\n"
    yield from _entry(program, names)


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def shapes_of(network: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of a row's features and scores, from the text of :func:`render`."""
    found = _SHAPES.search(network)
    if found is None:
        raise ConversionError("the C has no line that says what the network takes; export it again")
    features, scores = (tuple(map(int, text.split(" x "))) for text in found.groups())
    return features, scores


def constant_bytes(network: str) -> dict[str, int]:
    """Count the bytes of constants by NumPy's name of their type, from the text of :func:`render`."""
    found: dict[str, int] = {}
    for type_, shape in _CONSTANT.findall(network):
        size = int(np.prod([int(number) for number in re.findall(r"\d+", shape)]))
        dtype = np.dtype(NUMPY_TYPES.get(type_, type_.removesuffix("_t")))
        found[dtype.name] = found.get(dtype.name, 0) + size * dtype.itemsize
    return found


def _entry(program: Program, names: dict[str, str]) -> Iterator[str]:
    plan = plan_memory(program)
    needed = sum(
        size * np.dtype(NUMPY_TYPES.get(type_, type_.removesuffix("_t"))).itemsize
        for type_, size in plan.blocks.items()
    )
    if needed > MOST_STACK:
        raise ConversionError(
            f"the network needs {needed:,} bytes of stack in C, which allows {MOST_STACK:,}; take another format, or a "
            "smaller network"
        )
    features, scores = program.inputs
    yield "static void network(const float *inputs, float *scores) {"
    for type_, size in plan.blocks.items():
        yield f"    {type_} {_block(type_)}[{size}];"
    given = {features.name: "inputs", scores.name: "scores"}
    given |= {name: _at(place.type, place.offset) for name, place in plan.places.items()}
    for call in program.calls:
        parameters = program.functions[call.function].parameters
        arguments = [
            names[name] if name in names else _passed(given[name], parameter)
            for name, parameter in zip(call.arguments, parameters, strict=True)
        ]
        yield f"    {call.function}({', '.join(arguments)});"
    yield "}\n"


def _block(type_: str) -> str:
    return "memory" if type_ == "float" else f"memory_{type_}"


def _at(type_: str, offset: int) -> str:
    return f"{_block(type_)} + {offset}" if offset else _block(type_)


def _passed(pointer: str, parameter: Array) -> str:
    """A pointer as the parameter's type, which in C is another one for each shape."""
    if len(parameter.shape) == 1:
        return pointer
    return f"({parameter.pointer})({pointer})" if " " in pointer else f"({parameter.pointer}){pointer}"
