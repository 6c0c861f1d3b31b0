"""The model as one TensorFlow function, which both converters start from."""

from __future__ import annotations

from typing import Any

INPUT, OUTPUT = "features", "scores"


def trace(model: Any) -> Any:
    """A concrete function from ``features`` (batch, ...) to ``{"scores": (batch, labels)}``, in inference mode."""
    import tensorflow as tf

    signature = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT)

    def serving_default(features: Any) -> dict[str, Any]:
        return {OUTPUT: model(features, training=False)}

    return tf.function(serving_default, input_signature=[signature], autograph=False).get_concrete_function()


def freeze(model: Any) -> tuple[Any, str]:
    """The same as a GraphDef whose variables are constants, and the name of its output tensor."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = trace(model)
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
