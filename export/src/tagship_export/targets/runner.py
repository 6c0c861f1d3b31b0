"""Runners, which compute scores: a Keras model, an artifact in its engine, a compiled program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from numpy.typing import NDArray

if TYPE_CHECKING:
    from tagship_runtime.contract import TensorSpec
    from tagship_runtime.typing import Features, Scores

Values: TypeAlias = Mapping[str, NDArray[Any]]
"""Intermediate values by name, in the order of execution."""


class Runner(Protocol):
    """Gives scores for encoded rows."""

    def scores(self, matrix: Features, /) -> Scores:
        """Return scores for encoded rows, float32 (rows, ...) to float32 (rows, labels).

        Raises:
            NotAScoreError: A score is not between 0 and 1.
            EngineError: It failed.
        """


class ArtifactRunner(Runner, Protocol):
    """Runs a payload, and knows its tensors.

    Attributes:
        input: The tensor that takes the features.
        output: The tensor that holds the scores.
    """

    input: TensorSpec
    output: TensorSpec

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        """Return a call that decides one encoded row, (1, ...), in the shortest way there is."""

    def close(self) -> None:
        """Free what it holds."""
