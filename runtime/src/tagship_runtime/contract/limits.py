"""Bounds of what is read from a contract, so that no file costs more time or memory than a real one may need."""

from __future__ import annotations

CONTRACT_BYTES = 8 * 1024 * 1024
"""Largest contract; of those that ``tagship export`` writes, few reach a hundredth."""

GOLDEN_ROWS = 1024
"""Most golden rows; ``tagship export`` writes 24."""

LEAST_THRESHOLD, MOST_THRESHOLD = 2.0**-150, 1 - 2.0**-25
"""A threshold lies between these: float32, in which scores are compared, rounds these two to 0 and to 1."""

LARGEST_ZERO_POINT = 2**31
"""Zero points are integers of at most 32 bits."""

LEAST_SCALE = 2.0**-150
"""The scale of integers is above this, which float32 rounds to 0."""
