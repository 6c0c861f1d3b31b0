"""What a training run does besides training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tagship_runtime.arrays import Features, Scores
from tagship_training.columns import Kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Baselines and the like; see the attributes.

    Attributes:
        kinds: What the user says of columns.
        baselines: Whether simpler models are trained on the same rows.
        learning_curve: Whether the model is trained on a quarter and a half of the rows as well.
        optimum: The best possible scores for encoded rows, where they are known.
    """

    kinds: Kinds = field(default_factory=Kinds)
    baselines: bool = False
    learning_curve: bool = False
    optimum: Callable[[Features], Scores] | None = None
