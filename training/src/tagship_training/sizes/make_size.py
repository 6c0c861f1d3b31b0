"""From trained groups to one size of the ladder: a graph with thresholds, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Scores
from tagship_training.config import Config
from tagship_training.data.fewer_columns import with_columns
from tagship_training.data.folds import LearningRows
from tagship_training.evaluation import metrics
from tagship_training.network import platt
from tagship_training.network.assemble import columns_of, to_graph
from tagship_training.network.graph import Group
from tagship_training.network.held_out import learned_loss
from tagship_training.sizes import cost
from tagship_training.sizes.size import Size
from tagship_training.thresholds.tune import choose_thresholds


@dataclass(frozen=True, slots=True)
class SizeMaker:
    """Makes sizes that are judged by the same rows.

    Attributes:
        rows: Rows that all groups were trained on.
        labels: Names of the labels.
        features: Of the columns of their matrix.
        config: Calibration, objective and seed.
    """

    rows: LearningRows
    labels: tuple[str, ...]
    features: tuple[Feature, ...]
    config: Config

    def make(self, name: str, groups: Sequence[Group], shares: tuple[float, ...], held_out: Scores) -> Size:
        """Put trained groups into one graph, tune its thresholds, and measure it.

        Args:
            name: Of the size.
            groups: Trained.
            shares: How much each counts.
            held_out: Scores of the held-out rows by networks that did not learn from them, (held-out rows, labels).
        """
        config, targets = self.config, self.rows.held_out_targets
        calibration = platt.fit(targets, held_out) if config.calibrate else None
        held_out = held_out if calibration is None else platt.apply(held_out, *calibration)
        cuts = choose_thresholds(targets, held_out, self.labels, config.objective, config.seed, config.confidence)
        width, columns = self.rows.matrix.shape[1], columns_of(groups, shares)
        columns = None if columns is not None and np.array_equal(columns, np.arange(width)) else columns
        model = to_graph(groups, shares, calibration, width, columns)
        file_bytes, microseconds = cost.measure(model, width if columns is None else len(columns))
        return Size(
            name=name,
            model=model,
            features=with_columns(self.features, columns),
            columns=columns,
            architectures=tuple(group.architecture for group in groups),
            shares=shares,
            held_out=held_out,
            cuts=cuts,
            parameters=cost.parameters(model),
            bytes=file_bytes,
            microseconds=microseconds,
            learned_loss=float(np.dot(shares, [learned_loss(group, self.rows) for group in groups])),
            metrics=metrics.evaluate(targets, held_out, cuts.thresholds),
        )
