"""Features of kind ``date``: days since a reference date, and the month and the weekday where those were found to help.

Readers that do not know the kind refuse it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.features import cells, moments
from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import optional, take, text, tuple_of
from tagship_runtime.features.moments import DAY
from tagship_runtime.features.numeric import MISSING_SHARE, QUANTILES, missing_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features

PARTS = {"month": 12, "weekday": 7}
"""Columns of each part of a date: January to December, Monday to Sunday."""

SHOWN = {moments.DAY_FIRST: "day before month", moments.MONTH_FIRST: "month before day"}

MINUTE = 60_000
"""Milliseconds; days of float32 are no finer."""

THURSDAY = 3
"""Weekday of 1970-01-01, counted from Monday."""


@dataclass(frozen=True, kw_only=True)
class DateFeature(Feature):
    """A date, or a time with its date.

    Attributes:
        since: The date from which days are counted, as ISO 8601 spells it.
        fill: Replaces a missing date, likewise; None means that a missing date is refused.
        indicator: Whether a column follows that is 1 where the date was missing, else 0.
        parts: Parts that have a column for each of their values, in this order: all zeros where the date is missing.
        first: What stands first in 03/04/2024, ``day`` or ``month``; None where such a date is refused.
        missing: Words that stand for a missing date, besides those that always do.
    """

    kind: ClassVar[str] = "date"
    textual: ClassVar[bool] = True
    discrete: ClassVar[bool] = False

    since: str
    fill: str | None = None
    indicator: bool = False
    parts: tuple[str, ...] = ()
    first: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """See :class:`Feature`."""
        return 1 + self.indicator + sum(PARTS[part] for part in self.parts)

    @property
    def takes_missing(self) -> bool:
        """See :class:`Feature`."""
        return self.fill is not None

    @property
    def missing_words(self) -> tuple[str, ...]:
        """See :class:`Feature`."""
        return self.missing

    @property
    def date_orders(self) -> Mapping[str, str | None]:
        """See :class:`Feature`."""
        return {self.name: self.first}

    @cached_property
    def reference(self) -> float:
        """Milliseconds of :attr:`since`."""
        return moments.parse(self.since, None)

    def read(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return cells as milliseconds since 1970, NaN where one is missing; see :func:`moments.moments`."""
        return moments.moments(values, self.name, self.first, self.missing)

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """See :class:`Feature`."""
        found = self.read(values)
        missing = np.isnan(found)
        if self.fill is None and missing.any():
            row = int(np.argmax(missing))
            cells.refuse(row, self.name, np.nan, values[row])
        filled = np.where(missing, moments.parse(self.fill or self.since, None), found)
        into[:, 0] = (filled - self.reference) / DAY
        if self.indicator:
            into[:, 1] = missing
        rows, start = np.flatnonzero(~missing), 1 + self.indicator
        days = found[rows].astype(np.int64) // DAY
        for part in self.parts:
            into[rows, start + part_of(part, days)] = 1
            start += PARTS[part]
        return 0

    def observed(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return days since 1970; see :class:`Feature`."""
        return self.read(values) / DAY

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        document: FeatureDocument = {"name": self.name, "kind": self.kind, "since": self.since, "fill": self.fill}
        if self.indicator:
            document["indicator"] = True
        if self.parts:
            document["parts"] = list(self.parts)
        if self.first is not None:
            document["first"] = self.first
        if self.missing:
            document["missing"] = list(self.missing)
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        parts = take(document, "parts", tuple_of(_part)) if "parts" in document else ()
        if len(set(parts)) < len(parts):
            raise ValueError(f"parts of feature {document.get('name')!r} repeat")
        return cls(
            name=take(document, "name", text),
            since=take(document, "since", _day),
            fill=take(document, "fill", optional(_moment)),
            indicator=bool(document.get("indicator", False)),
            parts=parts,
            first=take(document, "first", optional(_order)) if "first" in document else None,
            missing=missing_words(document),
        )

    def describe(self) -> str:
        """See :class:`Feature`."""
        parts = f" with {' and '.join(self.parts)}" if self.parts else ""
        order = f", {SHOWN[self.first]}" if self.first else ""
        missing = "missing is refused" if self.fill is None else f"missing becomes {self.fill}"
        flagged = " and is flagged" if self.indicator else ""
        return f"date as days since {self.since}{parts}{order}, {missing}{flagged}"

    def json_cells(self, values: NDArray[Any]) -> list[Any]:
        """Return texts as they are, and all else as ISO 8601 spells it; see :class:`Feature`."""
        found = self.read(values)
        own = values.tolist() if values.dtype.kind in "OUST" else [None] * len(values)
        return [
            cell if isinstance(cell, str) else None if moment != moment else moments.spelled(moment)
            for cell, moment in zip(own, found.tolist(), strict=True)
        ]

    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Invent dates evenly between the 1st and 99th percentile, as fine as real ones; whole days may repeat one."""
        found = self.read(values)
        known = found[np.isfinite(found)]
        low, high = np.percentile(known, [1, 99]) if len(known) else (self.reference, self.reference + DAY)
        step = next(step for step in (DAY, 60_000, 1000, 1) if not (known % step).any())
        invented = [moments.spelled(number // step * step) for number in random.uniform(low, high + step, count)]
        if self.fill is None:
            return list(invented)
        missing = random.random(count) < MISSING_SHARE
        return [None if absent else cell for cell, absent in zip(invented, missing.tolist(), strict=True)]

    def to_cells(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return milliseconds; a missing date becomes the fill, or the first there is."""
        found = self.read(values)
        known = found[np.isfinite(found)]
        fallback = self.reference if self.fill is None else moments.parse(self.fill, None)
        return np.where(np.isfinite(found), found, known[0] if len(known) else fallback)

    def bounds(self, cells: NDArray[np.float64]) -> tuple[float, float]:
        """See :class:`Feature`."""
        return float(cells.min()), float(cells.max())

    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return the dates as ISO 8601 spells them, to a millisecond."""
        return [moments.spelled(cell) for cell in np.rint(cells).tolist()]

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield the date to a minute; see :class:`Feature`."""
        given = self.reference + float(columns[0]) * DAY
        for _, without in super().left_out(columns, usual):
            yield moments.spelled(round(given / MINUTE) * MINUTE), without

    def summarise(self, columns: Features) -> FeatureSummary:
        """Return quantiles in days since 1970, and the share that was missing where that is flagged."""
        days = columns[:, 0].astype(np.float64) + self.reference / DAY
        low, middle, high = (float(value) for value in np.quantile(days, QUANTILES))
        summary: FeatureSummary = {"low": low, "median": middle, "high": high}
        if self.indicator:
            summary["missing"] = float(columns[:, 1].mean(dtype=np.float64))
        return summary


def part_of(part: str, days: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the place of days since 1970 within a part: months from January, weekdays from Monday."""
    if part == "weekday":
        return (days + THURSDAY) % 7
    return days.astype("M8[D]").astype("M8[M]").astype(np.intp) % 12


def _day(value: Any) -> str:
    """Return a date without a time."""
    if "T" in _moment(value):
        raise ValueError(f"{value!r} is no date such as 2024-12-31")
    return str(value)


def _moment(value: Any) -> str:
    """Return a date or a time, spelled as :func:`moments.spelled` does."""
    try:
        if moments.spelled(moments.parse(text(value), None)) == value:
            return str(value)
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no date such as 2024-12-31 or 2024-12-31T14:30:00")


def _part(value: Any) -> str:
    if value not in PARTS:
        raise ValueError(f"{value!r} is no part of a date that is known; {' or '.join(PARTS)} is needed")
    return str(value)


def _order(value: Any) -> str:
    if value not in SHOWN:
        raise ValueError(f"{value!r} is neither 'day' nor 'month'")
    return str(value)
