"""Claim: calibration makes scores match frequencies, and so lowers log loss on fresh rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from tagship_training.network import platt
from tagship_training.network.log_loss import log_loss

TITLE = "Platt scaling: log loss of fresh rows; claimed: as without it, or lower"
SAMPLES, FRESH, ROWS = 100, 5_000, 400


def lines(seed: int) -> Iterator[Line]:
    """Labels with a few positives among the rows that calibrate, with scores that are right or too bold."""
    for positives, ranking, boldness in (
        (2, 0.7, 1.0),
        (5, 0.7, 1.0),
        (5, 0.7, 2.0),
        (15, 0.7, 1.0),
        (29, 0.7, 2.0),
        (40, 0.7, 1.0),
        (40, 0.7, 2.0),
        (100, 0.1, 1.0),
    ):
        random = np.random.default_rng(seed)
        share = positives / ROWS
        fresh_truth, fresh = _rows(random, FRESH, share, ranking, boldness)
        losses, negative = [], 0
        for _ in range(SAMPLES):
            truth, scores = _rows(random, ROWS, share, ranking, boldness)
            if not truth.any():
                continue
            line = LogisticRegression(C=1e3).fit(logit(scores), truth.ravel())
            slope, offset = line.coef_.ravel(), line.intercept_
            negative += bool(slope[0] < 0)
            free = expit(logit(fresh) * slope + offset)
            losses.append([log_loss(fresh_truth, s) for s in (free, platt.apply(fresh, *platt.fit(truth, scores)))])
        before, after = np.mean(losses, axis=0)
        name = f"{positives} of {ROWS} positive, {'weak' if ranking < 0.5 else 'fair'} scores"
        name += ", too bold" if boldness > 1 else ""
        slopes = f", {negative / SAMPLES:.1%} of slopes negative before" if negative else ""
        yield Line(name + slopes, f"<= {log_loss(fresh_truth, fresh):.4f}", f"{before:.4f}", f"{after:.4f}")


def _rows(random: np.random.Generator, rows: int, share: float, ranking: float, boldness: float):  # type: ignore[no-untyped-def]
    """Truth and scores, (rows, 1): probabilities given a noisy view of what decides, with logits times a boldness."""
    hidden = random.normal(size=(rows, 1))
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=(rows, 1))
    chance = norm.cdf((ranking * seen + norm.ppf(share)) / np.sqrt(1 - ranking**2))
    scores = expit(boldness * logit(np.clip(chance, 1e-6, 1 - 1e-6)))
    return (hidden > -norm.ppf(share)).astype(np.uint8), scores.astype(np.float32)
