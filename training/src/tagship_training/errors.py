"""Errors of training, one branch of the tree in :mod:`tagship_runtime.errors`."""

from __future__ import annotations

from tagship_runtime.errors import OutputError, TagshipError


class TrainingError(TagshipError, ValueError):
    """A table or a configuration that cannot be trained on."""


class TableError(TrainingError):
    """Rows, columns or labels that cannot be learned from."""


class ConfigError(TrainingError):
    """A choice that is out of range, or that no network fits."""


class DivergedError(TrainingError, ArithmeticError):
    """Training left the numbers that float32 holds.

    Attributes:
        group: Name of the group of networks.
        epoch: The epoch in which it happened, from 1.
        loss: Mean loss of that epoch's steps.
    """

    def __init__(self, group: str, epoch: int, loss: float) -> None:
        super().__init__(group, epoch, loss)
        self.group, self.epoch, self.loss = group, epoch, loss

    def __str__(self) -> str:
        return (
            f"training diverged in epoch {self.epoch} of the {self.group} networks (loss {self.loss:.3g}); lower the "
            "learning rate, or look for values of an absurd size"
        )


class RunFolderError(TrainingError, OutputError):
    """A run folder that cannot be written, or that something else stands in."""
