"""Simpler models on the same rows, with thresholds tuned in the same way."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from sklearn.svm import LinearSVC

from tagship_runtime.documents import BaselineDocument, BaselineMetrics
from tagship_runtime.typing import Features, Scores, Targets
from tagship_training.data.folds import EVERYBODY, NOBODY, LearningRows
from tagship_training.evaluation.bootstrap import bootstrap, difference
from tagship_training.evaluation.metrics import evaluate
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import tune

TREES = 300


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
        compared = self.by_decisions or self.log_loss_difference is None
        return not worse_scores and not (compared and self.macro_f1_difference[0] > 0)


def _constant(_: int) -> Any:
    return OneVsRestClassifier(DummyClassifier(strategy="prior"))


def _logistic(_: int) -> Any:
    return make_pipeline(RobustScaler(quantile_range=(5, 95)), OneVsRestClassifier(LogisticRegression(max_iter=2000)))


def _svm(seed: int) -> Any:
    machine = LinearSVC(random_state=seed, max_iter=5000)
    return make_pipeline(RobustScaler(quantile_range=(5, 95)), OneVsRestClassifier(machine))


def _forest(seed: int) -> Any:
    return RandomForestClassifier(TREES, random_state=seed, n_jobs=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A kind of model to compare with.

    Attributes:
        title: Name of the kind.
        make: Function from a seed to an estimator of scikit-learn.
        simple: Whether it is a simpler thing to ship than a network.
        probabilities: Whether its scores are probabilities.
    """

    title: str
    make: Callable[[int], Any]
    simple: bool = True
    probabilities: bool = True


MODELS: Sequence[Model] = (
    Model(title="constant frequencies", make=_constant),
    Model(title="logistic regression", make=_logistic),
    Model(title="linear SVM", make=_svm, probabilities=False),
    Model(title="random forest", make=_forest, simple=False),
)
"""Models that a network is compared with, in this order."""


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
) -> tuple[Baseline, ...]:
    """Compare models that were trained already with the network on the test rows.

    Args:
        trained: Their scores.
        held_out_targets: Of the held-out rows, which thresholds are tuned on.
        targets: Of the test rows.
        network: The network's scores of the test rows, and its thresholds.
        objective: Goal that thresholds are tuned for.
        seed: Of the resamples.
    """
    own = bootstrap(targets, *network, seed)
    found = []
    for baseline in trained:
        thresholds = tune(held_out_targets, baseline.held_out, objective, seed)
        model = Model(title=baseline.title, make=_constant, simple=baseline.simple)
        found.append(_judge(model, targets, baseline.test, thresholds, own, objective, seed))
    return tuple(found)


def compare(
    rows: LearningRows,
    test: tuple[Features, Targets],
    network: tuple[Scores, tuple[float, ...]],
    objective: Objective,
    seed: int,
) -> tuple[Baseline, ...]:
    """Train each baseline, and compare it with the network on the test rows.

    Args:
        rows: Rows that the network learned from, with its folds: thresholds are tuned on scores of models that did
            not learn from the row.
        test: Matrix and targets to judge by.
        network: The network's scores of the test rows, and its thresholds.
        objective: Goal that thresholds are tuned for.
        seed: Of the models and resamples.
    """
    own = bootstrap(test[1], *network, seed)
    return tuple(_compare(model, rows, test, own, objective, seed) for model in MODELS)


def _compare(
    model: Model,
    rows: LearningRows,
    test: tuple[Features, Targets],
    network: Mapping[str, NDArray[np.float64]],
    objective: Objective,
    seed: int,
) -> Baseline:
    """Train one baseline, and compare it with the network's figures on the same resampled rows."""
    features, targets = test
    thresholds = tune(rows.held_out_targets, _held_out_scores(model, seed, rows), objective, seed)
    learned = rows.folds != NOBODY
    scores = _scores(_fitted(model.make(seed), rows.matrix[learned], rows.targets[learned]), features)
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


def verdict(baselines: Sequence[Baseline]) -> str:
    """Say in a sentence whether a network was the right choice."""
    as_good = [baseline for baseline in baselines if baseline.as_good]
    simple = [baseline for baseline in as_good if baseline.simple]
    if simple:
        best = max(simple, key=lambda baseline: baseline.figures["macro_f1"])
        low, high = best.macro_f1_difference
        if high < 0:
            gain = f"{-high:.3f} to {-low:.3f}"
            return f"a simpler model is better on these test rows: a {best.title} gains {gain} in macro-F1"
        return (
            f"a simpler model may be as good: these test rows do not show the network to be better than a {best.title} "
            f"(95% interval of what it gains in macro-F1: {low:+.3f} to {high:+.3f})"
        )
    if as_good:
        return f"the network beats every simpler model, but not a {as_good[0].title}, which is larger to ship"
    return "the network beats every baseline on these test rows, in log loss or in macro-F1"


def _held_out_scores(model: Model, seed: int, rows: LearningRows) -> Scores:
    """Scores of the held-out rows, each by a model that did not learn from it, float32 (held-out rows, labels)."""
    scores = np.zeros(rows.targets.shape, np.float32)
    for fold in np.unique(rows.folds[rows.folds != EVERYBODY]):
        held = rows.folds == fold
        learned = ~held & (rows.folds != NOBODY)
        estimator = _fitted(model.make(seed), rows.matrix[learned], rows.targets[learned])
        scores[held] = _scores(estimator, rows.matrix[held])
    return scores[rows.held_out]


def _fitted(model: Any, features: Features, targets: Targets) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on labels that are constant in a fold, and on slow convergence
        return model.fit(features, targets)


def _scores(model: Any, features: Features) -> Scores:
    """Probabilities, or margins squeezed into (0, 1) so that they can be cut in the same way."""
    if not hasattr(model, "predict_proba"):
        scores = expit(model.decision_function(features))
    elif isinstance(model, RandomForestClassifier):
        by_label = model.predict_proba(features)  # per label, a column per class; for one label no list
        by_label = by_label if isinstance(by_label, list) else [by_label]
        classes = model.classes_ if model.n_outputs_ > 1 else [model.classes_]
        scores = np.stack([p @ own for p, own in zip(by_label, classes, strict=True)], axis=1)
    else:
        scores = model.predict_proba(features)
    return np.asarray(scores, np.float32).reshape(len(features), -1)
