"""One size of the ladder, and the choice among all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.documents import Metrics, SizeDocument
from tagship_runtime.typing import RowNumbers, Scores, Targets
from tagship_training.config import Config
from tagship_training.data.sparse_rows import Matrix, select_columns
from tagship_training.errors import ConfigError
from tagship_training.network.architecture import Architecture
from tagship_training.network.keras_scores import scores_in_parts
from tagship_training.network.log_loss import row_losses
from tagship_training.thresholds.tune import ChosenThresholds

NETWORKS, LINEAR, BLENDED = "networks", "linear", "blended"
"""Names of the sizes that are no students: the networks among the teachers, averaged, the logistic regression, and
all of these with students besides."""

AVERAGED = "averaged"
"""End of the name of a student's like of all folds, averaged."""

MACRO_F1_TOLERANCE = 0.01
"""Macro-F1 that a smaller size may give up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size of the ladder.

    Attributes:
        name: As ``tagship export --size`` takes it.
        model: The Keras model, encoded features to scores.
        features: What it takes, which may be fewer words than the table has.
        columns: Columns of the table's matrix that it takes; None for all.
        architectures: Of its groups of networks.
        shares: How much each group counts.
        held_out: Scores of the held-out rows by networks that did not learn from them, (rows, labels).
        cuts: A threshold per label, tuned on those.
        parameters: How many.
        bytes: Of its float32 LiteRT file without the contract.
        microseconds: For one row through LiteRT on the machine of the training.
        learned_loss: Log loss of rows that it learned from.
        metrics: On the held-out rows.
    """

    name: str
    model: Any
    features: tuple[Feature, ...]
    columns: RowNumbers | None
    architectures: tuple[Architecture, ...]
    shares: tuple[float, ...]
    held_out: Scores
    cuts: ChosenThresholds
    parameters: int
    bytes: int
    microseconds: float
    learned_loss: float
    metrics: Metrics

    @property
    def thresholds(self) -> tuple[float, ...]:
        """One per label, in (0, 1)."""
        return self.cuts.thresholds

    @property
    def of_texts(self) -> bool:
        """True if it counts the words of texts."""
        return any(feature.counted for feature in self.features)

    def fits(self, config: Config) -> bool:
        """True if it is within the user's bounds."""
        few = config.max_parameters is None or self.parameters <= config.max_parameters
        return few and (config.max_bytes is None or self.bytes <= config.max_bytes)

    def scores(self, matrix: Matrix) -> Scores:
        """Scores of rows as the table encodes them, float32 (rows, labels)."""
        return scores_in_parts(self.model, select_columns(matrix, self.columns))

    def to_dict(self, *, chosen: bool, test: Metrics) -> SizeDocument:
        """Return the size as ``run.json`` has it, with its test metrics."""
        document: SizeDocument = {
            "name": self.name,
            "chosen": chosen,
            "parameters": self.parameters,
            "bytes": self.bytes,
            "microseconds": round(self.microseconds, 2),
            "thresholds": list(self.thresholds),
            "metrics": {"held_out": self.metrics, "test": test},
        }
        if self.cuts.notices:
            document["notices"] = list(self.cuts.notices)
        if self.cuts.missed_by:
            document["goal_missed_by"] = list(self.cuts.missed_by)
        return document


def choose(sizes: Sequence[Size], targets: Targets, config: Config) -> Size:
    """Return the size that ships.

    Within bounds of the user's that is the best one that fits. Otherwise the preference decides: the best of all
    (``quality``), the smallest that beats logistic regression (``size``), or the smallest whose log loss is within one
    standard error of the best student's and whose macro-F1 is nearly as good (``balance``).

    Args:
        sizes: All sizes.
        targets: Of the held-out rows, uint8 (rows, labels).
        config: Preference and bounds.

    Raises:
        ConfigError: No size is within the bounds.
    """
    allowed = [size for size in sizes if size.fits(config)]
    if not allowed:
        raise ConfigError(
            f"the smallest network has {min(size.parameters for size in sizes):,} parameters in "
            f"{min(size.bytes for size in sizes):,} bytes, more than --max-parameters or --max-bytes allow; raise them"
        )
    losses = {size.name: row_losses(targets, size.held_out) for size in allowed}
    # Of two that are as good on held-out rows the larger one is an average of the other's like, which only helps.
    best = min(allowed, key=lambda size: (float(losses[size.name].mean()), -size.parameters))
    if config.prefer == "size":
        return _smallest_better_than_linear(allowed, losses) or best
    if config.prefer == "quality" or config.max_parameters is not None or config.max_bytes is not None:
        return best
    return _smallest_as_good(allowed, losses, best)


def _smallest_better_than_linear(sizes: Sequence[Size], losses: dict[str, NDArray[np.float64]]) -> Size | None:
    if LINEAR not in losses:
        return None
    better = [size for size in sizes if losses[size.name].mean() < losses[LINEAR].mean()]
    return min(better, key=lambda size: size.parameters, default=None)


def _smallest_as_good(sizes: Sequence[Size], losses: dict[str, NDArray[np.float64]], best: Size) -> Size:
    """The smallest student that is as good as the best one within noise; the best of all where there is none.

    Of texts, whose words are what costs, the teachers averaged are one of them: a network and a logistic regression.
    """
    large = (BLENDED,) if any(size.of_texts for size in sizes) else (NETWORKS, BLENDED)
    students = [size for size in sizes if size.name not in large] or list(sizes)
    reference = min(students, key=lambda size: float(losses[size.name].mean()))
    least_f1 = reference.metrics["macro_f1"] - MACRO_F1_TOLERANCE
    as_good = [
        size
        for size in students
        if within_one_error(losses[size.name], losses[reference.name]) and size.metrics["macro_f1"] >= least_f1
    ]
    return min(as_good, key=lambda size: size.parameters, default=best)


def within_one_error(losses: NDArray[np.float64], best: NDArray[np.float64]) -> bool:
    """Tell whether a mean loss is within one standard error of another's, paired over rows."""
    difference = losses - best
    return bool(difference.mean() <= difference.std(ddof=1) / len(difference) ** 0.5)
