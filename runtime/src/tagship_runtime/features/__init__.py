"""From rows as callers have them to the float32 matrix that the model takes: one module per kind of feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagship_runtime.features.base_encoder import Encoder
from tagship_runtime.features.columns import as_column, by_name, check_unique, columns_of, repeated_in

if TYPE_CHECKING:
    from tagship_runtime.errors import Shape
    from tagship_runtime.features.base import Feature

__all__ = ["Encoder", "as_column", "by_name", "check_unique", "columns_of", "encoder", "repeated_in"]


def encoder(features: tuple[Feature, ...] | None, shape: Shape, integers: str | None = None) -> Encoder:
    """Return the encoder for a model; it needs one kind, so that a device imports one.

    Args:
        features: Columns of the caller's table; None where the input is not a table.
        shape: Of the model's input, None where the batch is free.
        integers: NumPy's name of the input's type, where that is one of integers without a scale.
    """
    row_shape = tuple(size for size in shape[1:] if size is not None)
    if integers is not None:
        from tagship_runtime.features.integer_encoder import IntegerEncoder, IntegerTableEncoder

        return IntegerEncoder(row_shape, integers) if features is None else IntegerTableEncoder(features, integers)
    if features is None:
        from tagship_runtime.features.array_encoder import ArrayEncoder

        return ArrayEncoder(row_shape)
    from tagship_runtime.features.table_encoder import TableEncoder

    return TableEncoder(features)
