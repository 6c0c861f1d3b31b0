"""Payloads that an engine of the runtime computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.base import Engine
from tagship_runtime.engines.batching import Scorer
from tagship_runtime.errors import InputError

if TYPE_CHECKING:
    from tagship_runtime.typing import Features, Scores


class EngineRunner:
    """Runs encoded rows through an engine as the runtime's predictions do; see :class:`ArtifactRunner`.

    Args:
        engine: What computes.
        input: What the contract says of the tensor that takes the features.
        output: What it says of the tensor that holds the scores.
    """

    def __init__(self, engine: Engine, input: TensorSpec, output: TensorSpec) -> None:
        self.engine, self.input, self.output = engine, input, output
        self._scorer = Scorer(engine, input, output)

    def scores(self, matrix: Features) -> Scores:
        """See :class:`Runner`."""
        scores = self._scorer.scores(matrix)
        if scores is None:
            raise InputError(f"a number is too large for the model, whose input is {self.input.dtype}")
        return scores

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        """See :class:`ArtifactRunner`."""
        if self.input.dtype != "float32" or self.output.dtype != "float32" or self.input.shape[0] not in (None, 1):
            return lambda: self.scores(row) >= thresholds
        one, cut = self._scorer.sessions.one(), thresholds[None]

        def decide() -> object:
            one.input[...] = row
            return one.decide(cut)

        return decide

    def close(self) -> None:
        """See :class:`ArtifactRunner`."""
        self._scorer.close()
