"""The model as one TensorFlow function, which both converters start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tagship_export.errors import OriginalError

INPUT, OUTPUT = "features", "scores"


def row_shape(model: Any) -> tuple[int, ...]:
    """Return the shape of one row of the model's only input, for graph-built and subclassed models alike.

    Raises:
        OriginalError: There are several inputs, an axis is free, or the model was never built.
    """
    inputs = getattr(model, "inputs", None)
    if inputs is not None and len(inputs) != 1:
        raise OriginalError(_several([getattr(one, "name", "") for one in inputs]))
    shape = inputs[0].shape if inputs else (model.get_build_config() or {}).get("input_shape")
    if isinstance(shape, dict) or (shape and isinstance(shape[0], list | tuple)):
        raise OriginalError(_several(list(shape)))
    if not shape or len(shape) < 2:
        raise OriginalError(f"the model's input shape is {shape}; call it once on a batch of rows, then export")
    if any(size is None for size in shape[1:]):
        raise OriginalError(f"the model's input shape is {tuple(shape)}; only the first axis, the batch, may be free")
    return tuple(int(size) for size in shape[1:])


def _several(names: Sequence[Any]) -> str:
    """Say that a model takes several inputs, and how it takes one."""
    called = f" ({', '.join(map(str, names))})" if all(isinstance(name, str) and name for name in names) else ""
    return (
        f"the model has {len(names)} inputs{called}; one is needed: let keras.Model(one, model(parts)) cut columns of "
        "one keras.Input into these parts, and give their rows side by side, in an .npz as x"
    )


def integers(model: Any) -> str | None:
    """Return NumPy's name of the input's type if the model takes integers, as the numbers of words; else None."""
    inputs = getattr(model, "inputs", None)
    dtype = str(inputs[0].dtype) if inputs else ""
    return dtype if "int" in dtype else None


def trace(model: Any, batch: int | None = None, *, floats: bool = False) -> Any:
    """Return a concrete function from ``features`` (batch, ...) to ``{"scores": (batch, labels)}``, in inference mode.

    Args:
        model: Keras.
        batch: Its fixed size, None for a free one.
        floats: Whether a model of integers takes them as float32; otherwise its input stays what it is.
    """
    import tensorflow as tf

    own = integers(model)
    taken = "float32" if floats or own is None else own
    signature = tf.TensorSpec((batch, *row_shape(model)), taken, name=INPUT)

    def serving_default(features: Any) -> dict[str, Any]:
        return {OUTPUT: model(tf.cast(features, own) if own else features, training=False)}

    return tf.function(serving_default, input_signature=[signature], autograph=False).get_concrete_function()


def freeze(model: Any, batch: int | None = None, *, floats: bool = False) -> tuple[Any, str]:
    """Return the same as a GraphDef whose variables are constants, and the name of its output tensor."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = trace(model, batch, floats=floats)
    # Arrays that a layer holds outside of its variables, such as a fixed Normalization, are captured as
    # further inputs; to a converter they have to be constants as well.
    captured = {inner.op.name: outer.numpy() for outer, inner in function.graph.captures if outer.dtype != tf.resource}
    frozen = convert_variables_to_constants_v2(function, lower_control_flow=False)
    graph = frozen.graph.as_graph_def()
    for node in graph.node:
        if node.op == "Placeholder" and node.name in captured:
            value = captured[node.name]
            node.op = "Const"
            node.ClearField("attr")
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
            node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
    return graph, frozen.outputs[0].name
