"""Training a group of networks by binary cross-entropy: epochs, the best weights, and when to stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.typing import Features, RowNumbers, Targets
from tagship_training.data.folds import EVERYBODY, NOBODY, Folds, LearningRows
from tagship_training.errors import DivergedError
from tagship_training.network.best_weights import BestWeights
from tagship_training.network.graph import Group
from tagship_training.network.history import History, OnEpoch
from tagship_training.network.steps import Steps

MAX_POSITIVE_WEIGHT = 10.0


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Training was interrupted by Ctrl-C; the group holds the best weights so far.

    Attributes:
        history: Losses of the epochs that were finished.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message, history)
        self.history = history

    def __str__(self) -> str:
        return str(self.args[0])


def fit(
    group: Group,
    rows: LearningRows,
    *,
    soft_targets: Features | None = None,
    judged: LearningRows | None = None,
    balanced: bool = False,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
) -> History:
    """Train a group in place.

    Args:
        group: From :func:`tagship_training.network.graph.build`.
        rows: Rows, each with the member that does not learn from it and is judged by it instead.
        soft_targets: Scores that each network learns instead of the rows' targets, float32 (rows, networks, labels);
            the last weights are kept then.
        judged: Rows that judge; default: the held-out ones among ``rows``.
        balanced: Whether positives are weighted against negatives.
        seed: Of the order of rows.
        on_epoch: Called after each epoch.

    Raises:
        DivergedError: A loss is no finite number.
        Interrupted: Ctrl-C after the first epoch.
    """
    architecture, targets = group.architecture, rows.targets
    rows = replace(rows, matrix=group.prepare(rows.matrix))
    judged = rows if judged is None else replace(judged, matrix=group.prepare(judged.matrix))
    steps = Steps(group, positive_weights(targets) if balanced else np.ones(targets.shape[1], np.float32))
    best = BestWeights(group, keep_last=architecture.weight_decay is None or soft_targets is not None)
    epochs = _epochs(steps, rows, targets if soft_targets is None else soft_targets, judged, seed)
    history: History = []
    try:
        for epoch, (loss, member_losses) in enumerate(epochs, start=1):
            best.keep(member_losses, epoch)
            val_loss = float(member_losses.mean())
            history.append({"network": architecture.name, "epoch": epoch, "loss": loss, "val_loss": val_loss})
            if on_epoch is not None:
                on_epoch(architecture.name, epoch, architecture.epochs, loss, val_loss)
            if architecture.patience is not None and epoch - best.epoch >= architecture.patience:
                break
    except KeyboardInterrupt:
        if not history:
            raise
        raise Interrupted(f"interrupted in epoch {len(history) + 1} of {architecture.epochs}", history) from None
    finally:
        best.restore()
    return history


def _epochs(
    steps: Steps, rows: LearningRows, targets: Features | Targets, judged: LearningRows, seed: int
) -> Iterator[tuple[float, NDArray[np.float64]]]:
    """Yield the loss of each epoch, and that of each network on the rows that judge it, (networks,).

    Raises:
        DivergedError: A loss is no finite number.
    """
    architecture = steps.architecture
    learned = _learned(rows.folds, architecture.networks)
    random = np.random.default_rng(seed)
    for epoch in range(1, architecture.epochs + 1):
        loss = steps.train(rows, targets, random.permutation(learned))
        member_losses = steps.judge(judged)
        if architecture.final:  # which no row is left to judge; the others say how it does
            member_losses[-1] = member_losses[:-1].mean()
        if not np.isfinite([loss, *member_losses]).all():
            raise DivergedError(architecture.name, epoch, loss)
        yield loss, member_losses


def positive_weights(targets: Targets) -> Features:
    """Negatives per positive of each label, at most 10, (labels,)."""
    share = targets.mean(axis=0, dtype=np.float64)
    return np.asarray(np.clip((1 - share) / np.maximum(share, 1e-9), 1.0, MAX_POSITIVE_WEIGHT), np.float32)


def _learned(folds: Folds, networks: int) -> RowNumbers:
    """Numbers of the rows that any network learns from."""
    return np.flatnonzero(folds != NOBODY) if networks > 1 else np.flatnonzero(folds == EVERYBODY)
