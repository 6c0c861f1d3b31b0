"""Where an artifact comes from."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from tagship_export.source.original import Original

TOOLS = ("tensorflow", "tf2onnx", "onnx", "onnxruntime", "ai-edge-quantizer", "tagship-export")


def provenance(original: Original) -> dict[str, Any]:
    """Return what an artifact says of where it comes from."""
    return {
        "sha256": original.sha256,
        "framework": f"keras {version('keras')}",
        "tools": {tool: version(tool) for tool in TOOLS},
    }
