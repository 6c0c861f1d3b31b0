"""From rows as callers have them to the float32 matrix that the model takes: one module per kind of feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagship_runtime.features.base_encoder import Encoder
from tagship_runtime.features.columns import as_column, by_name, columns_of

if TYPE_CHECKING:
    from tagship_runtime.errors import Shape
    from tagship_runtime.features.base import Feature

__all__ = ["Encoder", "as_column", "by_name", "columns_of", "encoder"]


def encoder(features: tuple[Feature, ...] | None, shape: Shape) -> Encoder:
    """Return the encoder for a model with these features and this input shape (None where the batch is free).

    A model needs one of the two, so that a device imports one.
    """
    if features is None:
        from tagship_runtime.features.array_encoder import ArrayEncoder

        return ArrayEncoder(tuple(size for size in shape[1:] if size is not None))
    from tagship_runtime.features.table_encoder import TableEncoder

    return TableEncoder(features)
