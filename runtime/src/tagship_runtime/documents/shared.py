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
        offset: Of a number of kind ``offset``: what is subtracted from it in float64 before it becomes float32.
        values: Of a category: its words, in the order of the model's columns.
        tokenizer: Of a text: the name of the rules by which it becomes words.
        ngrams: Of a text: the least and the greatest number of words of an n-gram.
        vocabulary: Of a text: the n-grams that are counted, in the order of the model's columns.
    """

    name: str
    kind: str
    fill: NotRequired[float | None]
    indicator: NotRequired[bool]
    offset: NotRequired[float]
    values: NotRequired[list[str]]
    tokenizer: NotRequired[str]
    ngrams: NotRequired[list[int]]
    vocabulary: NotRequired[list[str]]
