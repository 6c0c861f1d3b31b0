"""Features of kind ``numeric``: a number, with a fill and an indicator for missing ones where the contract has them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.features import cells
from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import float32, optional, take, text, tuple_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features

MISSING_SHARE = 0.1
"""Share of missing cells among invented ones, where the feature takes them."""

DIGITS = 5
"""Significant digits of invented numbers."""

QUANTILES = (0.01, 0.5, 0.99)
"""Quantiles that describe training rows; the ends would be single rows' values."""


@dataclass(frozen=True, kw_only=True)
class NumericFeature(Feature):
    """A number.

    Attributes:
        fill: Replaces a missing value; None means that a missing value is refused.
        indicator: Whether a second column follows that is 1 where the value was missing, else 0.
        missing: Words that stand for a missing value, besides those that always do.
        percent: Whether training's cells had a percent sign, as 12 %, which is the number 0.12.
        currency: Sign of training's cells, such as €; none where they had none.
    """

    kind: ClassVar[str] = "numeric"
    textual: ClassVar[bool] = False
    discrete: ClassVar[bool] = False
    noun: ClassVar[str] = "a number"
    """Words for a cell."""

    fill: float | None = None
    indicator: bool = False
    missing: tuple[str, ...] = ()
    percent: bool = False
    currency: str = ""

    @property
    def sign(self) -> str:
        """See :class:`Feature`."""
        return "%" if self.percent else self.currency

    @property
    def width(self) -> int:
        """See :class:`Feature`."""
        return 2 if self.indicator else 1

    @property
    def takes_missing(self) -> bool:
        """See :class:`Feature`."""
        return self.fill is not None

    @property
    def missing_words(self) -> tuple[str, ...]:
        """See :class:`Feature`."""
        return self.missing

    @property
    def unchanged_fill(self) -> float | None:
        """See :class:`Feature`."""
        if self.indicator or self.missing:
            return None
        return math.nan if self.fill is None else self.fill

    def read(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return cells as real numbers, NaN where one is missing.

        Raises:
            InputValueError: A cell is neither a number nor missing.
            InputError: A column of another type altogether.
        """
        return cells.real_numbers(values, self.name, self.missing)

    def numbers(self, values: NDArray[Any]) -> Features:
        """Return cells as float32, NaN where one is missing and infinite where float32 cannot hold it.

        Raises:
            InputError: See :meth:`read`.
        """
        return cells.read_float32(values, self.read)

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """See :class:`Feature`."""
        numbers = self.numbers(values)
        missing = np.isnan(numbers)
        if self.fill is not None:
            numbers = np.where(missing, np.float32(self.fill), numbers)
        wrong = ~np.isfinite(numbers)
        if wrong.any():
            row = int(np.argmax(wrong))
            cells.refuse(row, self.name, float(numbers[row]), values[row])
        into[:, 0] = numbers
        if self.indicator:
            into[:, 1] = missing
        return 0

    def rounded_by(self, values: NDArray[Any]) -> float:
        """See :class:`Feature`."""
        from tagship_runtime.features.rounding import rounded_by

        return rounded_by(values if values.dtype.kind in "biuf" else self.read(values))

    def observed(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the numbers; see :class:`Feature`."""
        return np.asarray(values if values.dtype.kind in "biuf" else self.read(values), np.float64)

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        document: FeatureDocument = {"name": self.name, "kind": self.kind, "fill": self.fill}
        if self.indicator:
            document["indicator"] = True
        if self.missing:
            document["missing"] = list(self.missing)
        if self.percent:
            document["percent"] = True
        if self.currency:
            document["currency"] = self.currency
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        return cls(
            name=take(document, "name", text),
            fill=take(document, "fill", optional(float32)),
            indicator=bool(document.get("indicator", False)),
            missing=missing_words(document),
            percent=bool(document.get("percent", False)),
            currency=currency_of(document),
        )

    def describe(self) -> str:
        """See :class:`Feature`."""
        missing = "missing is refused" if self.fill is None else f"missing becomes {self.fill:g}"
        sign = " (12 % is 0.12)" if self.percent else f" ({self.currency})" if self.currency else ""
        return f"{self.noun.removeprefix('a ')}{sign}, {missing}{' and is flagged' if self.indicator else ''}"

    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Invent numbers evenly between the 1st and 99th percentile; see :class:`Feature`."""
        known = self.read(values)
        known = known[np.isfinite(known)]
        low, high = np.percentile(known, [1, 99]) if len(known) else (0.0, 1.0)
        numbers = [float(f"{number:.{DIGITS}g}") for number in random.uniform(low, high, count)]
        if self.fill is None:
            return numbers
        missing = random.random(count) < MISSING_SHARE
        return [None if absent else number for number, absent in zip(numbers, missing.tolist(), strict=True)]

    def to_cells(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the numbers; a missing one becomes the fill, or the first there is."""
        numbers = self.read(values)
        known = numbers[np.isfinite(numbers)]
        fallback = 0.0 if self.fill is None else self.fill
        return np.where(np.isfinite(numbers), numbers, known[0] if len(known) else fallback)

    def bounds(self, cells: NDArray[np.float64]) -> tuple[float, float]:
        """See :class:`Feature`."""
        return float(cells.min()), float(cells.max())

    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return the numbers as float32 holds them."""
        return list(cells.astype(np.float32).tolist())

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield the number, without which it would be missing, or where none may be, the middle of the golden rows."""
        without = usual
        if self.fill is not None:
            missing = np.zeros((1, self.width), np.float32)
            self.encode(np.array([None], object), missing)
            without = missing[0]
        if not np.array_equal(columns, without):
            yield f"{columns[0]:g}", without

    def summarise(self, columns: Features) -> FeatureSummary:
        """Return quantiles after filling, and the share that was missing where that is flagged."""
        low, middle, high = (float(value) for value in np.quantile(columns[:, 0].astype(np.float64), QUANTILES))
        summary: FeatureSummary = {"low": low, "median": middle, "high": high}
        if self.indicator:
            summary["missing"] = float(columns[:, 1].mean(dtype=np.float64))
        return summary


def missing_words(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a feature's words that stand for a missing value; none where the contract has none."""
    return take(document, "missing", tuple_of(text)) if "missing" in document else ()


def currency_of(document: Mapping[str, Any]) -> str:
    """Return the sign of a feature's cells in training; none where the contract has none."""
    return take(document, "currency", text) if "currency" in document else ""
