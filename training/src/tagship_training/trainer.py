"""Training from a table to a run: rows, network, thresholds, figures; docs/training.md describes each."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Config, Options
from tagship_training.data.arrays import from_arrays
from tagship_training.data.fewer_columns import with_columns
from tagship_training.data.folds import rows_by_purpose
from tagship_training.data.prepare import Prepared, as_dataset, prepare
from tagship_training.data.stream import Stream
from tagship_training.errors import ConfigError
from tagship_training.evaluation.figures import Figures
from tagship_training.evaluation.measure import TrainedModel, measure
from tagship_training.evaluation.repeated import repeated_notices
from tagship_training.network.ensemble import Ensemble, train_ensemble
from tagship_training.network.history import OnEpoch, OnStep
from tagship_training.run import Run
from tagship_training.sizes.train import Ladder, measure_sizes, train_ladder
from tagship_training.sizes.trained_baselines import trained_baselines
from tagship_training.thresholds.tune import choose_thresholds

PACKAGES = ("tagship-training", "tensorflow", "keras", "scikit-learn", "numpy")
"""Packages whose versions a run records."""


def train(
    features: Any,
    targets: Any = None,
    *,
    labels: Sequence[str] | None = None,
    config: Config | None = None,
    test: Dataset | tuple[Any, Any] | None = None,
    validation: Dataset | tuple[Any, Any] | None = None,
    options: Options | None = None,
    stream: Stream | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: OnStep = lambda step: None,
) -> Run:
    """Train a multilabel classifier.

    Args:
        features: Array-like (rows, features), a sparse matrix of scipy's, a data frame, or a :class:`Dataset`, which
            brings its targets.
        targets: 0 and 1, (rows, labels); a data frame's columns name the labels.
        labels: Their names otherwise.
        config: The network and its training; default: the preset ``default``.
        test: Rows to judge by; default: a third of the rows is set aside.
        validation: Rows to tune thresholds and pick epochs on; default: each network in turn is judged on a
            part of the rows that it did not learn from.
        options: Baselines, a learning curve and the like.
        stream: The table that all these rows were drawn from, whose other rows networks learn from as well; see
            :func:`tagship_training.draw`.
        on_epoch: Called after each epoch with group, epoch, epochs, loss and validation loss.
        on_step: Called with the name of each step as it begins.

    Returns:
        The run, not yet saved. One seed gives the same weights twice on one machine.

    Raises:
        TableError: Rows that cannot be learned from.
        ConfigError: No network fits into ``config.max_parameters``, or choices that do not go together.
        DivergedError: A loss is no finite number.
    """
    config, options = config or Config(), options or Options()
    if stream is not None and options.learning_curve:
        raise ConfigError("a learning curve trains on shares of all rows in memory; leave it out, or give fewer rows")
    data = features if isinstance(features, Dataset) else from_arrays(features, targets, labels=labels)
    others = as_dataset(test, data), as_dataset(validation, data)
    with warnings.catch_warnings():  # whose filters threads of libraries change, each for all
        return _train(data, *others, config, options, stream, on_epoch, on_step)


def _train(
    data: Dataset,
    test: Dataset | None,
    validation: Dataset | None,
    config: Config,
    options: Options,
    stream: Stream | None,
    on_epoch: OnEpoch | None,
    on_step: OnStep,
) -> Run:
    """Train with what callers gave, as it is needed."""
    started = time.perf_counter()
    on_step("preparing")
    table = prepare(data, test, validation, config, options, stream)
    ladder = None if config.one_network is not None else train_ladder(table, config, on_epoch, on_step)
    ensemble = train_ensemble(table, config, on_epoch, on_step) if ladder is None else ladder.ensemble()
    on_step("tuning thresholds")
    held_out = ensemble.rows.held_out_targets, ensemble.held_out
    cuts = choose_thresholds(*held_out, table.labels, config.objective, config.seed, config.confidence)
    model = _with_simpler_models(table, ladder, ensemble, cuts.thresholds, config, options)
    figures = measure(model, config, options, on_step)
    drawn = [] if stream is None else [stream.notice({name: len(own) for name, own in table.rows.items()})]
    found = (*table.notices, *repeated_notices(table, figures), *ensemble.notices, *cuts.notices)
    return replace(
        _as_run(model, ladder, figures, config),
        notices=(*options.notes, *drawn, *found),
        missed_by=cuts.missed_by,
        label_words={label: own for label, own in options.label_words.items() if label in table.labels},
        seconds=time.perf_counter() - started,
    )


def _with_simpler_models(
    table: Prepared,
    ladder: Ladder | None,
    ensemble: Ensemble,
    thresholds: tuple[float, ...],
    config: Config,
    options: Options,
) -> TrainedModel:
    """Put beside a model what its figures are compared with."""
    return TrainedModel(
        table=table,
        ensemble=ensemble,
        thresholds=thresholds,
        retrain=_retrainer(ladder, config),
        simpler_models=trained_baselines(ladder, table) if ladder is not None and options.baselines is None else [],
        logistic_regression=None if ladder is None else ladder.logistic_regression,
    )


def _as_run(model: TrainedModel, ladder: Ladder | None, figures: Figures, config: Config) -> Run:
    """Put together what is kept of a training."""
    table, ensemble = model.table, model.ensemble
    return Run(
        model=ensemble.model,
        labels=table.labels,
        features=with_columns(table.features, ensemble.columns),
        thresholds=model.thresholds,
        config=config,
        architectures=ensemble.architectures,
        shares=ensemble.shares,
        figures=figures,
        history=ensemble.history if ladder is None else ladder.history,
        ladder=ladder,
        stream=table.stream,
        size_metrics={} if ladder is None else measure_sizes(ladder, table),
        rows=rows_by_purpose(table.rows, ensemble.rows.folds, config),
        repeated=table.repeated,
        notices=(),
        versions={package: version(package) for package in PACKAGES},
        seconds=0.0,
    )


def _retrainer(ladder: Ladder | None, config: Config) -> Callable[[Prepared], Ensemble]:
    """Call that trains the same again on fewer rows, for a learning curve."""
    if ladder is None:
        return partial(train_ensemble, config=config)

    def retrain(part: Prepared) -> Ensemble:
        return train_ladder(part, config, None, lambda step: None).ensemble()

    return retrain
