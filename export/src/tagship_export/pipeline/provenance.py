"""Provenance of an artifact: its model, and the tools that made it."""

from __future__ import annotations

from importlib.metadata import version

from tagship_export.original.open_original import Original
from tagship_runtime.documents import SourceDocument

TOOLS = ("tensorflow", "tf2onnx", "onnx", "onnxruntime", "ai-edge-quantizer", "tagship-export")


def provenance(original: Original) -> SourceDocument:
    """Return the digest of the original, its framework, and versions of the tools."""
    return {
        "sha256": original.sha256,
        "framework": f"keras {version('keras')}",
        "tools": {tool: version(tool) for tool in TOOLS},
    }
