"""An artifact from rows as callers have them to decisions, whatever computes its scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.targets.base import Runner
from tagship_runtime.contract import Contract
from tagship_runtime.features import Encoder, encoder
from tagship_runtime.typing import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """An artifact as its users see it: rows as callers have them become scores, and scores decisions.

    Attributes:
        runner: Scores encoded rows.
        encoder: Encodes rows.
        labels: Names of the scores.
        thresholds: That the artifact ships.
    """

    runner: Runner
    encoder: Encoder
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]

    @classmethod
    def of(cls, runner: Runner, contract: Contract) -> Decider:
        """Return an artifact with this contract."""
        return cls(
            runner=runner,
            encoder=encoder(contract.features, contract.input.shape),
            labels=contract.labels,
            thresholds=contract.thresholds,
        )

    @property
    def cuts(self) -> Scores:
        """The thresholds, float32 (labels,)."""
        return np.array(self.thresholds, np.float32)

    def scores(self, rows: Any) -> Scores:
        """Return scores of rows as callers have them, float32 (rows, labels)."""
        return self.runner.scores(self.encoder.encode(rows))
