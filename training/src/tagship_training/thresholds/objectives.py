"""Goals that thresholds are tuned for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagship_training.errors import ConfigError

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Objective:
    """A goal for each label's decisions.

    Attributes:
        kind: ``f1``, ``micro-f1``, ``precision``, ``recall``, ``cost`` or ``fixed``.
        value: The least precision or recall, the fixed threshold, or the cost of a false positive.
        other: Cost of a false negative.
    """

    kind: str = "f1"
    value: float = 0.0
    other: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Objective:
        """Read ``f1``, ``micro-f1``, ``precision=0.9``, ``recall=0.95``, ``cost=FP:FN`` or ``fixed=0.5``.

        Raises:
            ConfigError: It is none of these.
        """
        kind, _, value = text.partition("=")
        try:
            match kind:
                case "f1" | "micro-f1" if not value:
                    return cls(kind)
                case "precision" | "recall" | "fixed" if 0 < float(value) < 1:
                    return cls(kind, float(value))
                case "cost":
                    positive, negative = (float(part) for part in value.split(":"))
                    if min(positive, negative) > 0:
                        return cls(kind, positive, negative)
        except ValueError:
            pass
        raise ConfigError(
            f"the objective is {text!r}; give f1, micro-f1, precision=0.9, recall=0.95, cost=FP:FN such as cost=1:5, "
            "or fixed=0.5"
        )

    def __str__(self) -> str:
        match self.kind:
            case "f1" | "micro-f1":
                return self.kind
            case "cost":
                return f"cost={self.value:g}:{self.other:g}"
            case kind:
                return f"{kind}={self.value:g}"

    @property
    def pooled(self) -> bool:
        """True if a rare label's threshold may be drawn towards that of all labels together."""
        return self.kind in ("f1", "cost")

    def gain(self, true_positives: Counts, switched_on: Counts, positives: float) -> Counts:
        """Return how good each cut is; larger is better.

        Args:
            true_positives: Number of positive rows that a cut switches on.
            switched_on: Number of rows that a cut switches on.
            positives: Number of positive rows in all.
        """
        return _GAINS[self.kind](self, true_positives, switched_on, positives)


def check_confidence(objective: Objective, confidence: float | None) -> None:
    """Refuse a confidence that is none, or that the objective cannot have.

    Raises:
        ConfigError: As it says.
    """
    if confidence is None:
        return
    if not 0.5 <= confidence < 1:
        raise ConfigError(f"confidence is {confidence}; a number of at least 0.5 and below 1 is needed, such as 0.95")
    if objective.kind not in ("precision", "recall"):
        raise ConfigError(
            f"confidence is {confidence} and the objective is {objective}; a confidence goes with precision=0.9 or "
            "recall=0.95"
        )


def _f1(_: Objective, true: Counts, on: Counts, positives: float) -> Counts:
    return 2 * true / np.maximum(on + positives, 1e-12)


def _cost(goal: Objective, true: Counts, on: Counts, positives: float) -> Counts:
    return -(goal.value * (on - true) + goal.other * (positives - true))


def _precision(goal: Objective, true: Counts, on: Counts, positives: float) -> Counts:
    """Recall where the precision is reached; below that the precision itself, so that the nearest wins."""
    precision = true / np.maximum(on, 1e-12)
    return np.where((precision >= goal.value) & (true > 0), 1 + true / max(positives, 1e-12), precision)


def _recall(goal: Objective, true: Counts, on: Counts, positives: float) -> Counts:
    """Precision where the recall is reached; below that the recall itself."""
    recall = true / max(positives, 1e-12)
    return np.where(recall >= goal.value, 1 + true / np.maximum(on, 1e-12), recall)


_GAINS: Mapping[str, Callable[[Objective, Counts, Counts, float], Counts]] = {
    "f1": _f1,
    "micro-f1": _f1,
    "cost": _cost,
    "precision": _precision,
    "recall": _recall,
}
