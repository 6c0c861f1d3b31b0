"""From a Keras multilabel model to proven LiteRT and ONNX artifacts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagship_export.errors import ExportError
    from tagship_export.exporter import export, export_all
    from tagship_export.original import Original, open_original
    from tagship_export.recipes import RECIPES, Budget
    from tagship_export.results import Artifact, Export
    from tagship_export.verifier import Verification, verify

__version__ = "0.1.0"

__all__ = [
    "RECIPES",
    "Artifact",
    "Budget",
    "Export",
    "ExportError",
    "Original",
    "Verification",
    "__version__",
    "export",
    "export_all",
    "open_original",
    "verify",
]

_HOMES = {
    "Artifact": "tagship_export.results",
    "Budget": "tagship_export.recipes",
    "Export": "tagship_export.results",
    "ExportError": "tagship_export.errors",
    "Original": "tagship_export.original",
    "RECIPES": "tagship_export.recipes",
    "Verification": "tagship_export.verifier",
    "export": "tagship_export.exporter",
    "export_all": "tagship_export.exporter",
    "open_original": "tagship_export.original",
    "verify": "tagship_export.verifier",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that the command line can list its commands without TensorFlow and its like."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
