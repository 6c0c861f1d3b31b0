"""The formats that the runtime reads."""

from __future__ import annotations

from collections.abc import Mapping

from tagship_runtime.container.base import Format
from tagship_runtime.container.onnx import ONNX
from tagship_runtime.container.tflite import TFLITE

FORMATS: Mapping[str, Format] = {format.name: format for format in (TFLITE, ONNX)}
"""Every format by name."""
