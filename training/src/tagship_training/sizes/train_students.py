"""Training students of every size, a few sizes at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from tagship_runtime.typing import Scores
from tagship_training.errors import DivergedError
from tagship_training.network.architecture import Architecture
from tagship_training.network.distil import TransferSet, build_students, distil
from tagship_training.network.fit import Interrupted
from tagship_training.network.graph import Group
from tagship_training.network.held_out import held_out_scores
from tagship_training.network.history import History, OnEpoch
from tagship_training.network.refine import Refine, leave
from tagship_training.sizes.make_size import SizeMaker
from tagship_training.sizes.size import AVERAGED, Size

AT_ONCE = 2
"""Sizes that are trained at the same time: their steps are too small to keep more than one core busy each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Students:
    """Students of all sizes, as far as they were trained.

    Attributes:
        sizes: One per size, and the best ones averaged.
        of_folds: Of each size, the students of the folds without the one that learned from all rows, with their
            scores of the held-out rows; none where rows of their own judge.
        history: Losses after each epoch.
        notices: Sentences for the user.
    """

    sizes: list[Size]
    of_folds: list[tuple[Group, Scores]]
    history: History
    notices: list[str]


def train_students(
    architectures: Sequence[Architecture],
    transfer: TransferSet,
    maker: SizeMaker,
    on_epoch: OnEpoch | None,
    refine: Refine = leave,
) -> Students:
    """Train students of every size, and average the best ones; sizes that diverge are left out.

    Args:
        architectures: From small to large.
        transfer: What all learn from.
        maker: Makes models of them.
        on_epoch: Called after each epoch.
        refine: Trains them on, on rows that memory need not hold.
    """
    # Weights are drawn from a generator that all threads share, so no two sizes are built at the same time.
    built = [build_students(architecture, transfer, maker.config.seed) for architecture in architectures]
    found = Students(sizes=[], of_folds=[], history=[], notices=[])
    groups: list[Group] = []
    for group, outcome in zip(built, _train_all(built, transfer, maker.config.seed, on_epoch), strict=False):
        name = group.architecture.name
        if isinstance(outcome, DivergedError):
            found.notices.append(f"students of size {name} are left out: {outcome}")
            continue
        if isinstance(outcome, BaseException):
            found.notices.append(f"interrupted before students of size {name} were trained")
            break
        found.history.extend(outcome)
        groups.append(group)
    refined = refine(groups, maker.rows, found.history)
    found.history.extend(refined.history)
    found.notices.extend(refined.notices)
    for group in groups:
        held_out = held_out_scores(group, maker.rows)
        found.sizes.append(maker.make(group.architecture.name, [group], (1.0,), held_out))
        if maker.rows.crossed and group.architecture.members > 1:
            found.of_folds.append((_of_folds(group), held_out))
    if found.of_folds:
        best = int(np.argmin([size.metrics["log_loss"] for size in found.sizes]))
        average, held_out = found.of_folds[best]
        found.sizes.append(maker.make(average.architecture.name, [average], (1.0,), held_out))
    return found


def _train_all(
    groups: Sequence[Group], transfer: TransferSet, seed: int, on_epoch: OnEpoch | None
) -> list[History | DivergedError | KeyboardInterrupt | Interrupted]:
    """Train groups, some at a time; after Ctrl-C the list ends with it."""
    stopped = threading.Event()

    def on_each(network: str, epoch: int, epochs: int, loss: float, val_loss: float) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        if on_epoch is not None:
            on_epoch(network, epoch, epochs, loss, val_loss)

    outcomes: list[History | DivergedError | KeyboardInterrupt | Interrupted] = []
    with ThreadPoolExecutor(AT_ONCE, "tagship-students") as pool:
        trainings = [pool.submit(distil, group, transfer, seed, on_each) for group in groups]
        for training in trainings:
            try:
                outcomes.append(training.result())
            except DivergedError as error:
                outcomes.append(error)
            except (KeyboardInterrupt, Interrupted) as interrupt:
                stopped.set()
                for other in trainings:
                    other.cancel()
                return [*outcomes, interrupt]
            except BaseException:
                stopped.set()
                raise
    return outcomes


def _of_folds(group: Group) -> Group:
    """The students of all folds, whose average has a log loss of at most the mean of theirs."""
    name = f"{group.architecture.name}-{AVERAGED}"
    return replace(group, architecture=replace(group.architecture, name=name, final=False))
