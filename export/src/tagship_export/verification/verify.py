"""Does an artifact decide as its original does?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tagship_export.data.rows import Rows, read_rows
from tagship_export.errors import ExportError, OriginalError
from tagship_export.recipes import RECIPES, Budget, Recipe, budget_of
from tagship_export.source.original import Original, open_original
from tagship_export.verification.histograms import Distances
from tagship_export.verification.histograms import count as count_distances
from tagship_export.verification.layerwise import Parting, first_parting
from tagship_export.verification.metrics import Quality, measure
from tagship_export.verification.parity import Parity, WorstRow, compare, upper_bound, worse_of, worst_rows
from tagship_runtime.container import unpack
from tagship_runtime.features import encoder
from tagship_runtime.loading import load, predictor_of
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features, Scores

ALONE_ROWS = 1000
"""So many rows are also scored one by one, because that is how most of them will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict on one artifact.

    Attributes:
        artifact: Its name.
        size: In bytes.
        parity: Score differences and flips at the original's thresholds.
        distances: The same as counts.
        thresholds: The original's.
        shipped_flips: Decisions that differ from the original's, each side at its own thresholds.
        before: Quality of the original's decisions; None where the rows have no labels.
        unmoved: Quality of the artifact's decisions at the original's thresholds.
        after: Quality of the artifact's decisions at the thresholds that it ships.
        budget: What was allowed.
        worst: The rows that are farthest apart.
        parting: The first layer where the two part, looked for if something is wrong.
        faults: What is wrong with it, in words; empty if it passed.
    """

    artifact: str
    size: int
    parity: Parity
    distances: Distances
    thresholds: tuple[float, ...]
    shipped_flips: int
    before: Quality | None
    unmoved: Quality | None
    after: Quality | None
    budget: Budget
    worst: tuple[WorstRow, ...]
    parting: Parting | None
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "artifact": self.artifact,
            "bytes": self.size,
            "passed": self.passed,
            "faults": list(self.faults),
            "parity": self.parity_dict(),
            "distances": self.distances.to_dict(),
            "quality": self.quality(),
            "quality_unmoved": None if self.unmoved is None else self.unmoved.to_dict(),
            "budget": {"max_flip_rate": self.budget.max_flip_rate, "max_f1_drop": self.budget.max_f1_drop},
            "worst_rows": [asdict(row) for row in self.worst],
            "parting": None if self.parting is None else asdict(self.parting),
        }

    def parity_dict(self) -> dict[str, Any]:
        """Parity, and what it was measured at, for JSON."""
        cells = self.parity.rows * len(self.thresholds)
        return self.parity.to_dict() | {
            "original_thresholds": list(self.thresholds),
            "shipped_flips": self.shipped_flips,
            "shipped_flip_rate": self.shipped_flips / cells,
            "shipped_flip_rate_upper": upper_bound(self.shipped_flips, cells),
        }

    def quality(self) -> dict[str, Any] | None:
        """Both sides' quality, for JSON."""
        if self.before is None or self.after is None:
            return None
        return {"original": self.before.to_dict(), "artifact": self.after.to_dict()}


def verify(
    original: Any,
    artifact: Predictor | str | os.PathLike[str] | bytes,
    data: Any = None,
    *,
    labels: Sequence[str] | None = None,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    logits: bool = False,
) -> Verification:
    """Compare an artifact with its original.

    Args:
        original: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        artifact: A file, its bytes, or what :func:`tagship_runtime.load` gave.
        data: Rows that were used neither for training nor for tuning, labels included if F1 is to be compared,
            as :func:`tagship_export.data.rows.read_rows` takes them; default: the run's test rows.
        labels: Names of the original's scores, in order, where it does not know them; without, the artifact's are
            believed, so that two that were swapped go unnoticed.
        max_flip_rate: Instead of the recipe's own bound.
        max_f1_drop: Likewise.
        logits: Whether the original lacks the sigmoid at its end.

    Raises:
        OriginalError: There are no rows to compare on, or the original cannot be used.
        ExportError: The two cannot be compared at all.
        InputError: The rows do not fit the model.
    """
    name, payload = "artifact", None
    size = 0
    if not isinstance(artifact, Predictor):
        content = artifact if isinstance(artifact, bytes) else _read(artifact)
        name = name if isinstance(artifact, bytes) else str(artifact)
        with quiet():
            artifact = load(artifact)
        size, payload = len(content), unpack(content).payload
    if not isinstance(original, Original):
        original = open_original(original, logits=logits)
    if labels is not None:
        original = original.called(labels)
    if data is None:
        if "test" not in original.rows:
            raise OriginalError("the original has no test rows of its own; give some with --data FILE")
        data = str(original.rows["test"])
    return judge(
        original,
        artifact,
        read_rows(data, artifact.labels, artifact.contract.features),
        name=name,
        size=size,
        budget=budget_of(recipe_of(artifact), max_flip_rate, max_f1_drop),
        payload=payload,
    )


def _read(path: str | os.PathLike[str]) -> bytes:
    return Path(path).read_bytes() if Path(path).is_file() else b""


def judge(
    original: Original,
    artifact: Predictor,
    rows: Rows,
    *,
    name: str,
    size: int,
    budget: Budget,
    want: Scores | None = None,
    payload: bytes | None = None,
) -> Verification:
    """Compare the scores of rows that are there already; see :func:`verify`.

    Args:
        original: Where it has no labels, thresholds and features of its own, the artifact's count.
        artifact: Loaded as users load it, so that what they run is what is measured.
        rows: With their truth, for the quality of both, if it is known.
        name: For the report.
        size: In bytes, likewise.
        budget: What is allowed.
        want: The original's scores of these rows, if they are at hand.
        payload: The model's bytes, to look for the layer where the two part.
    """
    contract, labels, recipe = artifact.contract, artifact.labels, recipe_of(artifact)
    if original.width != len(labels):
        raise ExportError(f"the original has {original.width} scores, the artifact {len(labels)}")
    thresholds = original.thresholds or _original_thresholds(artifact)
    matrix = encoder(original.features or contract.features, (None, *original.row_shape)).encode(rows.values)
    if not len(matrix):
        raise ExportError("there are no rows to compare, so nothing would be proved; give some")
    if want is None:
        want = original.scores(matrix)
    batch = artifact.predict_proba(rows.values)
    alone = _one_by_one(artifact, matrix[:ALONE_ROWS])
    got, some = batch.copy(), slice(len(alone))
    got[some] = worse_of(want[some], thresholds, batch[some], alone)
    apart = float(np.abs(batch[some] - alone).max())
    parity = compare(want, got, thresholds, labels, recipe.score_tolerance, apart)
    decisions = want >= np.array(thresholds, np.float32)
    before = unmoved = after = None
    if rows.targets is not None:
        before, after = measure(rows.targets, decisions), measure(rows.targets, artifact.decide(batch))
        moved = tuple(thresholds) != contract.thresholds
        unmoved = measure(rows.targets, batch >= np.array(thresholds, np.float32)) if moved else after
    shipped_flips = int((artifact.decide(got) != decisions).sum())
    faults = (
        *_contract_faults(original, artifact, recipe),
        *_parity_faults(parity, shipped_flips, recipe, budget),
        *_quality_faults(before, after, budget),
    )
    parting = None
    if faults and payload is not None:
        parting = first_parting(original.model, payload, matrix, tolerance=0.25 if not recipe.exact else 1e-3)
    return Verification(
        artifact=name,
        size=size,
        parity=parity,
        distances=count_distances(want, got, thresholds),
        thresholds=tuple(thresholds),
        shipped_flips=shipped_flips,
        before=before,
        unmoved=unmoved,
        after=after,
        budget=budget,
        worst=worst_rows(want, got, thresholds, labels),
        parting=parting,
        faults=faults,
    )


def _one_by_one(artifact: Predictor, matrix: Features) -> Scores:
    """Scores of encoded rows, each on its own."""
    plain = predictor_of(b"", artifact.engine, replace(artifact.contract, features=None, golden=None))
    return np.concatenate([plain.predict_proba(row[None]) for row in matrix])


def recipe_of(artifact: Predictor) -> Recipe:
    """The recipe that an artifact was made by; files made elsewhere are held to float32."""
    return RECIPES.get(artifact.contract.recipe, RECIPES["float32"])


def _original_thresholds(artifact: Predictor) -> tuple[float, ...]:
    """What the contract says that the original's were; its own where it does not."""
    stored = (artifact.contract.parity or {}).get("original_thresholds")
    if isinstance(stored, list) and len(stored) == len(artifact.labels):
        return tuple(float(threshold) for threshold in stored)
    return artifact.contract.thresholds


def _contract_faults(original: Original, artifact: Predictor, recipe: Recipe) -> Iterator[str]:
    contract = artifact.contract
    if original.labels is not None and original.labels != artifact.labels:
        yield f"its labels are {list(artifact.labels)}, the original's {list(original.labels)}"
        return
    if original.features is not None and original.features != contract.features:
        yield "it describes other features than the original"
    if recipe.exact and original.thresholds is not None and original.thresholds != contract.thresholds:
        yield f"its thresholds are {contract.thresholds}, the original's {original.thresholds}"


def _parity_faults(parity: Parity, shipped_flips: int, recipe: Recipe, budget: Budget) -> Iterator[str]:
    cells = parity.rows * len(parity.flips_per_label)
    counted = parity.firm_flips if recipe.exact else parity.flips
    what = "flips that are not borderline" if recipe.exact else "flips at the original's thresholds"
    if counted / cells > budget.max_flip_rate:
        yield f"{counted} {what} ({counted / cells:.2%} of decisions, allowed {budget.max_flip_rate:.2%})"
    if not recipe.exact and shipped_flips / cells > budget.max_flip_rate:
        yield (
            f"{shipped_flips} flips at the thresholds that it ships ({shipped_flips / cells:.2%} of decisions, "
            f"allowed {budget.max_flip_rate:.2%})"
        )
    if recipe.exact and parity.max_difference > recipe.score_tolerance:
        yield f"a score is off by {parity.max_difference:.2g} (tolerance {recipe.score_tolerance:.2g})"


def _quality_faults(before: Quality | None, after: Quality | None, budget: Budget) -> Sequence[str]:
    if before is None or after is None:
        return []
    drop = before.macro_f1 - after.macro_f1
    if drop > budget.max_f1_drop:
        return [f"macro-F1 falls by {drop:.4f} (allowed {budget.max_f1_drop:.4f})"]
    return []
