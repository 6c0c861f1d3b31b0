"""Claim: with ``--confidence 0.95`` new rows reach the precision or recall that was asked for in 95% of draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line, share
from scipy.stats import norm

from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, sure_cut, unsure

TITLE = "goals with --confidence 0.95 (before: none): new rows reach what is said"
DRAWS, POPULATION, CONFIDENCE = 300, 300_000, 0.95


def lines(seed: int) -> Iterator[Line]:
    """A label whose scores are its true probabilities, so that precision and recall of each cut are known."""
    for goal, rows, positive, ranking in (
        ("precision=0.9", 500, 0.2, 0.9),
        ("precision=0.9", 2000, 0.2, 0.9),
        ("precision=0.8", 2000, 0.3, 0.8),
        ("precision=0.9", 700, 0.3, 0.97),
        ("recall=0.95", 200, 0.3, 0.9),
        ("recall=0.95", 1000, 0.1, 0.9),
        ("recall=0.95", 5000, 0.1, 0.8),
    ):
        random, objective = np.random.default_rng(seed), Objective.parse(goal)
        truth, scores = _rows(random, POPULATION, positive, ranking)
        order = np.argsort(scores)
        hits = np.append(np.cumsum(truth[order][::-1])[::-1], 0)
        before, after, positives, gave, was = [], [], int(hits[0]), [], []
        for _ in range(DRAWS):
            few, own = _rows(random, rows, positive, ranking)
            reached = []
            for cut in (best_cut(few, own, objective), sure_cut(few, own, objective, CONFIDENCE)):
                place = int(np.searchsorted(scores[order], np.float32(cut)))
                on, true = POPULATION - place, int(hits[place])
                reached.append(
                    (true / max(on, 1) if objective.kind == "precision" else true / positives, true / positives)
                )
            before.append(reached[0][0] >= objective.value)
            was.append(reached[0][1])
            sure = not unsure(few[:, None], own[:, None], (0.5,), objective, CONFIDENCE)
            after.append(not sure or reached[1][0] >= objective.value)
            gave += [reached[1][1]] if sure else []
        said = f"said in {len(gave) / DRAWS:.0%}, recall {np.mean(was):.2f} -> {np.mean(gave or [0]):.2f}"
        yield Line(f"{goal}, {rows:,} rows, {positive:.0%} positive: {said}", ">= 95%", share(before), share(after))


def _rows(random: np.random.Generator, rows: int, positive: float, ranking: float):  # type: ignore[no-untyped-def]
    """Truth and scores, (rows,): probabilities given a noisy view of what decides."""
    hidden = random.normal(size=rows)
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=rows)
    chance = norm.cdf((ranking * seen + norm.ppf(positive)) / np.sqrt(1 - ranking**2))
    return (hidden > -norm.ppf(positive)).astype(np.uint8), chance.astype(np.float32)
