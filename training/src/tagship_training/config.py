"""What can be chosen about the network and its training, and the two presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagship_training.errors import TrainingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A network and how it is trained.

    Attributes:
        preset: The preset it comes from.
        hidden: Units of each hidden layer.
        dropout: Share of units dropped after each hidden layer while training, in [0, 1).
        scale: Whether inputs are centred, scaled by robust ranges and clipped inside the graph.
        epochs: Passes over the training rows, at most.
        batch_size: Rows per step.
        learning_rate: Of the optimizer, at the start.
        weight_decay: Decoupled weight decay of AdamW; 0 is plain Adam.
        patience: Epochs without a better validation loss before training stops and the best weights return;
            None trains all epochs and keeps the last weights.
        seed: Of initial weights, shuffling, dropout and splits.
    """

    preset: str = "default"
    hidden: tuple[int, ...] = (64, 64)
    dropout: float = 0.1
    scale: bool = True
    epochs: int = 200
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    patience: int | None = 20
    seed: int = 42

    def __post_init__(self) -> None:
        checks = {
            "hidden": all(units >= 1 for units in self.hidden) or "units of at least 1 each",
            "dropout": 0 <= self.dropout < 1 or "a share of at least 0 and below 1",
            "epochs": self.epochs >= 1 or "at least 1",
            "batch_size": self.batch_size >= 1 or "at least 1",
            "learning_rate": 0 < self.learning_rate < float("inf") or "a positive number",
            "weight_decay": 0 <= self.weight_decay < float("inf") or "0 or a positive number",
            "patience": self.patience is None or self.patience >= 1 or "at least 1",
            "seed": 0 <= self.seed < 2**32 or "a number from 0 to 4294967295",
        }
        for name, need in checks.items():
            if need is not True:
                raise TrainingError(f"{name} is {getattr(self, name)}; {need} is needed")


PRESETS: Mapping[str, Config] = {
    "default": Config(),
    "article": Config(
        preset="article",
        hidden=(32, 16, 8),
        dropout=0.0,
        scale=False,
        epochs=50,
        batch_size=250,
        weight_decay=0.0,
        patience=None,
    ),
}
"""``article`` is the reference classifier exactly; ``default`` is for tables as they come."""
