"""Columns of texts, in whatever type pyarrow keeps them."""

from __future__ import annotations

from typing import Any

TEXTS = ("string", "large_string", "string_view")
"""Names of pyarrow's types of texts."""


def texts_in(column: Any) -> list[str | None] | None:
    """Return the cells of pyarrow's column of texts; None for any other."""
    kind: Any = getattr(column, "type", None)
    kind = kind.value_type if hasattr(kind, "index_type") else kind  # of a dictionary
    return column.to_pylist() if str(kind) in TEXTS else None
