"""Claim: what a network gains over a baseline is within its 95% interval in 95% of test sets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line, share
from scipy.stats import norm

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_training.evaluation.bootstrap import bootstrap, difference
from tagship_training.network.log_loss import row_losses

TITLE = "95% intervals of differences to a baseline (the same in version 0.1)"
SAMPLES, SAMPLES_OF_EQUALS, POPULATION = 200, 1000, 200_000


def lines(seed: int) -> Iterator[Line]:
    """Two models that see the same rows, one of them through more noise, or each through noise of its own."""
    for rows, labels, positive, rankings in (
        (200, 6, 0.3, (0.9, 0.85)),
        (1000, 6, 0.3, (0.9, 0.85)),
        (1000, 14, 0.1, (0.8, 0.8)),
        (300, 14, 0.1, (0.8, 0.8)),
        (300, 20, 0.02, (0.8, 0.7)),
        (3000, 20, 0.02, (0.8, 0.7)),
    ):
        random = np.random.default_rng(seed)
        thresholds = (float(np.clip(0.7 * np.sqrt(positive), 0.02, 0.5)),) * labels
        truth, *scores = _rows(random, POPULATION, labels, positive, rankings)
        macro = np.subtract(*[decision_metrics(truth, one >= thresholds[0])["macro_f1"] for one in scores])
        loss = np.subtract(*[row_losses(truth, one).mean() for one in scores])
        held, ahead = {"macro-F1": [], "log loss": []}, []
        equals = rankings[0] == rankings[1]
        for sample in range(SAMPLES_OF_EQUALS if equals else SAMPLES):
            few, *own = _rows(random, rows, labels, positive, rankings)
            first, second = (bootstrap(few, one, thresholds, sample) for one in own)
            f1, losses = (difference(first[key], second[key]) for key in ("macro_f1", "log_loss"))
            held["macro-F1"].append(f1[0] <= macro <= f1[1])
            held["log loss"].append(losses[0] <= loss <= losses[1])
            ahead.append(f1[0] > 0 or losses[1] < 0)
        case = f"{rows:,} rows, {labels} labels of {positive:.0%}"
        for figure, inside in held.items():
            yield Line(f"{case}: {figure}", "95%", share(inside), share(inside))
        if equals:
            yield Line(f"{case}: one of two equals is said to beat the other", "<= 5%", share(ahead), share(ahead))


def _rows(  # type: ignore[no-untyped-def]
    random: np.random.Generator, rows: int, labels: int, positive: float, rankings: tuple[float, float]
):
    """Truth, and each model's scores, (rows, labels): probabilities given its own noisy view of what decides."""
    hidden = random.normal(size=(rows, labels))
    found = [(hidden > -norm.ppf(positive)).astype(np.uint8)]
    for ranking in rankings:
        seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=hidden.shape)
        chance = norm.cdf((ranking * seen + norm.ppf(positive)) / np.sqrt(1 - ranking**2))
        found.append(chance.astype(np.float32))
    return found
