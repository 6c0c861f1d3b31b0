"""Claim: the upper bound of the flip rate holds in 95% of exports."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line, share

from tagship_export.verification.bounds import clustered_upper_bound, upper_bound

TITLE = "upper bound of the flip rate: at or above the true rate"
SAMPLES = 400


def lines(seed: int) -> Iterator[Line]:
    """Rows that flip by chance, and then in one label, some or all of them."""
    for rows, labels, flipping, together in (
        (1000, 6, 0.02, 0.0),
        (200, 14, 0.003, 1.0),
        (1000, 6, 0.01, 0.3),
        (1000, 14, 0.003, 1.0),
        (1000, 50, 0.01, 0.3),
        (3000, 14, 0.001, 1.0),
        (3000, 50, 0.003, 0.5),
        (3000, 50, 0.05, 0.02),
    ):
        random = np.random.default_rng(seed)
        truth = flipping * (1 + (labels - 1) * together) / labels
        before, after = [], []
        for _ in range(SAMPLES):
            flipped = np.zeros((rows, labels), bool)
            for row in np.flatnonzero(random.random(rows) < flipping):
                flipped[row] = random.random(labels) < together
                flipped[row, random.integers(labels)] = True
            before.append(upper_bound(int(flipped.sum()), flipped.size) >= truth)
            after.append(clustered_upper_bound(flipped) >= truth)
        many = f"1 label and {together:.0%} of the others" if together else "1 label"
        yield Line(
            f"{rows:,} rows, {labels} labels, {flipping:.1%} of rows flip in {many}", "95%", share(before), share(after)
        )
