"""scripts/unicode_table.py as a module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "unicode_table", Path(__file__).parents[2] / "scripts" / "unicode_table.py"
    )
    if spec is None or spec.loader is None:
        raise ImportError("scripts/unicode_table.py is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _load()
