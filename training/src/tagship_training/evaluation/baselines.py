"""Simpler models on the same rows, with thresholds tuned in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.documents import BaselineDocument, BaselineMetrics
from tagship_runtime.typing import Features, Scores, Targets
from tagship_training.data.folds import NOBODY, LearningRows
from tagship_training.evaluation.baseline_models import MODELS, Model, constant, fitted, scores_by, scores_of_held_out
from tagship_training.evaluation.bootstrap import bootstrap, difference
from tagship_training.evaluation.metrics import evaluate
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import tune


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Figures of one baseline on the test rows.

    Attributes:
        title: Name of the kind of model.
        simple: Whether it is a simpler thing to ship than a network.
        figures: As for the network; without ``log_loss`` where scores are no probabilities.
        log_loss_difference: 95% interval of the network's log loss less its own, negative where the network is
            better; None where it has none.
        macro_f1_difference: The same of macro-F1, positive where the network is better.
        by_decisions: Whether macro-F1 counts, as it does where thresholds are tuned for F1. For another objective it
            is given away on purpose, and scores alone are compared, where there are any.
    """

    title: str
    simple: bool
    figures: BaselineMetrics
    log_loss_difference: tuple[float, float] | None
    macro_f1_difference: tuple[float, float]
    by_decisions: bool = True

    def to_dict(self) -> BaselineDocument:
        """Return the baseline as ``run.json`` has it."""
        return {
            "title": self.title,
            "simple": self.simple,
            "figures": self.figures,
            "log_loss_difference": None if self.log_loss_difference is None else list(self.log_loss_difference),
            "macro_f1_difference": list(self.macro_f1_difference),
            "by_decisions": self.by_decisions,
            "as_good": self.as_good,
        }

    @property
    def as_good(self) -> bool:
        """True if the test rows do not show the network to be better, in scores or in decisions."""
        worse_scores = self.log_loss_difference is not None and self.log_loss_difference[1] < 0
        return not worse_scores and not (self.compares_decisions and self.macro_f1_difference[0] > 0)

    @property
    def compares_decisions(self) -> bool:
        """True if macro-F1 tells which is better."""
        return self.by_decisions or self.log_loss_difference is None

    @property
    def gains(self) -> str:
        """In what the test rows show it to be better than the network, and by how much; empty for nothing."""
        found = []
        if self.compares_decisions and self.macro_f1_difference[1] < 0:
            low, high = self.macro_f1_difference
            found.append(f"{-high:.3f} to {-low:.3f} in macro-F1")
        if self.log_loss_difference is not None and self.log_loss_difference[0] > 0:
            low, high = self.log_loss_difference
            found.append(f"{low:.4f} to {high:.4f} in log loss")
        return " and ".join(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedBaseline:
    """A simpler model that was trained already, such as a teacher of students.

    Attributes:
        title: Name of its kind.
        simple: Whether it is a simpler thing to ship than a network.
        held_out: Scores of the held-out rows, each by a model that did not learn from it, float32 (rows, labels).
        test: Scores of the test rows, float32 (rows, labels).
    """

    title: str
    simple: bool
    held_out: Scores
    test: Scores


def compare_trained(
    trained: Sequence[TrainedBaseline],
    held_out_targets: Targets,
    targets: Targets,
    network: tuple[Scores, tuple[float, ...]],
    objective: Objective,
    seed: int,
    confidence: float | None = None,
) -> tuple[Baseline, ...]:
    """Compare models that were trained already with the network on the test rows.

    Args:
        trained: Their scores.
        held_out_targets: Of the held-out rows, which thresholds are tuned on.
        targets: Of the test rows.
        network: The network's scores of the test rows, and its thresholds.
        objective: Goal that thresholds are tuned for.
        seed: Of the resamples.
        confidence: Chance that new rows reach a precision or recall, asked of their thresholds as of the network's.
    """
    own = bootstrap(targets, *network, seed)
    found = []
    for baseline in trained:
        thresholds = tune(held_out_targets, baseline.held_out, objective, seed, confidence)
        model = Model(title=baseline.title, make=constant, simple=baseline.simple)
        found.append(_judge(model, targets, baseline.test, thresholds, own, objective, seed))
    return tuple(found)


def compare(
    rows: LearningRows,
    test: tuple[Features, Targets],
    network: tuple[Scores, tuple[float, ...]],
    objective: Objective,
    seed: int,
    confidence: float | None = None,
) -> tuple[Baseline, ...]:
    """Train each baseline, and compare it with the network on the test rows.

    Args:
        rows: Rows that the network learned from, with its folds: thresholds are tuned on scores of models that did
            not learn from the row.
        test: Matrix and targets to judge by.
        network: The network's scores of the test rows, and its thresholds.
        objective: Goal that thresholds are tuned for.
        seed: Of the models and resamples.
        confidence: As for :func:`compare_trained`.
    """
    own = bootstrap(test[1], *network, seed)
    return tuple(_compare(model, rows, test, own, objective, seed, confidence) for model in MODELS)


def _compare(
    model: Model,
    rows: LearningRows,
    test: tuple[Features, Targets],
    network: Mapping[str, NDArray[np.float64]],
    objective: Objective,
    seed: int,
    confidence: float | None,
) -> Baseline:
    """Train one baseline, and compare it with the network's figures on the same resampled rows."""
    features, targets = test
    thresholds = tune(rows.held_out_targets, scores_of_held_out(model, seed, rows), objective, seed, confidence)
    learned = rows.folds != NOBODY
    scores = scores_by(fitted(model.make(seed), rows.matrix[learned], rows.targets[learned]), features)
    return _judge(model, targets, scores, thresholds, network, objective, seed)


def _judge(
    model: Model,
    targets: Targets,
    scores: Scores,
    thresholds: tuple[float, ...],
    network: Mapping[str, NDArray[np.float64]],
    objective: Objective,
    seed: int,
) -> Baseline:
    other = bootstrap(targets, scores, thresholds, seed)
    figures: BaselineMetrics = {**evaluate(targets, scores, thresholds)}
    if not model.probabilities:
        del figures["log_loss"], figures["binary_accuracy_at_0.5"]
    return Baseline(
        title=model.title,
        simple=model.simple,
        figures=figures,
        log_loss_difference=difference(network["log_loss"], other["log_loss"]) if model.probabilities else None,
        macro_f1_difference=difference(network["macro_f1"], other["macro_f1"]),
        by_decisions=objective.kind == "f1",
    )


def verdict(baselines: Sequence[Baseline], shipped: str = "the network") -> str:
    """Say in a sentence whether a network was the right choice, and what it loses to another model.

    Args:
        baselines: What it was compared with.
        shipped: The model that is compared, in words.
    """
    as_good = [baseline for baseline in baselines if baseline.as_good]
    simple = [baseline for baseline in as_good if baseline.simple]
    better = [baseline for baseline in simple if baseline.gains]
    if better:
        best = _best(better)
        but = _lost(one for one in baselines if one is not best)
        return f"a simpler model is better on these test rows: {best.gains} are lost to the {best.title}{but}"
    but = _lost(baselines)
    if simple:
        return f"a simpler model may be as good: {_not_shown(_best(simple), shipped)}{but}"
    if as_good:
        return f"{shipped} beats every simpler model, but not the {as_good[0].title}, larger to ship{but}"
    either = " or in macro-F1" * all(baseline.by_decisions for baseline in baselines)
    return f"{shipped} beats every baseline on these test rows, in log loss{either}{but}"


def _lost(baselines: Iterable[Baseline]) -> str:
    """Say what is lost to other models; empty for nothing."""
    lost = " and ".join(f"{one.gains} to the {one.title}" for one in baselines if one.gains)
    return f"; it loses {lost}" if lost else ""


def _best(baselines: Sequence[Baseline]) -> Baseline:
    """Return the best one, in what thresholds are tuned for; those without probabilities come last for another goal."""
    if all(baseline.by_decisions for baseline in baselines):
        return max(baselines, key=lambda baseline: baseline.figures["macro_f1"])
    return min(baselines, key=lambda baseline: baseline.figures.get("log_loss", np.inf))


def _not_shown(baseline: Baseline, shipped: str) -> str:
    """Say that a model is not shown to be better than a baseline."""
    if not baseline.by_decisions and baseline.log_loss_difference is not None:
        low, high = baseline.log_loss_difference
        return (
            f"these test rows do not show {shipped}'s scores to be better than those of the {baseline.title} (95% "
            f"interval of what it loses in log loss: {low:+.4f} to {high:+.4f})"
        )
    low, high = baseline.macro_f1_difference
    return (
        f"these test rows do not show {shipped} to be better than the {baseline.title} (95% interval of what it "
        f"gains in macro-F1: {low:+.3f} to {high:+.3f})"
    )
