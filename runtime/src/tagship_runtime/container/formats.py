"""The formats that the runtime reads."""

from __future__ import annotations

from collections.abc import Mapping

from tagship_runtime.container.base import Format
from tagship_runtime.container.c import C
from tagship_runtime.container.onnx import ONNX
from tagship_runtime.container.tflite import TFLITE

FORMATS: Mapping[str, Format] = {format.name: format for format in (TFLITE, ONNX)}
"""The formats that are loaded, by name."""

READABLE: tuple[Format, ...] = (*FORMATS.values(), C)
"""Those whose contracts are read, C included, which is built into programs and not loaded."""
