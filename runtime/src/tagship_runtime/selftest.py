"""Golden rows replayed on the machine that the artifact runs on."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.errors import CheckFailedError, NotAScoreError

if TYPE_CHECKING:
    from tagship_runtime.predictor import Predictor


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What a replay measured.

    Attributes:
        rows: How many golden rows there are; each is scored alone and all of them as one batch.
        max_difference: Largest absolute difference to the scores in the contract, over both ways.
        tolerance: How large it may be.
        flips: Decisions that differ from the contract's although the golden score is farther from its
            threshold than the tolerance.
        engine: What computed the scores, with its version.
        machine: Processor architecture and system.
    """

    rows: int
    max_difference: float
    tolerance: float
    flips: int
    engine: str
    machine: str

    @property
    def passed(self) -> bool:
        """Whether this machine computes what was exported; NaN never passes."""
        return self.max_difference <= self.tolerance and self.flips == 0

    def to_dict(self) -> dict[str, Any]:
        """For JSON, ``passed`` included."""
        return asdict(self) | {"passed": self.passed}


def run(predictor: Predictor) -> SelfTest:
    """Score the golden rows through the same path as predictions, one by one and as a batch.

    Raises:
        CheckFailedError: The contract has no golden rows, so nothing can be shown; or the engine gives something
            else than scores.
    """
    golden = predictor.contract.golden
    if golden is None or not golden.rows:
        raise CheckFailedError("the artifact has no golden rows, so there is nothing to replay")
    rows = list(golden.rows)
    try:
        batch = predictor.predict_proba(rows)
        single = np.concatenate([predictor.predict_proba([row]) for row in rows])
    except NotAScoreError as error:
        raise CheckFailedError(f"replaying golden rows: {error}") from error
    want = np.array(golden.scores, np.float32)
    thresholds = np.array(predictor.contract.thresholds, np.float32)
    firm = np.abs(want - thresholds) > golden.tolerance
    flips = sum(
        int(np.count_nonzero(((got >= thresholds) != np.array(golden.decisions, bool)) & firm))
        for got in (batch, single)
    )
    return SelfTest(
        rows=len(rows),
        max_difference=float(np.max([np.abs(batch - want), np.abs(single - want)])),
        tolerance=golden.tolerance,
        flips=flips,
        engine=f"{predictor.engine.name} {predictor.engine.version}",
        machine=f"{platform.machine()} {platform.system()}",
    )
