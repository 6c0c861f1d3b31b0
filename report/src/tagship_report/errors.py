"""Errors of drawing a report; see :mod:`tagship_runtime.errors` for the tree."""

from __future__ import annotations

from tagship_runtime.errors import TagshipError


class ReportError(TagshipError, ValueError):
    """Files that are damaged, of a newer version, or do not fit together."""
