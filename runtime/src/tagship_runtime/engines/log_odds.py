"""Log-odds of scores from before the sigmoid, where float32 still tells scores apart that it rounds to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.base import Engine, open_engine
from tagship_runtime.engines.batching import Scorer
from tagship_runtime.errors import EngineError, InputError, NotAScoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.container.base import Format
    from tagship_runtime.typing import Features, Scores

MOST = float(np.finfo(np.float32).max)
"""Number that stands for an infinite logit, so that two of them have a difference."""


class Logits(Scorer):
    """Numbers of any size from an engine."""

    def _check(self, scores: Scores, first: int) -> None:
        wrong = np.argwhere(np.isnan(scores))
        if len(wrong):
            raise NotAScoreError(self.engine.name, first + int(wrong[0][0]), float("nan"))


class LogOdds:
    """Log-odds of scores that are a weighted mean of sigmoids, or one sigmoid.

    Args:
        members: The share of each sigmoid in the scores, and what computes its logits.
    """

    def __init__(self, members: list[tuple[float, Logits]]) -> None:
        shares = np.array([share for share, _ in members])
        self._shares, self._members = shares / shares.sum(), [logits for _, logits in members]

    @classmethod
    def open(cls, format: Format, payload: bytes, input: TensorSpec, labels: int) -> Self | None:
        """Return what computes the log-odds of a model; None where it does not end in sigmoids.

        Args:
            format: Of its file.
            payload: Its bytes.
            input: The contract's description of the input.
            labels: Number of its scores.
        """
        try:
            found = [(share, open_engine(format, model)) for share, model in format.before_sigmoids(payload)]
        except (ValueError, EngineError):  # bytes that are unlike those of other graphs; scores are had nevertheless
            return None
        if not found or any(engine.output.row_shape != (labels,) for _, engine in found):
            return None
        return cls([(share, _logits(engine, input)) for share, engine in found])

    def compute(self, matrix: Features) -> NDArray[np.float64]:
        """Return ``log(score / (1 - score))`` of encoded rows, (rows, labels).

        Raises:
            InputError: A number is not finite, or too large for the model.
        """
        logits = np.stack([_finite(member.scores(matrix)) for member in self._members])
        if len(logits) == 1:
            return np.asarray(logits[0])
        shares = np.log(self._shares)[:, None, None]
        on, off = (
            np.logaddexp.reduce(shares - np.logaddexp(0, -sign * logits), axis=0)  # log of the mean, (rows, labels)
            for sign in (1, -1)
        )
        return np.asarray(on - off)

    def close(self) -> None:
        """Free the engines' memory."""
        for member in self._members:
            member.close()


def _logits(engine: Engine, input: TensorSpec) -> Logits:
    return Logits(engine, input, engine.output)


def _finite(logits: Any) -> NDArray[np.float64]:
    if logits is None:
        raise InputError("a number is too large for the model")
    return np.asarray(np.clip(logits.astype(np.float64), -MOST, MOST))
