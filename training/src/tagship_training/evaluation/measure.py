"""Measurement of a trained model: all figures from its scores on held-out and test rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tagship_runtime.documents import CurvesDocument
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model to measure, with its rows and what was trained beside it.

    Attributes:
        table: Rows by purpose.
        ensemble: The model and its held-out scores.
        thresholds: One per label, tuned on the held-out scores.
        retrain: Trains the same on fewer rows, for a learning curve.
        simpler_models: Trained already; they stand for baselines unless others are asked for.
        logistic_regression: The one among the teachers, which tells words of texts; None without one.
    """

    table: Prepared
    ensemble: Ensemble
    thresholds: tuple[float, ...]
    retrain: Callable[[Prepared], Ensemble]
    simpler_models: Sequence[baselines.TrainedBaseline]
    logistic_regression: Group | None


def measure(model: TrainedModel, config: Config, options: Options, on_step: OnStep) -> Figures:
    """Measure a model on the rows that thresholds were tuned on and on the test rows.

    Args:
        model: With its rows.
        config: Objective and seed.
        options: Baselines, a learning curve, the best possible scores.
        on_step: Called before what takes long.
    """
    table, ensemble, thresholds = model.table, model.ensemble, model.thresholds
    targets, held_out_targets = table.rows["test"].known_targets, ensemble.rows.held_out_targets
    scores = ensemble.scores(table.matrices["test"])
    compared = _compare_baselines(model, scores, config, options, on_step)
    frequent = metrics.frequent(targets, scores, thresholds, table.labels, held_out_targets)
    all_frequent = frequent is not None and len(frequent["labels"]) == len(table.labels)
    words = model.logistic_regression and telling_words(model.logistic_regression, ensemble.rows, table.labels)
    texts = any(feature.counted for feature in table.features)
    return Figures(
        metrics={
            "held_out": metrics.evaluate(held_out_targets, ensemble.held_out, thresholds),
            "test": metrics.evaluate(targets, scores, thresholds),
        },
        intervals=intervals(targets, scores, thresholds, frequent["interval"] if frequent and all_frequent else None),
        frequent=frequent,
        repeated=judge_repeated(targets, scores, thresholds, table.repeats["test"], table.repeats["train"]),
        per_label=metrics.per_label(targets, scores, thresholds, table.labels),
        diagnosis=_diagnose(model, scores, config, options, on_step),
        baselines=compared,
        baseline_verdict=baselines.verdict(compared, _shipped(ensemble)) if compared else None,
        curves=_gather_curves(model, scores, config),
        words=words or None,
        nearest=nearest_rows(targets, scores, thresholds, table.labels) if texts else None,
    )


def _shipped(ensemble: Ensemble) -> str:
    """Name the model in words: without a hidden layer it is no network."""
    hidden = any(group.hidden for group in ensemble.architectures)
    return "the network" if hidden else "the logistic regression, which ships,"


def _compare_baselines(
    model: TrainedModel, scores: Scores, config: Config, options: Options, on_step: OnStep
) -> tuple[baselines.Baseline, ...]:
    """Compare the model with simpler ones: those that are there already, others on the same rows, or none."""
    table, ensemble, network = model.table, model.ensemble, (scores, model.thresholds)
    targets, goal = table.rows["test"].known_targets, (config.objective, config.seed, config.confidence)
    if options.baselines is None:
        return baselines.compare_trained(model.simpler_models, ensemble.rows.held_out_targets, targets, network, *goal)
    if not options.baselines:
        return ()
    on_step("training baselines")
    test = (all_rows(table.matrices["test"]), targets)
    return baselines.compare(ensemble.rows, test, network, *goal)


def _gather_curves(model: TrainedModel, scores: Scores, config: Config) -> CurvesDocument:
    """Gather the counts that plots are drawn from, of the columns that the model takes."""
    table, ensemble = model.table, model.ensemble
    return curves.gather(
        table.rows["test"].known_targets,
        scores,
        model.thresholds,
        table.labels,
        held_out=len(ensemble.rows.held_out_targets),
        features=with_columns(table.features, ensemble.columns),
        matrix=select_columns(preprocessing.sample(table.matrices["train"], config.seed), ensemble.columns),
    )


def _diagnose(model: TrainedModel, scores: Scores, config: Config, options: Options, on_step: OnStep) -> Diagnosis:
    """Compare losses on learned, held-out and test rows, and with more or fewer rows where that was asked for."""
    table, ensemble = model.table, model.ensemble
    targets, matrix = table.rows["test"].known_targets, table.matrices["test"]
    test = log_loss(targets, scores)
    return Diagnosis(
        learned=ensemble.learned_loss,
        held_out=log_loss(ensemble.rows.held_out_targets, ensemble.held_out),
        test=test,
        optimal=None if options.optimum is None else log_loss(targets, options.optimum(all_rows(matrix))),
        curve=learning_curve(table, model.retrain, config.seed, test, on_step) if options.learning_curve else None,
        falling=fall_of(ensemble.history),
        better_size=ensemble.better_size,
        leaks=table.leaks,
        deciding=table.deciding,
    )
