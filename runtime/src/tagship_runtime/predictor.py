"""Scores, decisions and label names from one loaded artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.arrays import Decisions, Features, Scores
from tagship_runtime.contract import Contract
from tagship_runtime.engines import Engine
from tagship_runtime.features import encoder
from tagship_runtime.thresholds import Thresholds, decide, resolve_thresholds

if TYPE_CHECKING:
    from tagship_runtime.selftest import SelfTest


class Predictor:
    """A loaded artifact. Use :func:`tagship_runtime.load` to get one; it may be shared between threads and pickled.

    Attributes:
        labels: Names, in the order of the scores.
        thresholds: float32, (labels,), read-only.
        contract: What the artifact says of itself.
        engine: What computes the scores.
    """

    def __init__(self, data: bytes, engine: Engine, contract: Contract) -> None:
        self.contract, self.engine = contract, engine
        self.labels = contract.labels
        self.thresholds = np.array(contract.thresholds, np.float32)
        self.thresholds.flags.writeable = False
        self._data = data
        self._encoder = encoder(contract.features, contract.input.shape)

    def predict_proba(self, rows: Any) -> Scores:
        """Scores for rows: an array-like, a list of dicts, or a data frame.

        Returns:
            float32 in [0, 1], (rows, labels).

        Raises:
            InputError: Rows that the model cannot take; the message names row and column.
            EngineError: The engine failed.
        """
        features = self._encoder.encode(rows)
        return self.engine.run(features) if len(features) else np.empty((0, len(self.labels)), np.float32)

    def predict(self, rows: Any) -> Decisions:
        """Decisions for rows: bool, (rows, labels), True where ``score >= threshold``."""
        return self.decide(self.predict_proba(rows))

    def decide(self, scores: Scores) -> Decisions:
        """Decisions for scores that are there already."""
        return decide(scores, self.thresholds)

    def predict_labels(self, rows: Any) -> list[tuple[str, ...]]:
        """The names of the labels that are on, for each row, in label order."""
        return self.names(self.predict(rows))

    def names(self, decisions: Decisions) -> list[tuple[str, ...]]:
        """The names of the labels that are on, for decisions that are there already."""
        return [self._names(row) for row in decisions.tolist()]

    def predict_one(self, row: Any) -> tuple[str, ...]:
        """The names of the labels that are on for a single row: a sequence of numbers, or a dict."""
        batch = [row] if isinstance(row, Mapping) else _one(row)
        return self._names(self.predict(batch)[0].tolist())

    def with_thresholds(self, thresholds: Thresholds) -> Predictor:
        """The same model with other thresholds; with a dict, labels that it does not name keep theirs.

        Raises:
            LabelError: An unknown label, or a threshold that is not between 0 and 1.
        """
        chosen = resolve_thresholds(thresholds, self.labels, self.contract.thresholds)
        other = Predictor(self._data, self.engine, self.contract)
        other.thresholds = np.array(chosen, np.float32)
        other.thresholds.flags.writeable = False
        return other

    def selftest(self) -> SelfTest:
        """Replay the golden rows on this machine."""
        from tagship_runtime.selftest import run

        return run(self)

    def _names(self, decisions: Sequence[bool]) -> tuple[str, ...]:
        return tuple(label for label, on in zip(self.labels, decisions, strict=True) if on)

    def __repr__(self) -> str:
        return f"<Predictor {self.contract.recipe} {self.engine.name} labels={list(self.labels)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        thresholds = [float(threshold) for threshold in self.thresholds]
        labels = None if self.contract.digest else self.labels
        return _rebuild, (self._data, labels, thresholds)


def _one(row: Any) -> Features:
    array: Features = np.asarray(row)
    return array[None]


def _rebuild(data: bytes, labels: Sequence[str] | None, thresholds: Sequence[float]) -> Predictor:
    from tagship_runtime.loading import load

    return load(data, labels=labels, thresholds=thresholds)
