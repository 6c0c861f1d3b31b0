"""Calibration never makes scores of a rare label worse by much, and never turns a ranking round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from tagship_training.network import platt
from tagship_training.network.log_loss import log_loss


def rows(random: np.random.Generator, count: int, share: float, ranking: float, boldness: float = 1.0) -> Any:
    """Truth and scores of one label, (rows, 1): true probabilities, with their logits times a boldness."""
    hidden = random.normal(size=(count, 1))
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=(count, 1))
    chance = norm.cdf((ranking * seen + norm.ppf(share)) / np.sqrt(1 - ranking**2))
    scores = expit(boldness * logit(np.clip(chance, 1e-6, 1 - 1e-6)))
    return (hidden > -norm.ppf(share)).astype(np.uint8), scores.astype(np.float32)


@pytest.mark.parametrize("positives", [2, 5, 15])
def test_a_rare_label_is_hardly_harmed(positives: int) -> None:
    """A slope from a few positives costs 31, 14 and 3% of log loss on fresh rows, an offset 4 (here 7), 3 and 1%."""
    random = np.random.default_rng(0)
    truth, fresh = rows(random, 5000, positives / 400, 0.7)
    losses = []
    for _ in range(40):
        few, scores = rows(random, 400, positives / 400, 0.7)
        losses.append(log_loss(truth, platt.apply(fresh, *platt.fit(few, scores))))
    assert np.mean(losses) < 1.1 * log_loss(truth, fresh)


def test_no_slope_is_negative() -> None:
    random = np.random.default_rng(0)
    slopes = [platt.fit(*rows(random, 200, 0.25, 0.05))[0][0] for _ in range(60)]
    assert min(slopes) > 0
    truth = np.repeat([1, 0], 50).astype(np.uint8)[:, None]
    slope, offset = platt.fit(truth, np.linspace(0.1, 0.6, 100, dtype=np.float32)[:, None])  # positives score lowest
    assert slope == 1
    assert offset > 0


@pytest.mark.parametrize("positives", [29, 30, 170, 171])
def test_a_slope_needs_thirty_of_either_kind(positives: int) -> None:
    scores = np.linspace(0.05, 0.9, 200, dtype=np.float32)
    truth = np.zeros(200, np.uint8)
    truth[np.random.default_rng(1).permutation(200)[:positives]] = 1
    truth = np.sort(truth) if positives in (29, 171) else np.roll(np.sort(truth), -5)
    (slope,), (offset,) = platt.fit(truth[:, None], scores[:, None])
    assert (slope == 1) == (positives in (29, 171))
    mean = platt.apply(scores[:, None], np.array([slope]), np.array([offset])).mean()
    assert mean == pytest.approx(positives / 200, abs=2e-3)


def test_bold_scores_of_a_frequent_label_are_mended() -> None:
    random = np.random.default_rng(2)
    truth, fresh = rows(random, 5000, 0.2, 0.7, boldness=2.0)
    slope, offset = platt.fit(*rows(random, 1000, 0.2, 0.7, boldness=2.0))
    assert 0.3 < slope[0] < 0.7
    assert log_loss(truth, platt.apply(fresh, slope, offset)) < 0.9 * log_loss(truth, fresh)


def test_a_label_without_positives_stays_as_it_is() -> None:
    (slope,), (offset,) = platt.fit(np.zeros((9, 1), np.uint8), np.full((9, 1), 0.2, np.float32))
    assert slope == 1
    assert offset == 0
