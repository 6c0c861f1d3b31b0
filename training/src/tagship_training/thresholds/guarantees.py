"""Cuts that reach a precision or recall on new rows with a stated confidence, not only on those they are chosen by."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import binom

from tagship_training.thresholds.cuts import Counts, Cuts, Flags
from tagship_training.thresholds.objectives import Objective

STEP = 1.05
"""Cuts that are tested for precision switch on this many times as many rows as the one before."""

MOST_ROWS = 10_000_000


def guaranteed_cuts(cuts: Cuts, objective: Objective, confidence: float) -> Flags:
    """Tell which cuts reach the goal on new rows of the same kind, with this confidence for all of them together.

    Args:
        cuts: Of one label, counted on rows that its scores were not learned from.
        objective: A precision or a recall.
        confidence: Chance that the goal is reached, over samples of rows.
    """
    if objective.kind == "precision":
        return _precise_cuts(cuts, objective.value, confidence)
    misses = allowed_misses(int(cuts.positives), objective.value, confidence)
    return np.asarray(cuts.real & (misses >= 0) & (cuts.true_positives >= cuts.positives - misses))


def nearest_cuts(cuts: Cuts, objective: Objective) -> Flags:
    """Tell which cuts come nearest to a goal that none is sure to reach: all positives, or the least p-value.

    Of equal p-values, as where all are 1, the highest cut's counts: who asks for precision wants few false alarms.
    """
    if objective.kind == "recall":
        return np.asarray(cuts.real & (cuts.true_positives == cuts.positives))
    chances = np.where(cuts.real, p_values(cuts, objective.value), np.inf)
    return np.asarray(np.arange(len(chances)) == chances.argmin())


def allowed_misses(positives: int, recall: float, confidence: float) -> int:
    """Return how many of so many positives a cut may miss; -1 where even a cut below all of them is not sure.

    A cut below the (m + 1)-th lowest of n positives' scores has a recall below r with the chance that at most m of n
    draws fall where a share 1 - r of positives is: an order statistic, whatever the scores' distribution is (Wilks
    1941). It is the m at which Clopper and Pearson's (1934) lower bound of the recall is r at least.
    """
    misses = np.arange(positives)
    return int((binom.cdf(misses, positives, 1 - recall) <= 1 - confidence).sum()) - 1


def least_positives(goal: float, confidence: float) -> int:
    """Return how many positives, all of them decided rightly, show a precision or recall with this confidence."""
    return math.ceil(math.log(1 - confidence) / math.log(goal) - 1e-9)


def p_values(cuts: Cuts, precision: float) -> Counts:
    """Chance of so many positives among the rows that are switched on, if the precision was no better."""
    return np.asarray(binom.sf(cuts.true_positives - 1, cuts.switched_on, precision), np.float64)


def _precise_cuts(cuts: Cuts, precision: float, confidence: float) -> Flags:
    """Find cuts by a fixed sequence of tests (Angelopoulos et al. 2021, "Learn then Test", section 3.2).

    Each test is of the precision among the rows above one score, of which labels are independent given that score. The
    sequence depends on scores alone: from as many rows as could pass at all, each time 5% more. It ends with the first
    test that fails, so that the chance of any wrong cut is that of one test.
    """
    passed = np.zeros_like(cuts.real)
    chances = p_values(cuts, precision)
    places = np.flatnonzero(cuts.real)
    rows = float(least_positives(precision, confidence))
    while True:
        place = int(np.searchsorted(cuts.switched_on[places], round(rows)))
        if place == len(places) or chances[places[place]] > 1 - confidence:
            return passed
        passed[places[place]] = True
        rows = max(rows * STEP, float(cuts.switched_on[places[place]]) + 1)


def shortfall(objective: Objective, confidence: float, true: int, on: int, positives: int) -> str:
    """Say why no cut of a label is sure to reach its goal, and how many positives that would take.

    Args:
        objective: A precision or a recall.
        confidence: What was asked for.
        true: Number of positive rows that the nearest cut switches on.
        on: Number of rows that it switches on.
        positives: Number of positive rows in all.
    """
    goal, least = f"{objective.kind} {objective.value:g}", least_positives(objective.value, confidence)
    said = f"no threshold is sure to reach {goal} (confidence {confidence:g}): "
    if objective.kind == "recall":
        return f"{said}that takes {least} positive held-out rows, there are {positives}"
    reached = true / max(on, 1)
    rows = _rows_to_show(objective.value, confidence, reached)
    if rows is None and positives < least:
        return f"{said}that takes at least {least} positive held-out rows, there are {positives}"
    if rows is None:
        return f"{said}the nearest has precision {reached:.3f} on held-out rows; as precise as that, no number would do"
    return (
        f"{said}with the precision of {reached:.3f} that the nearest has on held-out rows it takes about "
        f"{math.ceil(positives * rows / max(on, 1))} positive ones, there are {positives}"
    )


def _rows_to_show(precision: float, confidence: float, reached: float) -> int | None:
    """Return how many rows have to be switched on to show a precision, where a share of them is right."""
    if reached <= precision:
        return None
    rows = least_positives(precision, confidence)
    while rows < MOST_ROWS:
        if binom.sf(math.floor(reached * rows + 1e-9) - 1, rows, precision) <= 1 - confidence:
            return rows
        rows = math.ceil(rows * 1.02)
    return None
