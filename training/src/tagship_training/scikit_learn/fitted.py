"""An artifact as a fitted classifier, for scikit-learn's metrics and displays."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from tagship_runtime.errors import LabelError
from tagship_runtime.typing import Scores


class FittedClassifier(ClassifierMixin, BaseEstimator):
    """A predictor of :func:`tagship_runtime.load` as a classifier that is fitted already.

    Args:
        model: The predictor.
        label: One label, for displays of two classes such as ``RocCurveDisplay.from_estimator``; None for all.

    Attributes:
        classes_: Names of the labels; 0 and 1 for one label.
        thresholds_: Of the labels, float32.

    Raises:
        LabelError: There is no such label.
    """

    def __init__(self, model: Any, *, label: str | None = None) -> None:
        self.model = model
        self.label = label
        if label is not None and label not in model.labels:
            raise LabelError(f"no label is called {label!r}; the labels are {list(model.labels)}")

    @property
    def classes_(self) -> NDArray[Any]:
        """See the class."""
        return np.array(self.model.labels, dtype=object) if self.label is None else np.array([0, 1])

    @property
    def thresholds_(self) -> Scores:
        """See the class."""
        thresholds: Scores = self.model.thresholds
        return thresholds if self.label is None else thresholds[[self._place]]

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Leave the artifact as it is."""
        return self

    def predict_proba(self, X: Any) -> Scores:  # noqa: N803
        """Scores, (rows, labels); for one label, a column for 0 and one for 1."""
        scores: Scores = self.model.predict_proba(X)
        if self.label is None:
            return scores
        own = scores[:, [self._place]]
        return np.hstack([1 - own, own])

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Decisions, 0 and 1, (rows, labels); for one label (rows,)."""
        decisions = self.model.predict(X).astype(int)
        return np.asarray(decisions if self.label is None else decisions[:, self._place])

    @property
    def _place(self) -> int:
        return list(self.model.labels).index(self.label)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = self.label is None
        tags.input_tags.allow_nan = True
        return tags
