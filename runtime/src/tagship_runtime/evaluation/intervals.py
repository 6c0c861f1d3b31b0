"""Intervals for shares that were counted."""

from __future__ import annotations

from statistics import NormalDist

CONFIDENCE = 0.95


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return the 95% score interval of a share of so many trials (Wilson 1927)."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    centre = share + z * z / (2 * trials)
    half = z * (share * (1 - share) / trials + z * z / (4 * trials * trials)) ** 0.5
    low, high = ((centre + side * half) / (1 + z * z / trials) for side in (-1, 1))
    return max(low, 0.0), min(high, 1.0)
