"""Parts that several documents share."""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict

Interval: TypeAlias = list[float]
"""Lower and upper bound of a 95% interval."""


class FeatureDocument(TypedDict):
    """One of the caller's columns, as contracts describe it; each kind has keys of its own.

    Attributes:
        fill: Of a number, date or duration: what replaces a missing one; null where that is refused. Of a date as ISO
            8601 spells it.
        indicator: Of a number, date or duration: whether a missing one is flagged to the model as well.
        missing: Likewise: words that stand for a missing one, besides those that always do.
        percent: Of a number: whether training's cells had a percent sign; 12 % is 0.12.
        currency: Of a number: the sign of a currency that training's cells had.
        offset: Of a number of kind ``offset``: what is subtracted from it in float64 before it becomes float32.
        values: Of a category: its words, in the order of the model's columns.
        tokenizer: Of a text: the name of the rules by which it becomes words.
        ngrams: Of a text: the least and the greatest number of words of an n-gram.
        vocabulary: Of a text: the n-grams that are counted, in the order of the model's columns.
        standardize, split: Of a text by the rules of Keras: as ``TextVectorization`` has them.
        sequence: Likewise: how many n-grams have a column each, with their number; null: they are counted.
        since: Of a date: from which days are counted.
        parts: Of a date: ``month``, ``weekday`` or both, where they have columns.
        first: Of a date: ``day`` or ``month``, which stands first in 03/04/2024; refused without.
    """

    name: str
    kind: str
    fill: NotRequired[float | str | None]
    indicator: NotRequired[bool]
    missing: NotRequired[list[str]]
    percent: NotRequired[bool]
    currency: NotRequired[str]
    offset: NotRequired[float]
    values: NotRequired[list[str]]
    tokenizer: NotRequired[str]
    ngrams: NotRequired[list[int]]
    vocabulary: NotRequired[list[str]]
    standardize: NotRequired[str | None]
    split: NotRequired[str | None]
    sequence: NotRequired[int | None]
    since: NotRequired[str]
    parts: NotRequired[list[str]]
    first: NotRequired[str]
