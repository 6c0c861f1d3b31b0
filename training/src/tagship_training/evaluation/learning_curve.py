"""Test loss of the same training on fewer rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tagship_training.data.prepare import Prepared
from tagship_training.network.ensemble import Ensemble
from tagship_training.network.history import OnStep
from tagship_training.network.log_loss import log_loss

SHARES = (0.25, 0.5)
"""Shares of the training rows that are measured besides all of them."""


def learning_curve(
    table: Prepared, train: Callable[[Prepared], Ensemble], seed: int, full_loss: float, on_step: OnStep
) -> dict[str, float]:
    """Test log loss by share of the training rows, which are chosen at random.

    Args:
        table: Rows by purpose.
        train: How the model was trained.
        seed: Of the choice of rows.
        full_loss: Test log loss of the model that learned from all rows.
        on_step: Called before each training.
    """
    order = np.random.default_rng(seed).permutation(len(table.rows["train"]))
    losses = {}
    for share in SHARES:
        on_step(f"learning curve: {share:.0%} of the rows")
        part = table.take_training_rows(np.sort(order[: int(share * len(order))]))
        scores = train(part).scores(table.matrices["test"])
        losses[f"{share:.0%}"] = log_loss(table.rows["test"].known_targets, scores)
    return losses | {"100%": full_loss}
