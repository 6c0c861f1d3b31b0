"""Claim: thresholds drawn towards the best one of all labels by n / (n + 3) give a better macro-F1 than own ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line
from scipy.stats import norm

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, tune

TITLE = "thresholds for F1: macro-F1 of new rows against each label's own best cut"
SAMPLES, POPULATION = 100, 50_000


def lines(seed: int) -> Iterator[Line]:
    """Labels whose scores are their true probabilities; before: each label's best cut on the same rows."""
    objective = Objective()
    for rows, labels, share, ranking in (
        (300, 20, 0.02, 0.8),
        (300, 20, 0.05, 0.8),
        (1000, 20, 0.02, 0.8),
        (1000, 20, 0.05, 0.8),
        (1000, 6, 0.3, 0.8),
    ):
        random = np.random.default_rng(seed)
        truth, scores = _rows(random, POPULATION, labels, share, ranking)
        found = []
        for sample in range(SAMPLES):
            few, own = _rows(random, rows, labels, share, ranking)
            cuts = [best_cut(t, s, objective) for t, s in zip(few.T, own.T, strict=True)]
            both = (np.float32(cuts), np.float32(tune(few, own, objective, sample)))
            found.append([decision_metrics(truth, scores >= cut)["macro_f1"] for cut in both])
        before, after = np.mean(found, axis=0)
        gains = np.subtract(*np.transpose(found)[::-1])
        error = gains.std(ddof=1) / SAMPLES**0.5
        case = f"{rows:,} rows, {labels} labels of {share:.0%}: gain {gains.mean():+.4f} +- {1.96 * error:.4f}"
        yield Line(case, f">= {before:.4f}", f"{before:.4f}", f"{after:.4f}")


def _rows(random: np.random.Generator, rows: int, labels: int, share: float, ranking: float):  # type: ignore[no-untyped-def]
    """Truth and scores, (rows, labels): probabilities given a noisy view of what decides."""
    hidden = random.normal(size=(rows, labels))
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=hidden.shape)
    chance = norm.cdf((ranking * seen + norm.ppf(share)) / np.sqrt(1 - ranking**2))
    return (hidden > -norm.ppf(share)).astype(np.uint8), chance.astype(np.float32)
