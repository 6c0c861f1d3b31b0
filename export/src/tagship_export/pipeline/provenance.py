"""Provenance of artifacts: their model, and the tools that made them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import cast

from tagship_export.original.open_original import Original
from tagship_runtime.documents import SourceDocument


def provenance(original: Original, tools: Iterable[str]) -> SourceDocument:
    """Return the original's digest, framework and size, versions of the tools, and what thresholds are for."""
    source: SourceDocument = {
        "sha256": original.sha256,
        "framework": f"keras {version('keras')}",
        "tools": {tool: version(tool) for tool in dict.fromkeys(tools)},
    }
    size = {} if original.chosen else {"size": original.size}
    return cast(SourceDocument, {**source, **size, **original.goal})
