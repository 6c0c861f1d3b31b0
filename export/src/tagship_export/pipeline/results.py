"""Results of an export: candidates while they are measured, artifacts once they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.reference import Reference
from tagship_export.recipes import Recipe
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.verification.verdict import Verification
from tagship_runtime.contract import Contract
from tagship_runtime.errors import NotAScoreError, TagshipError


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file that was made.

    Attributes:
        path: Where it is.
        recipe: How it stores numbers.
        kind: Its format.
        verification: How it compares with its original.
        one_row_us: Microseconds for one encoded row on this machine; 0 where it was not run.
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
        planned: Recipe, target and name.
        reason: Why there is none.
    """

    planned: Planned
    reason: str

    @property
    def name(self) -> str:
        """Name that the file would have had."""
        return self.planned.name

    @property
    def asked(self) -> bool:
        """True if the recipe was asked for by name."""
        return self.planned.asked

    @classmethod
    def because(cls, error: TagshipError, planned: Planned) -> Refusal:
        """Say why there is no file, when making or proving one ended in an error."""
        reason = str(error)
        if isinstance(error, NotAScoreError) and not planned.recipe.exact:
            reason = f"numbers overflow in {planned.recipe.name}: {error.engine} gives {error.got:g}, which is no score"
        return cls(planned=planned, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An artifact before it is written.

    Attributes:
        planned: Recipe, target and name.
        data: The file.
        artifact: The same, open.
        verification: How it compares with its original.
        one_row_us: Microseconds for one encoded row on this machine.
    """

    planned: Planned
    data: bytes
    artifact: OpenArtifact
    verification: Verification
    one_row_us: float = 0.0

    @property
    def name(self) -> str:
        """Name of its file."""
        return self.planned.name

    @property
    def kind(self) -> str:
        """Name of its format."""
        return self.planned.target.name

    @property
    def recipe(self) -> Recipe:
        """Recipe by which it stores numbers."""
        return self.planned.recipe

    @property
    def contract(self) -> Contract:
        """Contract in the file."""
        return self.artifact.contract

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.data)

    @property
    def max_difference(self) -> float:
        """Largest difference to the original's scores."""
        return self.verification.parity.max_difference

    def written(self, path: Path, *, recommended: bool) -> Artifact:
        """Return it as a file that was written."""
        return Artifact(
            path=path,
            recipe=self.recipe,
            kind=self.kind,
            verification=self.verification,
            one_row_us=self.one_row_us,
            recommended=recommended,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All results of one export.

    Attributes:
        artifacts: What was written; with ``auto`` the recommended ones only.
        candidates: What was measured.
        refusals: What gave no file.
        recommended: Names of the artifacts to ship, one per format.
        notes: What was done to the original, and what they gain over float32, a line per format.
        passed: Whether all that was asked for by name is proved, and something for every format.
        report: Where the report is; None where none was drawn.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Files of one original, before one is recommended.

    Attributes:
        reference: What they were compared with.
        candidates: The files.
        refusals: Recipes that gave none.
    """

    reference: Reference
    candidates: Sequence[Candidate]
    refusals: Sequence[Refusal]
