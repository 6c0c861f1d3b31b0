"""Golden rows: a few rows with the scores and decisions that the artifact gave when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagship_runtime.contract.tensor_spec import TensorSpec
    from tagship_runtime.features.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """Rows with known answers, to be replayed where the artifact runs.

    Attributes:
        rows: As a caller would pass them: values in feature order, None for a missing one; or what a seed stands for
            (:mod:`tagship_runtime.contract.seeded_rows`).
        scores: The artifact's own scores when it was made, (rows, labels).
        decisions: ``scores >= thresholds``, (rows, labels).
        tolerance: How far a score may be off elsewhere.
        described: Digest of the labels, thresholds and features that the rows were recorded with; see
            :attr:`tagship_runtime.contract.Contract.description`.
        changes: How many single changes of the artifact were tried when the rows were chosen.
        caught: How many of these the rows show.
        missed: The others, for people.
    """

    rows: tuple[Json, ...]
    scores: tuple[tuple[float, ...], ...]
    decisions: tuple[tuple[bool, ...], ...]
    tolerance: float
    described: str | None = None
    changes: int | None = None
    caught: int | None = None
    missed: tuple[str, ...] = ()

    def values(self, input: TensorSpec) -> list[Any]:
        """Return the rows as a caller would pass them, those of a seed computed.

        Args:
            input: The tensor that takes them.

        Raises:
            ValueError: Such a row is too large.
        """
        return repeated(self.rows, input)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON object of the contract."""
        document: dict[str, Json] = {
            "rows": list(self.rows),
            "scores": [list(row) for row in self.scores],
            "decisions": [[int(cell) for cell in row] for row in self.decisions],
            "tolerance": self.tolerance,
        }
        later: dict[str, Json] = {"described": self.described, "changes": self.changes, "caught": self.caught}
        later["missed"] = list(self.missed) or None
        return document | {key: value for key, value in later.items() if value is not None}


def repeated(rows: Sequence[Json], input: TensorSpec) -> list[Any]:
    """Return rows as a caller would pass them: those that are there as they are, those of a seed computed.

    Args:
        rows: Of the contract.
        input: The tensor that takes them; where it holds integers, cells of a seed are rounded, halves to the even one.

    Raises:
        ValueError: A row of a seed has more cells than are computed here.
    """
    from tagship_runtime.contract.seeded_rows import cells_of

    whole = input.integers is not None
    return [cells_of(row, input.row_shape, whole=whole) if isinstance(row, Mapping) else row for row in rows]
