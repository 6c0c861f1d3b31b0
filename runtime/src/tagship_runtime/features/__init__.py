"""From rows as callers have them to the float32 matrix that the model takes: one module per kind of feature."""

from tagship_runtime.features.encoder import Encoder, encoder
from tagship_runtime.features.tables import as_column, by_name, columns_of

__all__ = ["Encoder", "as_column", "by_name", "columns_of", "encoder"]
