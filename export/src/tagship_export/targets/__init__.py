"""Formats that a model is exported to: one folder each."""

DEFAULT_FORMATS = ("tflite", "onnx")
"""Names of the targets that are made unless others are asked for."""
