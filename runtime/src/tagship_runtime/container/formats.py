"""The formats that the runtime reads."""

from __future__ import annotations

from collections.abc import Mapping

from tagship_runtime.container.base import Format
from tagship_runtime.container.onnx import OnnxFormat
from tagship_runtime.container.tflite import TFLiteFormat

TFLITE: Format = TFLiteFormat()
ONNX: Format = OnnxFormat()

FORMATS: Mapping[str, Format] = {format.name: format for format in (TFLITE, ONNX)}
"""Every format by name."""


def format_named(name: str) -> Format:
    """Look a format up; KeyError where there is none of that name."""
    return FORMATS[name]
