"""Parts that several documents share."""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict

Interval: TypeAlias = list[float]
"""Lower and upper bound of a 95% interval."""


class FeatureDocument(TypedDict):
    """One of the caller's columns, as contracts describe it; each kind has keys of its own.

    Attributes:
        fill: Of a number: what replaces a missing one; null where that is refused.
        indicator: Of a number: whether a missing one is flagged to the model as well.
        values: Of a category: its words, in the order of the model's columns.
    """

    name: str
    kind: str
    fill: NotRequired[float | None]
    indicator: NotRequired[bool]
    values: NotRequired[list[str]]
