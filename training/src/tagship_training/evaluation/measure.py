"""Measurement of a trained model: all figures from its scores on held-out and test rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tagship_runtime.typing import Scores
from tagship_training.config import Config, Options
from tagship_training.data.fewer_columns import with_columns
from tagship_training.data.prepare import Prepared
from tagship_training.data.sparse_rows import all_rows, select_columns
from tagship_training.evaluation import baselines, curves, metrics
from tagship_training.evaluation.diagnosis import Diagnosis, fall_of
from tagship_training.evaluation.figures import Figures
from tagship_training.evaluation.intervals import intervals
from tagship_training.evaluation.learning_curve import learning_curve
from tagship_training.evaluation.repeated import judge_repeated
from tagship_training.evaluation.words import nearest_rows, telling_words
from tagship_training.network import preprocessing
from tagship_training.network.ensemble import Ensemble
from tagship_training.network.graph import Group
from tagship_training.network.history import OnStep
from tagship_training.network.log_loss import log_loss


def measure(
    table: Prepared,
    ensemble: Ensemble,
    thresholds: tuple[float, ...],
    config: Config,
    options: Options,
    train: Callable[[Prepared], Ensemble],
    trained: Sequence[baselines.TrainedBaseline],
    line: Group | None,
    on_step: OnStep,
) -> Figures:
    """Measure a model on the rows that thresholds were tuned on and on the test rows.

    Args:
        table: Rows by purpose.
        ensemble: The model and its held-out scores.
        thresholds: One per label, tuned on the held-out scores.
        config: Objective and seed.
        options: Baselines, a learning curve, the best possible scores.
        train: Trains the same on fewer rows, for a learning curve.
        trained: Simpler models that were trained already, which stand for baselines unless others are asked for.
        line: The logistic regression among the teachers, which tells words of texts; None without one.
        on_step: Called before what takes long.
    """
    targets, held_out_targets = table.rows["test"].known_targets, ensemble.rows.held_out_targets
    scores = ensemble.scores(table.matrices["test"])
    compared: tuple[baselines.Baseline, ...] = ()
    if options.baselines:
        compared = _baselines(table, ensemble, scores, thresholds, config, on_step)
    elif options.baselines is None:
        network = (scores, thresholds)
        compared = baselines.compare_trained(trained, held_out_targets, targets, network, config.objective, config.seed)
    frequent = metrics.frequent(targets, scores, thresholds, table.labels, held_out_targets)
    texts = any(feature.counted for feature in table.features)
    whole = frequent is not None and len(frequent["labels"]) == len(table.labels)
    return Figures(
        metrics={
            "held_out": metrics.evaluate(held_out_targets, ensemble.held_out, thresholds),
            "test": metrics.evaluate(targets, scores, thresholds),
        },
        intervals=intervals(targets, scores, thresholds, frequent["interval"] if frequent and whole else None),
        frequent=frequent,
        repeated=judge_repeated(targets, scores, thresholds, table.repeats["test"], table.repeats["train"]),
        per_label=metrics.per_label(targets, scores, thresholds, table.labels),
        diagnosis=diagnose(table, ensemble, scores, config, options, train, on_step),
        baselines=compared,
        baseline_verdict=baselines.verdict(compared) if compared else None,
        curves=curves.gather(
            targets,
            scores,
            thresholds,
            table.labels,
            held_out=len(held_out_targets),
            features=with_columns(table.features, ensemble.columns),
            matrix=select_columns(preprocessing.sample(table.matrices["train"], config.seed), ensemble.columns),
        ),
        words=(line and telling_words(line, ensemble.rows, table.labels)) or None,
        nearest=nearest_rows(targets, scores, thresholds, table.labels) if texts else None,
    )


def diagnose(
    table: Prepared,
    ensemble: Ensemble,
    scores: Scores,
    config: Config,
    options: Options,
    train: Callable[[Prepared], Ensemble],
    on_step: OnStep,
) -> Diagnosis:
    """Compare losses on learned, held-out and test rows, and with more or fewer rows where that was asked for."""
    targets, matrix = table.rows["test"].known_targets, table.matrices["test"]
    test = log_loss(targets, scores)
    return Diagnosis(
        learned=ensemble.learned_loss,
        held_out=log_loss(ensemble.rows.held_out_targets, ensemble.held_out),
        test=test,
        optimal=None if options.optimum is None else log_loss(targets, options.optimum(all_rows(matrix))),
        curve=learning_curve(table, train, config.seed, test, on_step) if options.learning_curve else None,
        falling=fall_of(ensemble.history),
        better_size=ensemble.better_size,
        leaks=table.leaks,
    )


def _baselines(
    table: Prepared,
    ensemble: Ensemble,
    scores: Scores,
    thresholds: tuple[float, ...],
    config: Config,
    on_step: OnStep,
) -> tuple[baselines.Baseline, ...]:
    on_step("training baselines")
    test = (all_rows(table.matrices["test"]), table.rows["test"].known_targets)
    return baselines.compare(ensemble.rows, test, (scores, thresholds), config.objective, config.seed)
