"""From a Keras multilabel model to proven LiteRT and ONNX artifacts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagship_export.errors import ExportError
    from tagship_export.original.open_original import Original, open_original
    from tagship_export.pipeline.export import export, export_all
    from tagship_export.pipeline.options import ExportOptions
    from tagship_export.pipeline.results import Artifact, Export
    from tagship_export.recipes import RECIPES, Budget
    from tagship_export.verification.options import VerifyOptions
    from tagship_export.verification.verdict import Verification
    from tagship_export.verification.verify import verify

__version__ = "0.1.0"

__all__ = [
    "RECIPES",
    "Artifact",
    "Budget",
    "Export",
    "ExportError",
    "ExportOptions",
    "Original",
    "Verification",
    "VerifyOptions",
    "__version__",
    "export",
    "export_all",
    "open_original",
    "verify",
]

_HOMES = {
    "Artifact": "tagship_export.pipeline.results",
    "Budget": "tagship_export.recipes",
    "Export": "tagship_export.pipeline.results",
    "ExportOptions": "tagship_export.pipeline.options",
    "ExportError": "tagship_export.errors",
    "Original": "tagship_export.original.open_original",
    "RECIPES": "tagship_export.recipes",
    "Verification": "tagship_export.verification.verdict",
    "VerifyOptions": "tagship_export.verification.options",
    "export": "tagship_export.pipeline.export",
    "export_all": "tagship_export.pipeline.export",
    "open_original": "tagship_export.original.open_original",
    "verify": "tagship_export.verification.verify",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that the command line can list its commands without TensorFlow and its like."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
