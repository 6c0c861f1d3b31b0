"""Shrunk thresholds gain on new rows, and held-out figures are pulled both ways, where the truth is known."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_runtime.typing import Scores, Targets
from tagship_training.network.held_out import by_own_member
from tagship_training.network.log_loss import row_losses
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, tune

F1 = Objective()
RANKING = 0.8
"""Correlation of what a model sees with what decides."""


def rows(random: np.random.Generator, count: int, labels: int, share: float) -> tuple[Targets, Scores]:
    """Truth, and scores that are its probabilities given a noisy view."""
    hidden = random.normal(size=(count, labels))
    noise = float(np.sqrt(1 - RANKING**2))
    seen = RANKING * hidden + noise * random.normal(size=hidden.shape)
    scores = norm.cdf((RANKING * seen + norm.ppf(share)) / noise).astype(np.float32)
    return (hidden > -norm.ppf(share)).astype(np.uint8), scores


def macro_f1(targets: Targets, scores: Scores, thresholds: tuple[float, ...]) -> float:
    return decision_metrics(targets, scores >= np.array(thresholds, np.float32))["macro_f1"]


def test_shrunk_thresholds_gain_on_new_rows_where_labels_are_rare() -> None:
    random = np.random.default_rng(0)
    new = rows(random, 20_000, 20, 0.02)
    gains = []
    for sample in range(10):
        targets, scores = rows(random, 300, 20, 0.02)
        own = tuple(best_cut(t, s, F1) for t, s in zip(targets.T, scores.T, strict=True))
        gains.append(macro_f1(*new, tune(targets, scores, F1, sample)) - macro_f1(*new, own))
    assert np.mean(gains) > 0.02  # 0.039; own cuts, bootstrapped and not shrunk, gain 0.008
    assert np.mean(gains) > 3 * np.std(gains, ddof=1) / len(gains) ** 0.5


def test_thresholds_look_better_on_the_rows_that_they_were_tuned_on() -> None:
    random = np.random.default_rng(0)
    new = rows(random, 20_000, 6, 0.1)
    pulls = []
    for sample in range(40):
        targets, scores = rows(random, 200, 6, 0.1)
        thresholds = tune(targets, scores, F1, sample)
        pulls.append(macro_f1(targets, scores, thresholds) - macro_f1(*new, thresholds))
    assert np.mean(pulls) > 2 * np.std(pulls, ddof=1) / len(pulls) ** 0.5


def test_held_out_rows_are_scored_by_one_network_and_so_look_worse() -> None:
    """The mean of five networks, which is what test rows are scored by, is better than any one of them."""
    random = np.random.default_rng(0)
    targets, scores = rows(random, 5000, 6, 0.3)
    logits = np.log(scores / (1 - scores))
    members = np.stack([1 / (1 + np.exp(-logits - random.normal(size=logits.shape))) for _ in range(5)])
    members = members.astype(np.float32)
    held_out = by_own_member(members, (np.arange(5000) % 5).astype(np.int32))
    assert (held_out[3] == members[3, 3]).all()
    pull = row_losses(targets, held_out) - row_losses(targets, members.mean(axis=0))
    assert pull.mean() > 3 * pull.std(ddof=1) / len(pull) ** 0.5
