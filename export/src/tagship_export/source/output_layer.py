"""The end of a model: scores of its labels have to be independent probabilities."""

from __future__ import annotations

from typing import Any

from tagship_export.errors import OriginalError
from tagship_export.source.tracing import OUTPUT, trace

PASSING = frozenset(
    {
        *("Identity", "AddV2", "Add", "AddN", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Mean", "Sum", "Cast"),
        *("Pack", "ConcatV2", "Reshape", "Squeeze", "ExpandDims", "StridedSlice", "Transpose"),
    }
)
"""Operations that an average of several members is made of."""

PRODUCTS = frozenset({"MatMul", "BatchMatMulV2", "Einsum", "Conv1D", "Conv2D", "Conv3D", "BiasAdd"})
SOFTMAX = frozenset({"Softmax", "LogSoftmax"})
CONSTANT = frozenset({"Const", "ReadVariableOp", "Placeholder", "VarHandleOp", "Shape"})


def with_sigmoid(model: Any, *, logits: bool) -> Any:
    """Return the model, with the sigmoid that it lacks if ``logits`` says so.

    Raises:
        OriginalError: It ends in a softmax, lacks a sigmoid, has one already, or does not give (rows, labels).
    """
    function = trace(model)
    outputs = function.structured_outputs[OUTPUT]
    if isinstance(outputs, dict | list | tuple):
        raise OriginalError(f"the model has {len(outputs)} outputs; one is needed")
    if outputs.shape.rank != 2:
        raise OriginalError(f"the model gives shape {tuple(outputs.shape)}; (rows, labels) is needed")
    ends = _ends(outputs.op)
    if ends & SOFTMAX:
        raise OriginalError(
            "the model ends in a softmax, whose scores share one sum: it picks one of its classes; a multilabel "
            "model needs a sigmoid for each label"
        )
    if not logits:
        if ends & PRODUCTS:
            raise OriginalError("the model ends without a sigmoid, so it gives no scores; add it with --logits")
        return model
    if "Sigmoid" in ends:
        raise OriginalError("the model ends in a sigmoid already; leave out --logits")
    return _add_sigmoid(model)


def _ends(operation: Any) -> set[str]:
    """Return types of the operations that the output is put together from."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [operation]
    while waiting:
        operation = waiting.pop()
        if operation.name in seen or operation.type in CONSTANT:
            continue
        seen.add(operation.name)
        if operation.type in PASSING:
            waiting += [tensor.op for tensor in operation.inputs]
        else:
            found.add(operation.type)
    return found


def _add_sigmoid(model: Any) -> Any:
    import keras

    sigmoid = keras.layers.Activation("sigmoid", name="tagship_sigmoid")
    if getattr(model, "inputs", None):
        return keras.Model(model.inputs, sigmoid(model.outputs[0]), name=model.name)
    from tagship_export.source.tracing import row_shape

    return keras.Sequential([keras.Input(row_shape(model)), model, sigmoid], name=f"{model.name}_scores")
