"""Numeric features fitted to a column: the fill for missing numbers, and whether missing ones are flagged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, fisher_exact

from tagship_runtime.contract import NumericFeature
from tagship_runtime.features import cells
from tagship_runtime.typing import Targets
from tagship_training.data.kinds.base import Column, Described

FREQUENT = 0.01
"""Share of missing values from which an indicator is considered."""

SIGNIFICANT = 0.01
"""Chance, over all labels, below which an indicator counts as related to a label."""

FEW_EXPECTED = 5
"""Rows expected in a cell of a table of two flags, below which Pearson's test is not to be trusted."""


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
    """Tell whether missing values go with some label beyond what chance explains (Bonferroni-corrected)."""
    labels = targets.shape[1]
    return any(chance_of_independence(missing, truth == 1) < SIGNIFICANT / labels for truth in targets.T)


def chance_of_independence(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """P-value of two flags being independent, from all four cells of their table.

    Pearson's chi-squared test without a correction for continuity (Pearson 1900); Fisher's exact test (Fisher 1922)
    where fewer than 5 rows are expected in a cell, below which the first one is not to be trusted (Cochran 1954).

    Args:
        first: (rows,).
        second: (rows,).
    """
    counts = np.array([[(a & b).sum() for b in (second, ~second)] for a in (first, ~first)])
    if not counts.sum(axis=0).all() or not counts.sum(axis=1).all():
        return 1.0  # a flag that never changes goes with nothing
    test = chi2_contingency(counts, correction=False)
    return float(fisher_exact(counts).pvalue if test.expected_freq.min() < FEW_EXPECTED else test.pvalue)
