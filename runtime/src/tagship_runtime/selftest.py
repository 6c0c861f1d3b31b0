"""Golden rows replayed on the machine that the artifact runs on."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from tagship_runtime.engines.processor import processor_name
from tagship_runtime.errors import CheckFailedError, NotAScoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tagship_runtime.contract import Contract, Golden
    from tagship_runtime.engines.base import Engine
    from tagship_runtime.typing import Decisions, Scores


class Replayable(Protocol):
    """Interface of what can be replayed: a predictor."""

    contract: Contract
    engine: Engine
    labels: tuple[str, ...]
    thresholds: Scores

    @property
    def weight_bytes(self) -> Mapping[str, int]:
        """Bytes of the model's constants by type."""

    def predict_proba(self, rows: Any) -> Scores:
        """Return scores, (rows, labels)."""

    def predict(self, rows: Any) -> Decisions:
        """Return decisions, (rows, labels)."""

    def predict_one(self, row: Any) -> tuple[str, ...]:
        """Return the names of the labels that are on for one row."""

    def decide(self, scores: Scores) -> Decisions:
        """Return decisions for scores."""

    def with_thresholds(self, thresholds: Sequence[float]) -> Self:
        """Return the same model with other thresholds."""


EXACT = 1e-6
"""Largest difference of scores that counts as the same arithmetic."""

LIMITS = {"float32": 1e-3, "float16": 0.05, "integers": 0.25}
"""Largest tolerance that golden rows may have, by how weights are stored; see docs/verification.md."""

_WIDTHS = {"float32": 4, "float16": 2, "int8": 1, "uint8": 1}
_STORED = {"float32": ("float32",), "float16": ("float16",)}
_EIGHT_BITS = ("int8", "uint8")


def tolerance_limit(weight_bytes: Mapping[str, int], recipe: str | None) -> float:
    """Return how large a golden tolerance may be, whatever the contract says of it.

    Args:
        weight_bytes: Bytes of the payload's own constants by NumPy type name; the type with most elements decides.
        recipe: What the payload is said to be stored by, if that is known. Its type decides where the payload has
            weights of it, however few: products of integers are as coarse beside a large table of float32.
    """
    elements = {kind: size // _WIDTHS[kind] for kind, size in weight_bytes.items() if kind in _WIDTHS}
    most = max(elements, key=elements.__getitem__, default="float32")
    said = () if recipe is None else _STORED.get(recipe, _EIGHT_BITS)
    kinds = (most, *(kind for kind in said if elements.get(kind)))
    return max(LIMITS.get(kind, LIMITS["integers"]) for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Result of a replay.

    Attributes:
        rows: How many golden rows there are; each is scored alone and all of them as one batch.
        max_difference: Largest absolute difference to the scores in the contract, over both ways.
        tolerance: How large it may be.
        flips: Decisions that differ from the contract's although the golden score is farther from its
            threshold than the tolerance; counted for the batch, the single rows, and the names of single rows.
        engine: What computed the scores, with its version.
        machine: Processor, its architecture, and the system.
        limit: How large the tolerance may be for the numbers that the model stores, whatever the contract says.
        described: Whether labels, thresholds and features are those that the rows were recorded with, as far as the
            contract tells.
    """

    rows: int
    max_difference: float
    tolerance: float
    flips: int
    engine: str
    machine: str
    limit: float = LIMITS["integers"]
    described: bool = True

    @property
    def passed(self) -> bool:
        """True where this machine computes what was exported; NaN never passes, nor a tolerance above its limit."""
        within = self.max_difference <= self.tolerance <= self.limit
        return within and self.flips == 0 and self.described

    @property
    def as_exported(self) -> bool:
        """True where scores are those of the machine that exported, so that it computes in the same way."""
        return self.max_difference <= EXACT

    @property
    def finding(self) -> str:
        """Findings in words."""
        if not self.described:
            return "labels, thresholds or features are not those that the golden rows were recorded with"
        if not self.tolerance <= self.limit:
            return f"its tolerance is above {self.limit:g}, the most that its numbers may need"
        if not self.passed:
            return "other scores than were exported"
        return "as exported" if self.as_exported else "within tolerance, other arithmetic"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, ``passed`` and ``as_exported`` included."""
        return asdict(self) | {"passed": self.passed, "as_exported": self.as_exported, "finding": self.finding}


def replay(predictor: Replayable) -> SelfTest:
    """Score the golden rows through the same path as predictions, one by one and as a batch.

    Raises:
        CheckFailedError: The contract has no golden rows, so nothing can be shown; or the engine gives something
            else than scores.
    """
    golden = predictor.contract.golden
    if golden is None or not golden.rows:
        raise CheckFailedError("the artifact has no golden rows, so there is nothing to replay")
    try:
        rows = golden.values(predictor.contract.input)
    except ValueError as error:
        raise CheckFailedError(f"replaying golden rows: {error}") from error
    original = predictor.with_thresholds(predictor.contract.thresholds)
    try:
        batch = original.predict_proba(rows)
        single = np.concatenate([original.predict_proba([row]) for row in rows])
    except NotAScoreError as error:
        raise CheckFailedError(f"replaying golden rows: {error}") from error
    named = np.array([[label in names for label in original.labels] for names in map(original.predict_one, rows)])
    decisions = (original.predict(rows), original.decide(single), named)
    difference, flips = agreement(golden, original.thresholds, (batch, single), decisions)
    return SelfTest(
        rows=len(rows),
        max_difference=difference,
        tolerance=golden.tolerance,
        flips=flips,
        engine=f"{predictor.engine.name} {predictor.engine.version}",
        machine=f"{processor_name()}, {platform.machine()} {platform.system()}",
        limit=tolerance_limit(predictor.weight_bytes, predictor.contract.recipe),
        described=golden.described in (None, predictor.contract.description),
    )


def agreement(
    golden: Golden, thresholds: Scores, scores: Sequence[Scores], decisions: Sequence[Decisions]
) -> tuple[float, int]:
    """Compare answers with those that the contract has.

    Args:
        golden: What the contract has.
        thresholds: One per label, float32.
        scores: Of the golden rows, (rows, labels), from each way to score them.
        decisions: Likewise.

    Returns:
        The largest score difference, and the number of decisions that differ although the golden score is farther
        from its threshold than the tolerance.
    """
    want = np.array(golden.scores, np.float32)
    certain = np.abs(want - thresholds) > golden.tolerance
    flips = sum(int(np.count_nonzero((got != np.array(golden.decisions, bool)) & certain)) for got in decisions)
    return float(np.max([np.abs(got - want) for got in scores])), flips
