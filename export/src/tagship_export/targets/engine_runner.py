"""Payloads that an engine of the runtime computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tagship_runtime.engines.base import Engine
from tagship_runtime.engines.batching import Scorer

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features, Scores


class EngineRunner:
    """Runs encoded rows through an engine as the runtime's predictions do; see :class:`ArtifactRunner`."""

    def __init__(self, engine: Engine, contract: Contract | None = None) -> None:
        """Open a runner.

        Args:
            engine: What computes.
            contract: Says how integers are meant, which the tensors of an ONNX model do not; None before there is one.
        """
        self.engine = engine
        tensors = engine if contract is None else contract
        self.input, self.output = tensors.input, tensors.output
        self._scorer = Scorer(engine, self.input, self.output)

    @property
    def name(self) -> str:
        """See :class:`ArtifactRunner`."""
        return self.engine.name

    def scores(self, matrix: Features) -> Scores:
        """See :class:`Runner`."""
        scores = self._scorer.scores(matrix)
        if scores is None:
            raise ValueError("a number is not finite in float32; encode the rows first")
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
