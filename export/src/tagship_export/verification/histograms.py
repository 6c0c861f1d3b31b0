"""Histograms of score differences, and of how near to a threshold decisions flip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.verification.parity import find_flips
from tagship_runtime.documents import DistancesDocument
from tagship_runtime.typing import Scores

EXPONENTS = tuple(half / 2 for half in range(-18, 1))
"""Edges of the bins of differences, powers of ten: half decades from 1e-9 to 1."""

EDGES = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Edges of the bins of distances to the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histograms:
    """Counts of decisions in bins; there is a decision for each row and label.

    Attributes:
        zero: Whose scores do not differ at all.
        differences: By absolute difference, in bins between powers of ten of :data:`EXPONENTS`; the first also
            holds what is smaller.
        decisions: By how far the original's score is from its threshold, in bins between :data:`EDGES`.
        flips: Those among them that differ at the original's thresholds.
    """

    zero: int
    differences: tuple[int, ...]
    decisions: tuple[int, ...]
    flips: tuple[int, ...]

    def to_dict(self) -> DistancesDocument:
        """Return the counts with the edges of their bins."""
        return {
            "differences": {
                "zero": self.zero,
                "exponents": list(EXPONENTS),
                "counts": list(self.differences),
            },
            "flips": {"edges": list(EDGES), "decisions": list(self.decisions), "flips": list(self.flips)},
        }


def count_differences(original: Scores, artifact: Scores, thresholds: Sequence[float]) -> Histograms:
    """Count differences and flips over scores of the same rows, both float32 (rows, labels) in [0, 1]."""
    cut = np.array(thresholds, np.float32)
    wanted, got = original.astype(np.float64), artifact.astype(np.float64)
    apart = np.abs(wanted - got)
    exponents = np.clip(np.log10(apart[apart > 0]), EXPONENTS[0], EXPONENTS[-1])
    flipped = find_flips(original, artifact, thresholds)
    distance = np.abs(wanted - cut)
    return Histograms(
        zero=int((apart == 0).sum()),
        differences=_histogram(exponents, EXPONENTS),
        decisions=_histogram(distance, EDGES),
        flips=_histogram(distance[flipped], EDGES),
    )


def _histogram(values: Any, edges: Sequence[float]) -> tuple[int, ...]:
    counts, _ = np.histogram(values, bins=np.array(edges))
    return tuple(int(number) for number in counts)
