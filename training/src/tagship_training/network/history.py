"""What is told of epochs, while they go by and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

History: TypeAlias = list[dict[str, Any]]
"""Per epoch of each group: ``network``, ``epoch``, ``loss`` and ``val_loss``."""

OnEpoch: TypeAlias = Callable[[str, int, int, float, float], None]
"""Told the group's name, the epoch from 1, how many there are, loss and validation loss."""
