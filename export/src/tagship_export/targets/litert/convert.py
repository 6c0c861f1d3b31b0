"""LiteRT (TFLite): TensorFlow's converter for the graph, ai-edge-quantizer for the numbers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tagship_export.errors import ConversionError, UnsupportedOpsError
from tagship_export.original.tracing import trace
from tagship_export.targets.litert.flatbuffer import name_ends, operations

if TYPE_CHECKING:
    from tagship_export.targets.base import Source


def convert(model: Any, batch: int | None = None) -> bytes:
    """Convert a model as trained; see :class:`tagship_export.targets.base.Target`."""
    return _run(_converter(model, batch))


def int8_io(source: Source) -> bytes:
    """Store integers from end to end: every operation, the input and the output, whatever their ranges."""
    import tensorflow as tf

    rows, size = source.calibration, source.batch or 1
    if rows is None:
        raise ConversionError("this recipe needs calibration rows")
    if "WHILE" in operations(source.float32):  # the converter's calibration ends the process there
        raise ConversionError("the model has a loop, which integers from end to end do not work with; unroll it")

    def representative() -> Iterator[list[Any]]:
        for start in range(0, len(rows) - size + 1, size):
            yield [rows[start : start + size]]

    converter = _converter(source.model, source.batch)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    converter.representative_dataset = representative
    payload = _run(converter)
    _check_survival(payload)
    return payload


PREPARE = """
import sys
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_content=sys.stdin.buffer.read(), num_threads=1)
interpreter.allocate_tensors()
interpreter.invoke()
"""


def _check_survival(payload: bytes) -> None:
    """Refuse integers that LiteRT ends the process over, such as scales too far apart; found out in another process.

    Raises:
        ConversionError: It does.
    """
    done = subprocess.run([sys.executable, "-c", PREPARE], input=payload, capture_output=True, check=False)
    if done.returncode < 0:
        raise ConversionError("LiteRT ends the process that loads it: the scales of its integers are too far apart")


def _converter(model: Any, batch: int | None) -> Any:
    import tensorflow as tf

    # Keras' own variables are not tf.Variables. Unless something tracks what they wrap, the converter
    # leaves the weights out without a word, and every score is NaN.
    holder = tf.Module()
    holder.weights = [variable.value for variable in model.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([trace(model, batch)], holder)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return converter


FLEX = "; it would need a delegate (Flex) that devices do not have"
"""Reason why an operation that TensorFlow has is none of a device."""


def _run(converter: Any) -> bytes:
    try:
        payload: bytes = converter.convert()
    except Exception as error:  # the converter raises several unrelated types
        ops = tuple(sorted(set(re.findall(r"'tf\.(\w+)' op is neither a custom op nor a flex op", str(error)))))
        if ops:
            raise UnsupportedOpsError("LiteRT", ops, FLEX) from error
        reason = re.sub(r"^.*?:\d+:\d+: (error: )?", "", str(error).strip().split("\n")[0])[:300]
        hint = "; a fixed batch may help: --batch 1" if "to be static" in reason else ""
        raise ConversionError(f"the LiteRT converter refuses the model: {reason}{hint}") from error
    return name_ends(payload)
