"""The import of pyarrow, the one package that tables may need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tagship_runtime.errors import PackageMissingError


def import_pyarrow(*modules: str) -> Any:
    """Import pyarrow and some of its modules, or raise the error that says how to get it."""
    try:
        import pyarrow

        for module in modules:
            import_module(f"pyarrow.{module}")
    except ModuleNotFoundError as error:
        raise PackageMissingError("pyarrow", "files") from error
    return pyarrow
