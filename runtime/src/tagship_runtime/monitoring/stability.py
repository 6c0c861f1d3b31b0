"""The population stability index of counts and of the shares that they are compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tagship_runtime.documents import Stability

MODERATE = 0.1
"""An index below this is called no shift, and above 0.25 a large one (Siddiqi 2006, Credit Risk Scorecards)."""

ONE_OF_TWENTY = 1.645
"""Standard deviations that a normal distribution exceeds in one of twenty cases."""


def stability(counts: Sequence[int], shares: Sequence[float], rows: int) -> Stability:
    """Compare counts with the shares that a reference of so many rows had.

    The index is the sum of (p - q) ln(p / q) over bins, with half a row added to each bin of both, so that an empty one
    has a logarithm. Where nothing differs, it is about (1/N + 1/M) times chi-squared with one degree of freedom less
    than bins (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14 (4)), of which the normal approximation
    gives the limit; bins that neither side uses do not count.

    Args:
        counts: Of now, by bin.
        shares: Of before, by bin.
        rows: Of before.
    """
    found: Stability = {
        "counts": [int(count) for count in counts],
        "reference": [float(share) for share in shares],
        "psi": None,
        "psi_by_chance": None,
        "shifted": False,
    }
    now, before = np.array(counts, np.float64), np.array(shares, np.float64) * rows
    used = (now > 0) | (before > 0)
    total, bins = int(now.sum()), int(used.sum())
    if not total or not rows:
        return found
    p, q = ((values[used] + 0.5) / (values[used].sum() + 0.5 * bins) for values in (now, before))
    psi = float(((p - q) * np.log(p / q)).sum())
    free = bins - 1
    chance = (1 / total + 1 / rows) * (free + ONE_OF_TWENTY * math.sqrt(2 * free))
    return found | {"psi": psi, "psi_by_chance": chance, "shifted": psi > max(chance, MODERATE)}
