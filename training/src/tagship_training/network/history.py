"""Training history: one record per epoch of each group, and the callback for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypedDict


class Epoch(TypedDict):
    """Mean losses after one epoch of one group; ``val_loss`` is that of rows that a member did not learn from."""

    network: str
    epoch: int
    loss: float
    val_loss: float


History: TypeAlias = list[Epoch]
"""Epochs of one group after those of another."""

OnEpoch: TypeAlias = Callable[[str, int, int, float, float], None]
"""Called with the group's name, the epoch from 1, how many there are, loss and validation loss."""

OnStep: TypeAlias = Callable[[str], None]
"""Called with the name of the step that begins."""
