"""Formats that a model is exported to: one folder each."""

DEFAULT_FORMATS = ("tflite", "onnx")
"""Names of the targets that are made unless others are asked for."""

DEFAULT_PREFIX = "tagship_"
"""Beginning of every name of C that a linker sees, unless another is asked for."""
