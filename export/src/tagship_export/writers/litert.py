"""LiteRT (TFLite) through TensorFlow's converter."""

from __future__ import annotations

import re
from typing import Any

from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.writers.graph import trace


def convert(model: Any) -> bytes:
    """See :func:`tagship_export.writers.write`."""
    import tensorflow as tf

    # Keras' own variables are not tf.Variables. Unless something tracks what they wrap, the converter
    # leaves the weights out without a word, and every score is NaN.
    holder = tf.Module()
    holder.weights = [variable.value for variable in model.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([trace(model)], holder)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    try:
        payload: bytes = converter.convert()
    except Exception as error:  # the converter raises several unrelated types
        ops = tuple(sorted(set(re.findall(r"'tf\.(\w+)' op is neither a custom op nor a flex op", str(error)))))
        if ops:
            raise UnsupportedOpsError("LiteRT", ops) from error
        raise ConversionError(f"the LiteRT converter refuses the model: {str(error).splitlines()[0]}") from error
    return payload
