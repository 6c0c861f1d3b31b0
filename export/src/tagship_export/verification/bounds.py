"""Bounds of how many other decisions flip, from those that did."""

from __future__ import annotations

import numpy as np
from scipy.stats import beta

from tagship_runtime.evaluation.intervals import CONFIDENCE
from tagship_runtime.typing import Decisions


def upper_bound(flips: float, trials: float) -> float:
    """Return the 95% upper bound of a rate, from independent trials (Clopper & Pearson 1934, one-sided)."""
    return float(beta.ppf(CONFIDENCE, flips + 1, trials - flips)) if flips < trials else 1.0


def lower_bound(flips: float, trials: float) -> float:
    """Return the 95% lower bound of a rate, from independent trials (Clopper & Pearson 1934, one-sided)."""
    return float(beta.ppf(1 - CONFIDENCE, flips, trials - flips + 1)) if flips else 0.0


def clustered_upper_bound(flipped: Decisions) -> float:
    """Return the 95% upper bound of the share of cells that flip, where flips of one row come together.

    Clopper and Pearson's bound for the effective sample size: as many trials as there are cells, over the design
    effect, which is the variance of the rate between rows over that of independent cells (Kish 1965, section 8.2;
    Korn & Graubard 1998). Trials are never more than cells. Where no flip is seen nothing says how they cluster, so
    that rows are the trials.

    Args:
        flipped: True where a decision differs, (rows, labels).
    """
    rows, cells = len(flipped), flipped.size
    per_row = flipped.sum(axis=1, dtype=np.float64)
    rate = float(per_row.sum()) / cells
    if rows < 2 or rate in (0.0, 1.0):
        return upper_bound(rate * rows, rows)
    between_rows = float(per_row.var(ddof=1)) * rows / cells**2
    trials = min(float(cells), rate * (1 - rate) / between_rows) if between_rows else float(cells)
    return upper_bound(rate * trials, trials)
