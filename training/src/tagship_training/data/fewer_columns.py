"""Features of some of a matrix's columns: texts with fewer words."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_runtime.contract import Feature
from tagship_runtime.typing import RowNumbers


def with_columns(features: Sequence[Feature], columns: RowNumbers | None) -> tuple[Feature, ...]:
    """Features of some columns of a matrix.

    Args:
        features: Of all its columns.
        columns: Numbers of those that are kept, all of a feature that is no text, and those of a text in the order that
            its words get; None for all.

    Returns:
        The same features with the words that are kept; a text without any is left out.
    """
    if columns is None:
        return tuple(features)
    found: list[Feature] = []
    start = 0
    for feature in features:
        own = columns[(columns >= start) & (columns < start + feature.width)] - start
        start += feature.width
        if (part := feature.with_columns(own.tolist())) is not None:
            found.append(part)
    return tuple(found)
