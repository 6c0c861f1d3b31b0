"""Claim: a label's budget of an export rejects what exceeds it, and hardly ever what keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line, share

from tagship_export.recipes import Budget
from tagship_export.verification.label_budgets import label_faults

TITLE = "budgets per label (25%), which version 0.1 had not: a label is rejected"
SAMPLES, ROWS = 2000, 3000
BUDGET = Budget(max_flip_rate=0.02, max_f1_drop=0.01)


def lines(seed: int) -> Iterator[Line]:
    """One label whose decisions flip with a known rate; in the long run the budget is kept, or broken."""
    for switched_on, lost, gained, claimed in (
        (10, 0.0, 0.0, "0%"),
        (10, 1 / 7, 1 / 7, "<= 5%"),  # of 1 + 1/7 as many rows 2/7 differ, which is a quarter
        (50, 1 / 7, 1 / 7, "<= 5%"),
        (300, 1 / 7, 1 / 7, "<= 5%"),
        (50, 0.15, 0.0, "<= 5%"),
        (300, 0.2, 0.0, "<= 5%"),
        (300, 0.25, 0.0, "half"),  # a change that is no chance is counted as it is
        (10, 0.6, 0.0, "the more the better"),
        (30, 0.6, 0.0, "the more the better"),
        (100, 0.4, 0.0, "the more the better"),
        (300, 0.35, 0.0, "the more the better"),
    ):
        random = np.random.default_rng(seed)
        rejected = [any(_faults(random, switched_on, lost, gained)) for _ in range(SAMPLES)]
        case = f"on in {switched_on} of {ROWS:,} rows, of which {lost:.1%} are lost and {gained:.1%} as many gained"
        yield Line(case, claimed, "0.0%", share(rejected))


def _faults(random: np.random.Generator, switched_on: int, lost: float, gained: float) -> Iterator[str]:
    """Yield what is said of one artifact: of rows that are on each is lost by chance, and others are gained."""
    wanted = np.zeros((ROWS, 1), bool)
    wanted[:switched_on] = True
    shipped = wanted.copy()
    shipped[:switched_on, 0] = random.random(switched_on) >= lost
    others = ROWS - switched_on
    shipped[switched_on:, 0] = random.random(others) < gained * switched_on / others
    return label_faults(wanted, shipped, ["label"], BUDGET)
