"""Missing values are flagged where they go with a label, and by chance alone hardly ever."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from tagship_training.data.kinds.numeric import chance_of_independence, related

TABLES = 100


def flagged(rows: int, missing_share: float, positive_share: float, more: float) -> float:
    """Share of seeded tables in which missing values count as related to the label."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(TABLES):
        truth = random.random(rows) < positive_share
        missing = random.random(rows) < np.where(truth, missing_share + more, missing_share)
        found.append(related(missing, truth[:, None].astype(np.uint8)))
    return float(np.mean(found))


@pytest.mark.parametrize(("missing_share", "least"), [(0.8, 0.7), (0.5, 0.35), (0.05, 0.9)])
def test_a_relation_is_found_however_many_values_are_missing(missing_share: float, least: float) -> None:
    assert flagged(500, missing_share, 0.3, 0.12) >= least  # 0.77, 0.44 and 0.95 of 400 tables


@pytest.mark.parametrize(("rows", "missing_share", "positive_share"), [(500, 0.8, 0.3), (1000, 0.02, 0.005)])
def test_chance_is_hardly_ever_taken_for_a_relation(rows: int, missing_share: float, positive_share: float) -> None:
    assert flagged(rows, missing_share, positive_share, 0.0) <= 0.03


def test_p_values_by_hand() -> None:
    first, second = np.repeat([True, False], [40, 60]), np.tile([True, False], 50)
    second[:40] = np.repeat([True, False], [30, 10])
    # Cells 30, 10, 30, 30 of 100: chi-squared is n(ad - bc)^2 / (row and column sums) = 100 * 600^2 / (40*60*60*40).
    assert chance_of_independence(first, second) == pytest.approx(0.01241933, rel=1e-6)
    few = np.arange(100) < 2
    assert chance_of_independence(few, few) == pytest.approx(fisher_exact([[2, 0], [0, 98]]).pvalue)
    assert chance_of_independence(first, np.zeros(100, bool)) == 1.0
