"""Models of scikit-learn that a network is compared with, fitted and scored as the network is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
from sklearn.svm import LinearSVC

from tagship_runtime.typing import Features, Scores, Targets
from tagship_training.data.folds import EVERYBODY, NOBODY, LearningRows
from tagship_training.network.forests import THREADS

TREES = 300


def constant(_: int) -> Any:
    """Return an estimator that scores every row by the label's frequency."""
    return OneVsRestClassifier(DummyClassifier(strategy="prior"))


def _logistic(_: int) -> Any:
    return make_pipeline(RobustScaler(quantile_range=(5, 95)), OneVsRestClassifier(LogisticRegression(max_iter=2000)))


def _svm(seed: int) -> Any:
    machine = LinearSVC(random_state=seed, max_iter=5000)
    return make_pipeline(RobustScaler(quantile_range=(5, 95)), OneVsRestClassifier(machine))


def _forest(seed: int) -> Any:
    return RandomForestClassifier(TREES, random_state=seed, n_jobs=THREADS)


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
    Model(title="constant frequencies", make=constant),
    Model(title="logistic regression", make=_logistic),
    Model(title="linear SVM", make=_svm, probabilities=False),
    Model(title="random forest", make=_forest, simple=False),
)
"""Models that a network is compared with, in this order."""


def scores_of_held_out(model: Model, seed: int, rows: LearningRows) -> Scores:
    """Scores of the held-out rows, each by a model that did not learn from it, float32 (held-out rows, labels)."""
    scores = np.zeros(rows.targets.shape, np.float32)
    for fold in np.unique(rows.folds[rows.folds != EVERYBODY]):
        held = rows.folds == fold
        learned = ~held & (rows.folds != NOBODY)
        estimator = fitted(model.make(seed), rows.matrix[learned], rows.targets[learned])
        scores[held] = scores_by(estimator, rows.matrix[held])
    return scores[rows.held_out]


def fitted(model: Any, features: Features, targets: Targets) -> Any:
    """Return an estimator that has learned from rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on labels that are constant in a fold, and on slow convergence
        return model.fit(features, targets)


def scores_by(model: Any, features: Features) -> Scores:
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
