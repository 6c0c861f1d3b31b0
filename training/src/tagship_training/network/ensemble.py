"""Training of all networks for a prepared table: architectures, folds, groups, one assembled model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tagship_runtime.typing import RowNumbers, Scores
from tagship_training.config import Config
from tagship_training.data.bag_of_words import BagOfWords
from tagship_training.data.folds import LearningRows, learning_rows
from tagship_training.data.prepare import Prepared
from tagship_training.data.shared_words import bag_of
from tagship_training.data.sparse_rows import Matrix, select_columns
from tagship_training.network import fit, preprocessing
from tagship_training.network.architecture import Architecture
from tagship_training.network.assemble import assemble
from tagship_training.network.choose_architectures import choose_architectures, on_cap
from tagship_training.network.graph import Group, build
from tagship_training.network.history import History, OnEpoch, OnStep
from tagship_training.network.keras_scores import scores_of
from tagship_training.network.refine import refinement


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """A trained model, with the held-out scores that thresholds and figures are computed from.

    Attributes:
        model: The Keras model, encoded features (rows, width) to scores (rows, labels).
        architectures: Architectures of the groups in it.
        shares: Weight of each group in the scores.
        rows: Rows that the groups learned from, and those that they were judged by.
        held_out: Scores of the held-out rows by members that did not learn from them, float32 (rows, labels).
        learned_loss: Mean log loss of rows by members that learned from them.
        history: Losses after each epoch of each group.
        notices: Sentences for the user.
        columns: Columns of the table's matrix that it takes; None for all.
        better_size: ``smaller`` or ``larger`` where a network of such a size had a lower held-out loss, ``none`` where
            none had; None where no other size was trained.
    """

    model: Any
    architectures: tuple[Architecture, ...]
    shares: tuple[float, ...]
    rows: LearningRows
    held_out: Scores
    learned_loss: float
    history: History
    notices: tuple[str, ...] = ()
    columns: RowNumbers | None = None
    better_size: str | None = None

    def scores(self, matrix: Matrix) -> Scores:
        """Scores of rows as the table encodes them, float32 (rows, labels)."""
        return scores_of(self.model, select_columns(matrix, self.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedGroups:
    """Groups of networks with their weights; fewer than were planned where training was interrupted."""

    groups: tuple[Group, ...]
    history: History
    notices: tuple[str, ...] = ()


def train_ensemble(
    table: Prepared, config: Config, on_epoch: OnEpoch | None = None, on_step: OnStep = lambda step: None
) -> Ensemble:
    """Train the networks that a configuration means for a table, and assemble them into one model.

    Args:
        table: Rows to learn from and, where the caller gave some, to validate by.
        config: The networks and their training.
        on_epoch: Called after each epoch.
        on_step: Called before what takes long.

    Raises:
        ConfigError: No network fits into ``config.max_parameters``.
        DivergedError: A loss is no finite number.
        TableError: There are too few rows.
    """
    matrix = table.matrices["train"]
    seen = preprocessing.sample(matrix, config.seed)
    bag = bag_of(table.features, matrix, None)
    numeric = len(preprocessing.numeric_columns(seen, bag))
    architectures = choose_architectures(
        config, rows=len(matrix), width=matrix.shape[1], numeric=numeric, labels=len(table.labels)
    )
    rows = learning_rows(table, architectures[0].members, config)
    trained = train_groups(architectures, rows, seen, config, on_epoch, bag)
    refined = refinement(table, config, on_epoch, on_step)(trained.groups, rows, trained.history)
    assembled = assemble(trained.groups, rows, calibrate=config.calibrate)
    return Ensemble(
        model=assembled.model,
        architectures=architectures[: len(trained.groups)],
        shares=assembled.shares,
        rows=rows,
        held_out=assembled.held_out,
        learned_loss=assembled.learned_loss,
        history=trained.history + refined.history,
        notices=(
            *on_cap(architectures, config, rows=len(matrix), width=matrix.shape[1], numeric=numeric),
            *trained.notices,
            *refined.notices,
        ),
    )


def train_groups(
    architectures: Sequence[Architecture],
    rows: LearningRows,
    seen: Matrix,
    config: Config,
    on_epoch: OnEpoch | None = None,
    bag: BagOfWords | None = None,
) -> TrainedGroups:
    """Train one group after the other; Ctrl-C keeps the best weights so far and ends there.

    Args:
        architectures: Of the groups.
        rows: Rows to learn from and to be judged by.
        seen: Training rows that ranges and quantiles are measured on, float32 (some rows, width).
        config: Class weights and the seed.
        on_epoch: Called after each epoch.
        bag: Columns that count words.
    """
    keras.utils.set_random_seed(config.seed)
    priors = np.clip(rows.targets.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3).astype(np.float32)
    numeric = preprocessing.numeric_columns(seen, bag)
    balanced = config.class_weights == "balanced"
    groups: list[Group] = []
    history: History = []
    for architecture in architectures:
        encoding = preprocessing.fit(architecture, seen, numeric, bag) if architecture.scale else None
        group = build(architecture, encoding, rows.matrix.shape[1], priors)
        groups.append(group)
        try:
            history += fit.fit(group, rows, balanced=balanced, seed=config.seed, on_epoch=on_epoch)
        except fit.Interrupted as interrupted:
            notice = f"{interrupted} of the {architecture.name} networks; the best weights so far are kept"
            return TrainedGroups(groups=tuple(groups), history=history + interrupted.history, notices=(notice,))
    return TrainedGroups(groups=tuple(groups), history=history)
