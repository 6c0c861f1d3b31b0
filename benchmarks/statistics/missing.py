"""Claim: a column gets a missing-indicator where being missing is related to a label, and hardly ever otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line, share
from sklearn.feature_selection import chi2

from tagship_training.data.kinds.numeric import SIGNIFICANT, related

TITLE = "missing-indicators"
TABLES = 400


def lines(seed: int) -> Iterator[Line]:
    """Tables of one column and one label, whose values are missing more often with the label or not."""
    cases = (
        ("500 rows, 80% missing, 12 points more with a label of 30%: found", "more is better", 500, 0.8, 0.3, 0.12),
        ("500 rows, 50% missing, 12 points more with a label of 30%: found", "more is better", 500, 0.5, 0.3, 0.12),
        ("500 rows, 80% missing at random: false alarms", "1%", 500, 0.8, 0.3, 0.0),
        ("1,000 rows, 2% missing at random, a label of 0.5%: false alarms", "1%", 1000, 0.02, 0.005, 0.0),
    )
    for case, claimed, rows, missing_share, positive_share, more in cases:
        random = np.random.default_rng(seed)
        before, after = [], []
        for _ in range(TABLES):
            truth = random.random(rows) < positive_share
            missing = random.random(rows) < np.where(truth, missing_share + more, missing_share)
            if truth.any() and missing.any():
                before.append(chi2(missing[:, None], truth)[1][0] < SIGNIFICANT)
                after.append(related(missing, truth[:, None].astype(np.uint8)))
        yield Line(case, claimed, share(before), share(after))
