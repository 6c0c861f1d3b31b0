"""Budgets of each label on its own: a rare one that is lost among many shows in no total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tagship_export.recipes import Budget
from tagship_export.verification.bounds import lower_bound
from tagship_runtime.typing import Decisions

ERRORS = 2.0
"""Standard errors by which rows gained and lost have to differ before a change counts."""


def label_faults(wanted: Decisions, shipped: Decisions, labels: Sequence[str], budget: Budget) -> Iterator[str]:
    """Yield which labels break their budget beyond what chance explains.

    Of the rows that either side switches a label on for, the share that the other does not is counted by its 95%
    lower bound (Clopper & Pearson 1934). The change of how many rows are switched on counts where rows gained and
    lost differ by more than two standard errors (McNemar 1947).

    Args:
        wanted: The original's decisions, (rows, labels).
        shipped: The artifact's at the thresholds that it ships.
        labels: Names of the labels.
        budget: What is allowed.
    """
    lost, gained = (wanted & ~shipped).sum(axis=0), (shipped & ~wanted).sum(axis=0)
    before, either = wanted.sum(axis=0), (wanted | shipped).sum(axis=0)
    flips, change = lost + gained, gained - lost
    for label in np.flatnonzero(flips).tolist():
        if lower_bound(int(flips[label]), int(either[label])) > budget.max_label_flips:
            yield (
                f"label {labels[label]!r}: {flips[label]} of the {either[label]} rows that either side switches on "
                f"differ (allowed {budget.max_label_flips:.0%}, beyond chance)"
            )
        elif abs(change[label]) > max(
            budget.max_share_change * float(before[label]), ERRORS * float(np.sqrt(flips[label]))
        ):
            yield (
                f"label {labels[label]!r}: it is on in {before[label] + change[label]} rows instead of {before[label]} "
                f"(allowed {budget.max_share_change:.0%} more or less)"
            )
