"""Numeric features fitted to a column: the fill for missing numbers, and whether missing ones are flagged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import chi2

from tagship_runtime.contract import NumericFeature
from tagship_runtime.features import cells
from tagship_training.data.dataset import Targets
from tagship_training.data.kinds.base import Column, Described

FREQUENT = 0.01
"""Share of missing values from which an indicator is considered."""

SIGNIFICANT = 0.01
"""Chance, over all labels, below which an indicator counts as related to a label."""


def describe(column: Column) -> Described:
    """Fit a numeric feature: missing numbers are filled with the median, and flagged where that is related to a label.

    A missing number is refused later on where none is missing in any table that is given.
    """
    numbers = cells.numbers(column.values, column.name)
    missing = np.isnan(numbers)
    if missing.all():
        return Described(NumericFeature(name=column.name), "every value is missing")
    present = numbers[~missing]
    constant = present.min() == present.max()
    if not missing.any() and not column.incomplete:
        return Described(NumericFeature(name=column.name), f"every value is {present[0]:g}" if constant else None)
    indicator = bool(missing.mean() >= FREQUENT and related(missing, column.targets))
    feature = NumericFeature(name=column.name, fill=float(np.median(present)), indicator=indicator)
    return Described(feature, f"every value is {present[0]:g} or missing" if constant and not indicator else None)


def related(missing: NDArray[np.bool_], targets: Targets) -> bool:
    """Tell whether a value is missing more often with some label than chance explains (Bonferroni-corrected)."""
    labels = targets.shape[1]
    chances = [chi2(missing[:, None], targets[:, label])[1][0] for label in range(labels)]
    return bool(np.nanmin([*chances, 1.0]) < SIGNIFICANT / labels)
