"""Errors of training; see :mod:`tagship_runtime.errors` for the tree."""

from __future__ import annotations

from tagship_runtime.errors import TagshipError


class TrainingError(TagshipError, ValueError):
    """A table or a configuration that cannot be trained on."""
