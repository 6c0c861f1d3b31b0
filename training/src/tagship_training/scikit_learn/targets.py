"""Targets as scikit-learn has them, and back: an indicator matrix, or one column of two classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from tagship_runtime.features import columns_of
from tagship_runtime.typing import Decisions, Scores, Targets
from tagship_training.errors import TableError


@dataclass(frozen=True, slots=True)
class TargetForm:
    """The form that targets came in.

    Attributes:
        classes: Names of the labels, or the two classes.
        labels: Names of the labels.
        binary: Whether there was one column of two classes; the label is then the second class.
    """

    classes: NDArray[Any]
    labels: tuple[str, ...]
    binary: bool

    @classmethod
    def of(cls, y: Any) -> tuple[TargetForm, Targets]:
        """Return the form of targets, and the targets as 0 and 1, (rows, labels).

        Raises:
            TableError: Neither an indicator matrix nor one column of two classes.
        """
        named = columns_of(y) if not hasattr(y, "name") else None
        names = tuple(named) if named is not None else None
        values = np.stack(list(named.values()), axis=1) if named is not None else np.asarray(y)
        if values.ndim == 2 and (values.shape[1] > 1 or named is not None):
            return cls._indicator(values, names)
        column = column_or_1d(values, warn=True)
        check_classification_targets(column)
        classes = np.unique(column)
        if len(classes) > 2:
            raise TableError(
                f"Only binary classification is supported. The type of the target is {type_of_target(column)}. "
                "Pass an indicator matrix with a column for each label"
            )
        if len(classes) < 2:
            raise TableError(f"the target holds 1 class only, {classes[0]!r}; two are needed")
        return cls(classes, (str(classes[1]),), binary=True), (column == classes[1]).astype(np.uint8)[:, None]

    @classmethod
    def _indicator(cls, values: NDArray[Any], names: tuple[str, ...] | None) -> tuple[TargetForm, Targets]:
        if not np.isin(values, (0, 1)).all():
            raise TableError(
                f"the targets are of type {type_of_target(values)}; an indicator matrix of 0 and 1 with a column for "
                "each label is needed, or one column of two classes"
            )
        count = values.shape[1]
        classes = np.arange(count) if names is None else np.array(names, dtype=object)
        return cls(classes, names or tuple(f"label_{i}" for i in range(count)), binary=False), values.astype(np.uint8)

    def predictions(self, decisions: Decisions) -> NDArray[Any]:
        """Return decisions, (rows, labels), as targets came in."""
        return self.classes[decisions[:, 0].astype(int)] if self.binary else decisions.astype(int)

    def probabilities(self, scores: Scores) -> Scores:
        """Return scores, (rows, labels); for two classes, a column for each."""
        return np.hstack([1 - scores, scores]) if self.binary else scores
