"""From a Keras model to a target's bytes: one module per format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from tagship_runtime.container import Kind

MODULES: Mapping[Kind, str] = {Kind.TFLITE: "litert", Kind.ONNX: "onnx"}


def write(kind: Kind, model: Any) -> bytes:
    """Convert a model; input ``features``, output ``scores``, a free batch, builtin operations only.

    Raises:
        UnsupportedOpsError: An operation has no builtin there.
        ConversionError: The converter refuses the model.
    """
    convert: Callable[[Any], bytes] = import_module(f"{__name__}.{MODULES[kind]}").convert
    return convert(model)
