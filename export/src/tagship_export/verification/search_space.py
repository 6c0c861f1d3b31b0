"""The space that a search for counterexamples moves in: rows as numbers, within the ranges of real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.features import Encoder

POPULATION_CELLS = 1 << 21
"""So many numbers at most are searched at the same time."""

CHANGED_SHARE, STEP = 0.2, 0.1
"""Share of the cells that change at a time, and by how much of their range; as many jump anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """The cells that rows may have: numbers within a range, categories by position in their list.

    Attributes:
        low, high: Bounds of each cell, float64, broadcast over rows; a category's are 0 and its last position.
        discrete: Which cells are positions.
        real: Rows to start from, (rows, ...).
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    discrete: NDArray[np.bool_]
    real: NDArray[np.float64]

    @classmethod
    def of(cls, codec: Encoder, values: Any) -> SearchSpace:
        """Return the space that these rows, as callers have them, span."""
        cells = codec.to_cells(values)
        low, high = codec.bounds(cells)
        return cls(low=low, high=high, discrete=codec.discrete(), real=cells)

    def start(self, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        """Return rows to start from: half of them real, half anywhere."""
        count = max(8, min(count, POPULATION_CELLS // self.low.size))
        real = self.real[random.integers(len(self.real), size=count // 2)]
        return np.concatenate([real, self._anywhere(count - count // 2, random)])

    def change(self, population: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
        """Return rows of which a fifth of the cells changed: numbers move a little or jump, categories jump."""
        shape = population.shape
        moved = population + random.normal(0, STEP, shape) * (self.high - self.low)
        jumped = self._anywhere(len(population), random)
        jump = self.discrete | (random.random(shape) < STEP)
        chosen = random.random(shape) < CHANGED_SHARE
        changed = np.where(chosen, np.where(jump, jumped, moved), population)
        return np.clip(changed, self.low, self.high)

    def _anywhere(self, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        cells = random.uniform(0, 1, (count, *self.low.shape))
        found: NDArray[np.float64] = self.low + (self.high - self.low) * cells
        return np.where(self.discrete, np.floor(self.low + (self.high - self.low + 1) * cells), found)
