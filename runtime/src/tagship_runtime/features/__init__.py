"""From rows as callers have them to the float32 matrix that the model takes."""

from tagship_runtime.features.encoder import (
    ArrayEncoder,
    Encoder,
    TableEncoder,
    as_column,
    by_name,
    columns_of,
    encoder,
    floats,
)

__all__ = ["ArrayEncoder", "Encoder", "TableEncoder", "as_column", "by_name", "columns_of", "encoder", "floats"]
