"""Open artifacts: a contract, and what computes the scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tagship_export.targets.constants import Constant
from tagship_export.targets.reconversion import Reconversion
from tagship_export.targets.runner import ArtifactRunner, Runner, Values
from tagship_runtime.contract import Contract
from tagship_runtime.features import Encoder, encoder
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Decisions, Features, Scores

ALONE_ROWS = 1000
"""So many rows are also scored one by one, because that is how most of them will be."""


def score_both_ways(runner: Runner, matrix: Features) -> tuple[Scores, Scores]:
    """Return the scores of all encoded rows as one batch, and of the first 1,000 one by one."""
    alone = [runner.scores(row[None]) for row in matrix[:ALONE_ROWS]]
    return runner.scores(matrix), np.concatenate(alone)


@dataclass(frozen=True, kw_only=True)
class OpenArtifact:
    """An artifact as its users see it: rows as callers have them become scores, and scores decisions.

    Attributes:
        name: Of the file, for people.
        size: In bytes; 0 where that is not known.
        contract: What it says of itself.
        runner: Scores encoded rows.
        layer_values: Gives intermediate values for encoded rows; None where only scores are to be had.
        stored_recipe: Recipe that the payload's own tensors were made by; None where the target cannot tell.
        constants: Yields weights and biases that the payload stores; None where the target cannot tell them.
        convert_again: Converts a Keras model as the payload was; None where the target cannot read what it makes.
        weight_bytes: Bytes of the payload's constants by NumPy type name; empty where the target cannot tell.
    """

    name: str = "artifact"
    size: int = 0
    contract: Contract
    runner: ArtifactRunner
    layer_values: Callable[[Features], Values] | None = None
    stored_recipe: str | None = None
    constants: Callable[[], Iterator[Constant]] | None = None
    convert_again: Callable[[Any], Reconversion] | None = None
    weight_bytes: Mapping[str, int] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the scores."""
        return self.contract.labels

    @property
    def thresholds(self) -> Scores:
        """Thresholds that it ships, float32 (labels,)."""
        return np.array(self.contract.thresholds, np.float32)

    @cached_property
    def encoder(self) -> Encoder:
        """Encoder from rows as callers have them to the matrix that the runner takes."""
        return encoder(self.contract.features, self.contract.input.shape, self.contract.input.integers)

    def scores(self, rows: Any) -> Scores:
        """Return scores of rows as callers have them, float32 (rows, labels)."""
        return self.runner.scores(self.encoder.encode(rows))

    def score_both_ways(self, matrix: Features) -> tuple[Scores, Scores]:
        """Return the scores of all encoded rows as one batch, and of the first 1,000 one by one."""
        return score_both_ways(self.runner, matrix)

    def decide(self, scores: Scores) -> Decisions:
        """Return decisions for scores, bool (rows, labels)."""
        return decide(scores, self.thresholds)
