"""Features of kind ``offset``: large numbers close together, such as times in seconds, of which float32 makes a few.

Readers that do not know the kind refuse it; a key beside ``numeric`` would be passed over, and the model misled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.features import cells
from tagship_runtime.features.json_values import number, optional, take, text
from tagship_runtime.features.numeric import DIGITS, MISSING_SHARE, NumericFeature, currency_of, missing_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features


@dataclass(frozen=True, kw_only=True)
class OffsetFeature(NumericFeature):
    """A number from which another is subtracted in float64; what is left is float32.

    A number of 2^53 or beyond is refused: as float64, which JSON has alone, it may be another one's neighbour already.

    Attributes:
        offset: Is subtracted, from ``fill`` as well.
    """

    kind: ClassVar[str] = "offset"

    offset: float

    @property
    def unchanged_fill(self) -> float | None:
        """See :class:`Feature`; no number enters the matrix as it is."""
        return None

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """See :class:`Feature`."""
        numbers = self.read(values)
        missing = np.isnan(numbers)
        filled = np.where(missing, math.nan if self.fill is None else self.fill, numbers)
        with np.errstate(over="ignore", invalid="ignore"):
            shifted = (filled - self.offset).astype(np.float32)
        wrong = ~np.isfinite(shifted) | (np.abs(filled) >= cells.WHOLE)
        if wrong.any():
            row = int(np.argmax(wrong))
            if np.isfinite(shifted[row]):
                cells.refuse_beyond(row, self.name, values[row])
            cells.refuse(row, self.name, float(shifted[row]), values[row])
        into[:, 0] = shifted
        if self.indicator:
            into[:, 1] = missing
        return 0

    def rounded_by(self, values: NDArray[Any]) -> float:
        """See :class:`Feature`."""
        from tagship_runtime.features.rounding import rounded_by

        return rounded_by(self.read(values) - self.offset)

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        document = super().to_dict()
        document["offset"] = self.offset
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        return cls(
            name=take(document, "name", text),
            fill=take(document, "fill", optional(_told_apart)),
            indicator=bool(document.get("indicator", False)),
            offset=take(document, "offset", _told_apart),
            missing=missing_words(document),
            currency=currency_of(document),
        )

    def describe(self) -> str:
        """See :class:`Feature`."""
        missing = "missing is refused" if self.fill is None else f"missing becomes {self.fill:.15g}"
        return f"number less {self.offset:.15g}, {missing}{' and is flagged' if self.indicator else ''}"

    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Invent numbers evenly between the 1st and 99th percentile, rounded after the offset; see :class:`Feature`."""
        known = self.read(values)
        known = known[np.isfinite(known)]
        low, high = np.percentile(known, [1, 99]) - self.offset if len(known) else (0.0, 1.0)
        numbers = [float(f"{left:.{DIGITS}g}") + self.offset for left in random.uniform(low, high, count)]
        if self.fill is None:
            return numbers
        missing = random.random(count) < MISSING_SHARE
        return [None if absent else number for number, absent in zip(numbers, missing.tolist(), strict=True)]

    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return the numbers; float32 would make a few of them."""
        return list(cells.tolist())

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield the number as callers have it; see :class:`NumericFeature`."""
        for _, without in super().left_out(columns, usual):
            yield f"{float(columns[0]) + self.offset:.15g}", without

    def summarise(self, columns: Features) -> FeatureSummary:
        """Return quantiles of the numbers as callers have them; see :class:`NumericFeature`."""
        summary = super().summarise(columns)
        for key in ("low", "median", "high"):
            summary[key] += self.offset
        return summary


def _told_apart(value: Any) -> float:
    """Return a number of the contract, up to which float64 tells integers apart."""
    real = number(value)
    if abs(real) >= cells.WHOLE:
        raise ValueError(f"{value!r} is beyond {cells.WHOLE - 1:,}, up to which float64 tells integers apart")
    return real
