"""Layers that look whole texts up, which no contract describes.

Those that take texts apart are :mod:`tagship_export.original.text_vectorization`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WHAT_TO_DO = "put the layer before the model and export the rest, which takes numbers"

LOOKS_UP = {
    "StringLookup": "looks a whole text up, as a column of categories does",
    "Hashing": "hashes a whole text by TensorFlow's own hash",
}


def refusal(layers: Sequence[Any]) -> str | None:
    """Return why a model with such layers is not exported, in a sentence; None without any."""
    within = {id(layer._lookup_layer) for layer in layers if hasattr(layer, "_lookup_layer")}
    named = {type(layer).__name__ for layer in layers if id(layer) not in within}
    found = next((name for name in LOOKS_UP if name in named), None)
    return None if found is None else f"the model takes text by {found}, which {LOOKS_UP[found]}: {WHAT_TO_DO}"
