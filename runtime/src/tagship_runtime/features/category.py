"""Features of kind ``category``: one of several words, one-hot encoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.errors import folded
from tagship_runtime.features.base import Feature
from tagship_runtime.features.cells import word, words
from tagship_runtime.features.json_values import take, text, tuple_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features

_MISSING, _UNKNOWN = -1, -2


@dataclass(frozen=True, kw_only=True)
class CategoryFeature(Feature):
    """One of several words, one-hot encoded.

    Attributes:
        values: The words that have a column each, in order; any other is all zeros. A missing value
            counts as the empty word.
    """

    kind: ClassVar[str] = "category"
    textual: ClassVar[bool] = True
    discrete: ClassVar[bool] = True

    values: tuple[str, ...]

    @property
    def width(self) -> int:
        """See :class:`Feature`."""
        return len(self.values)

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """See :class:`Feature`."""
        index = {value: i for i, value in enumerate(self.values)}
        index.setdefault("", _MISSING)
        codes = self._codes(values, index)
        known = np.flatnonzero(codes >= 0)
        into[known, codes[known]] = 1
        return int(np.count_nonzero(codes == _UNKNOWN))

    def _codes(self, values: NDArray[Any], index: Mapping[str, int]) -> NDArray[np.intp]:
        return np.array([index.get(word, _UNKNOWN) for word in words(values, self.name)], dtype=np.intp)

    def near_miss(self, values: NDArray[Any]) -> tuple[str, str] | None:
        """See :class:`Feature`."""
        known = {folded(value): value for value in self.values if value}
        strange = (word for word in dict.fromkeys(words(values, self.name)) if word not in self.values)
        return next(((word, near) for word in strange if (near := known.get(folded(word)))), None)

    @property
    def bins(self) -> int:
        """See :class:`Feature`; the last stands for words without a column."""
        return len(self.values) + 1

    def observed(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return places among the words, and one behind them for a word without a column; see :class:`Feature`."""
        index = {value: place for place, value in enumerate(self.values)} | {"": _MISSING}
        codes = self._codes(values, index)
        places = np.where(codes == _UNKNOWN, len(self.values), codes)
        return np.where(codes == _MISSING, np.nan, places)

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        return {"name": self.name, "kind": self.kind, "values": list(self.values)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        name, values = take(document, "name", text), take(document, "values", tuple_of(text))
        if len(set(values)) < len(values):
            raise ValueError(f"values of feature {name!r} repeat; each takes a column of its own")
        return cls(name=name, values=values)

    def describe(self) -> str:
        """See :class:`Feature`."""
        return f"one of {', '.join(value or '(empty)' for value in self.values)}"

    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Draw words that have a column, evenly; see :class:`Feature`."""
        known = self.values or ("",)
        return [known[index] for index in random.integers(len(known), size=count)]

    def to_cells(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the words' positions; an unknown or missing one becomes the first."""
        place = {value: number for number, value in enumerate(self.values)}
        return np.array([place.get(word(value), 0) for value in values.tolist()], np.float64)

    def bounds(self, cells: NDArray[np.float64]) -> tuple[float, float]:
        """See :class:`Feature`."""
        return 0.0, float(max(len(self.values) - 1, 0))

    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return the words."""
        return [self.values[int(cell)] for cell in cells] if self.values else [""] * len(cells)

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield the word, without which it would be one that is not known."""
        for place in np.flatnonzero(columns).tolist():
            yield self.values[place], np.zeros_like(columns)

    def summarise(self, columns: Features) -> FeatureSummary:
        """Return each word's share."""
        return {"shares": [float(share) for share in columns.mean(axis=0, dtype=np.float64)]}
