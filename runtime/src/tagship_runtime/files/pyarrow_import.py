"""The import of pyarrow, the one package that tables may need."""

from __future__ import annotations

import os
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


def arrow_file(path: str | os.PathLike[str], mode: str = "r") -> Any:
    """Open a file in pyarrow's own way, whose name may be no text; its other calls want names in UTF-8.

    Raises:
        OSError: It cannot be opened.
    """
    return import_pyarrow().OSFile(os.fsencode(path), mode)
