"""What an export gives: candidates while they are measured, artifacts once they are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagship_export.pipeline.plan import Planned
from tagship_export.recipes import Recipe
from tagship_export.targets.base import ArtifactRunner
from tagship_export.verification.verdict import Verification
from tagship_runtime.container import unpack
from tagship_runtime.contract import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file that was made.

    Attributes:
        path: Where it is.
        recipe: How it stores numbers.
        kind: Its format.
        verification: How it compares with its original.
        one_row_us: Microseconds for one encoded row on this machine.
        recommended: Whether it is the one of its format to ship.
    """

    path: Path
    recipe: Recipe
    kind: str
    verification: Verification
    one_row_us: float
    recommended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A recipe that gave no file.

    Attributes:
        name: What the file would have been called.
        reason: Why there is none.
        asked: Whether the recipe was asked for by name.
    """

    name: str
    reason: str
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An artifact before it is written.

    Attributes:
        planned: Recipe, target and name.
        data: The file.
        contract: In it.
        runner: Computes its scores.
        verification: How it compares with its original.
        one_row_us: Microseconds for one encoded row on this machine.
    """

    planned: Planned
    data: bytes
    contract: Contract
    runner: ArtifactRunner
    verification: Verification
    one_row_us: float = 0.0

    @property
    def name(self) -> str:
        """Of its file."""
        return self.planned.name

    @property
    def kind(self) -> str:
        """Name of its format."""
        return self.planned.target.name

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def max_difference(self) -> float:
        """To the original's scores."""
        return self.verification.parity.max_difference

    def facts(self) -> dict[str, Any]:
        """Return its line of ``export.json``."""
        return self.verification.to_dict() | {
            "recipe": self.planned.recipe.name,
            "format": self.kind,
            "one_row_us": round(self.one_row_us, 2),
            "thresholds": list(self.contract.thresholds),
            "digest": digest_in(self.data),
        }

    def artifact(self, path: Path, *, recommended: bool) -> Artifact:
        """Return what it is once it is written."""
        return Artifact(
            path=path,
            recipe=self.planned.recipe,
            kind=self.kind,
            verification=self.verification,
            one_row_us=self.one_row_us,
            recommended=recommended,
        )


def digest_in(data: bytes) -> str | None:
    """Return the digest that an artifact's contract holds."""
    contract = unpack(data).contract
    return None if contract is None else contract.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All that an export made.

    Attributes:
        artifacts: What was written; with ``auto`` the recommended ones only.
        candidates: What was measured.
        refusals: What gave no file.
        notes: What quantization bought, a line per format.
        passed: Whether all that was asked for by name is proved, and something for every format.
        report: The page that shows it; None where none was drawn.
        notice: Why not.
    """

    artifacts: tuple[Artifact, ...]
    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]
    recommended: tuple[str, ...]
    notes: tuple[str, ...]
    passed: bool
    report: Path | None
    notice: str | None
