"""Rows with known answers, for the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden_changes import Shown
from tagship_export.data.golden_choice import choose
from tagship_export.data.golden_lines import DIGITS, next_to_thresholds, rounded
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.contract import Golden, repeated
from tagship_runtime.errors import CheckFailedError, NotAScoreError
from tagship_runtime.features import Encoder
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.selftest import agreement
from tagship_runtime.typing import Features, Scores

ROWS, CANDIDATES, FEW = 24, 4096, 256
"""Rows that are recorded, that are invented, and that are looked at closely."""

Changes = Callable[[OpenArtifact, Features, float], Shown]
"""Call that tells which changes of an artifact encoded rows show, beyond a tolerance."""

POOL_CELLS = 1 << 20
"""Cells of the rows between which rows next to thresholds are searched for."""

FEW_CELLS = 1 << 18
"""Cells of the rows that are looked at closely, where those are large; there are never fewer rows than are recorded."""

SEEDED, SEEDED_CELLS = 48, 512
"""Seeds that are looked at, for rows of more cells than these."""

MAX_BYTES = 32 * 1024
LARGE_CELLS = 256


class GoldenMode(StrEnum):
    """Origins of golden rows."""

    SYNTHETIC = "synthetic"
    REAL = "real"
    NONE = "none"


def make_golden(
    artifact: OpenArtifact,
    rows: Dataset,
    tolerance: float,
    mode: GoldenMode = GoldenMode.SYNTHETIC,
    seed: int = 0,
    changes: Changes | None = None,
    seeds: bool = True,
    limit: float | None = None,
) -> Golden | None:
    """Choose rows and record the artifact's answers.

    First come rows that show what a single change of the artifact does, then those whose score is next to a threshold,
    in turn for each label; the rest are spread. Synthetic rows keep no value of a real row but, for categories, the
    words themselves.

    Args:
        artifact: What answers.
        rows: Real ones; synthetic rows are invented within their ranges.
        tolerance: How far a score may be off elsewhere.
        mode: Where the rows come from.
        seed: Of the invented rows.
        changes: Tells for encoded rows which changes of the artifact they show; None where it cannot be changed.
        seeds: Whether rows of large inputs may be such that a seed stands for them, real ones included, which take too
            much room.
        limit: How large the tolerance may become where a row's scores depend on the other rows of its batch, twice as
            large as that is in the batch of the recorded rows; None to leave it as it is.

    Returns:
        At most 24 rows and 32 KiB of JSON; None where none are wanted, or not even one fits.
    """
    if mode is GoldenMode.NONE:
        return None
    if seeds and _is_large(artifact):
        stored: Sequence[Any] = seeds_for(artifact, rows)
        few = repeated(stored, artifact.contract.input)
    else:
        stored = few = _few_candidates(artifact, rows, tolerance, mode, seed)
    scores, matrix = artifact.scores(few), artifact.encoder.encode(few)
    changes = changes or (lambda artifact, matrix, tolerance: Shown.nothing(len(matrix)))
    found = changes(artifact, matrix, tolerance)
    chosen = choose(scores, artifact.thresholds, found, ROWS)
    while chosen:
        allowed = _allowed(artifact, [few[row] for row in chosen], tolerance, limit)
        golden = record(artifact, [few[row] for row in chosen], allowed)
        golden = replace(golden, rows=tuple(stored[row] for row in chosen))
        shown = found if allowed == tolerance else changes(artifact, matrix, allowed)
        golden = _with_changes(golden, shown, chosen)
        if len(json.dumps(golden.to_dict())) <= MAX_BYTES:
            return golden
        chosen = chosen[: len(chosen) // 2]
    return None


def _allowed(artifact: OpenArtifact, rows: Sequence[Any], tolerance: float, limit: float | None) -> float:
    """Return how far scores of these rows may be off where they depend on the other rows of their batch.

    These rows are the batch that a self-test replays; what more extreme ones do to each other is nothing to it.
    """
    if limit is None:
        return tolerance
    return max(tolerance, min(2 * batch_difference(artifact, rows, artifact.scores(rows)), limit))


def _few_candidates(artifact: OpenArtifact, rows: Dataset, tolerance: float, mode: GoldenMode, seed: int) -> list[Any]:
    """Return the rows that are looked at closely; see :func:`make_golden`."""
    candidates = CANDIDATES_OF[mode](artifact.encoder, rows, np.random.default_rng(seed))
    scores = artifact.scores(candidates)
    order = _promising(scores, artifact.thresholds, max(ROWS, min(FEW, FEW_CELLS // _cells(artifact))))
    few = [_writable(candidates[row]) for row in order]
    if mode is not GoldenMode.SYNTHETIC or artifact.contract.input.integers is not None:
        return few
    pool = _promising(scores, artifact.thresholds, min(len(scores), max(len(order), POOL_CELLS // _cells(artifact))))
    around = [_writable(candidates[row]) for row in pool]
    return [*next_to_thresholds(artifact, around, scores[pool], tolerance), *few]


def _with_changes(golden: Golden, found: Shown, chosen: Sequence[int]) -> Golden:
    """Return golden rows with how many changes they show, and which they do not."""
    if not len(found.clearly):
        return golden
    caught: list[bool] = np.asarray(found.clearly[:, list(chosen)].any(axis=1)).tolist()
    missed = tuple(name for name, seen in zip(found.names, caught, strict=True) if not seen)
    return replace(golden, changes=len(caught), caught=sum(caught), missed=missed)


def record(artifact: OpenArtifact, rows: Sequence[Any], tolerance: float) -> Golden:
    """Return the artifact's answers for rows, as the contract keeps them."""
    scores = artifact.scores(rows)
    return Golden(
        rows=tuple(rows),
        scores=tuple(tuple(_shortest(score) for score in row) for row in scores),
        decisions=tuple(tuple(bool(on) for on in row) for row in artifact.decide(scores)),
        tolerance=tolerance,
        described=artifact.contract.description,
    )


def extend_golden(golden: Golden | None, artifact: OpenArtifact, row: Any, tolerance: float) -> Golden:
    """Record one more row behind those that are there.

    Args:
        golden: What is there; its tolerance stays.
        artifact: What answers.
        row: As a caller would pass it.
        tolerance: For the row, where there is none yet.
    """
    if golden is None:
        return record(artifact, [row], tolerance)
    added = record(artifact, [row], golden.tolerance)
    return replace(
        golden,
        rows=(*golden.rows, *added.rows),
        scores=(*golden.scores, *added.scores),
        decisions=(*golden.decisions, *added.decisions),
    )


def batch_difference(artifact: OpenArtifact, rows: Sequence[Any], batch: Scores) -> float:
    """Return by how much the scores of rows as one batch are others than one by one, at most."""
    return float(np.abs(batch.astype(np.float64) - _alone(artifact, rows)).max())


def _alone(artifact: OpenArtifact, rows: Sequence[Any]) -> Scores:
    """Return the scores of rows, each on its own."""
    return np.concatenate([artifact.scores([row]) for row in rows])


def replay(golden: Golden, artifact: OpenArtifact) -> tuple[float, int]:
    """Score golden rows again, as a batch and one by one; see :func:`tagship_runtime.selftest.agreement`.

    Raises:
        CheckFailedError: A score is not between 0 and 1.
    """
    try:
        rows = golden.values(artifact.contract.input)
        ways = artifact.scores(rows), _alone(artifact, rows)
    except (NotAScoreError, ValueError) as error:
        raise CheckFailedError(f"replaying golden rows: {error}") from error
    return agreement(golden, artifact.thresholds, ways, [artifact.decide(scores) for scores in ways])


def _invented(codec: Encoder, rows: Dataset, random: np.random.Generator) -> Any:
    return codec.sample(rows.table, CANDIDATES, random)


def _real(codec: Encoder, rows: Dataset, random: np.random.Generator) -> Any:
    return codec.row_list(rows.take(random.permutation(len(rows))[:CANDIDATES]).table)


CANDIDATES_OF: Mapping[GoldenMode, Callable[[Encoder, Dataset, np.random.Generator], Any]] = {
    GoldenMode.SYNTHETIC: _invented,
    GoldenMode.REAL: _real,
}


def _cells(artifact: OpenArtifact) -> int:
    return int(np.prod(artifact.contract.input.row_shape))


def _is_large(artifact: OpenArtifact) -> bool:
    return artifact.encoder.columns is None and _cells(artifact) > SEEDED_CELLS


def seeds_for(artifact: OpenArtifact, rows: Dataset) -> list[dict[str, Any]]:
    """Return seeds of rows between the 1st and 99th percentile of all cells, from single cells to large blocks.

    Some take the whole range, some its lower or its upper half.
    """
    values = np.asarray(rows.take(np.arange(min(len(rows), SEEDED))).table).astype(np.float64)
    low, high = (float(number) for number in np.percentile(values, [1, 99]))
    shape = artifact.contract.input.row_shape
    largest = max(shape[:-1] or shape)
    blocks = [2**power for power in range(16) if 2**power <= max(1, largest // 2)]
    found = []
    for number in range(SEEDED):
        start, share = ((0.0, 1.0), (0.0, 0.5), (0.5, 0.5))[number // len(blocks) % 3]
        first, step = low + start * (high - low), share * (high - low) / 255
        found.append(
            {
                "seed": number << 24,
                "block": blocks[number % len(blocks)],
                "low": float(f"{first:.{DIGITS}g}"),
                "step": float(f"{step:.{DIGITS}g}"),
            }
        )
    return found


def _promising(scores: Scores, thresholds: Scores, count: int) -> list[int]:
    """Return row numbers: those next to a threshold, in turn for each label, and the first ones."""
    distance: NDArray[np.float64] = np.abs(scores.astype(np.float64) - thresholds)
    near = np.argsort(distance, axis=0, kind="stable")[:count].ravel().tolist()
    order = [row for pair in zip(near, range(len(scores)), strict=False) for row in pair]
    return list(dict.fromkeys(order))[:count]


def _writable(row: Any) -> Any:
    """Return a row as JSON takes it; the cells of large ones are shortened to two digits, to save room."""
    if not isinstance(row, np.ndarray):
        return row
    if row.dtype.kind in "iu":
        return row.tolist()
    digits = 2 if row.size > LARGE_CELLS else DIGITS
    return rounded(row.tolist(), digits)


def _shortest(score: np.float32) -> float:
    """Return the shortest decimal that is the same float32, to keep the contract small."""
    return float(str(score))
