"""Does an artifact decide as its original does?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ExportError, OriginalError
from tagship_export.original import Original, open_original
from tagship_export.parity import Parity, compare
from tagship_export.quality import Quality, measure, targets_of
from tagship_export.recipes import RECIPES, Budget, Recipe, budget_of
from tagship_runtime.features import encoder
from tagship_runtime.files import read_table
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.quiet import quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict on one artifact.

    Attributes:
        artifact: Its name.
        size: In bytes.
        parity: Score differences and flips at the original's thresholds.
        before: Quality of the original's decisions; None where the rows have no labels.
        after: Quality of the artifact's decisions at the thresholds that it ships.
        budget: What was allowed.
        faults: What is wrong with it, in words; empty if it passed.
    """

    artifact: str
    size: int
    parity: Parity
    before: Quality | None
    after: Quality | None
    budget: Budget
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
            "parity": self.parity.to_dict(),
            "quality": self.quality(),
            "budget": {"max_flip_rate": self.budget.max_flip_rate, "max_f1_drop": self.budget.max_f1_drop},
        }

    def quality(self) -> dict[str, Any] | None:
        """Both sides' quality, for JSON."""
        if self.before is None or self.after is None:
            return None
        return {"original": self.before.to_dict(), "artifact": self.after.to_dict()}


def verify(
    original: Original | str | os.PathLike[str],
    artifact: Predictor | str | os.PathLike[str],
    data: str | None = None,
    *,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
) -> Verification:
    """Compare an artifact with its original.

    Args:
        original: A run folder, a ``.keras`` file, or what :func:`tagship_export.open_original` gave.
        artifact: A file, or what :func:`tagship_runtime.load` gave.
        data: A table of rows that were used neither for training nor for tuning, labels included if F1 is to
            be compared; default: the run's test rows.
        max_flip_rate: Instead of the recipe's own bound.
        max_f1_drop: Likewise.

    Raises:
        OriginalError: There are no rows to compare on, or the original cannot be used.
        ExportError: The two cannot be compared at all.
        InputError: The rows do not fit the model.
    """
    name, size = "artifact", 0
    if not isinstance(artifact, Predictor):
        name, size = str(artifact), Path(artifact).stat().st_size if Path(artifact).is_file() else 0
        with quiet():
            artifact = load(artifact)
    if not isinstance(original, Original):
        original = open_original(original)
    if data is None:
        if "test" not in original.rows:
            raise OriginalError("the original has no test rows of its own; give some with --data FILE")
        data = str(original.rows["test"])
    rows = read_table(data)
    return judge(
        original,
        artifact,
        rows,
        targets_of(rows, artifact.labels),
        name=name,
        size=size,
        budget=budget_of(recipe_of(artifact), max_flip_rate, max_f1_drop),
    )


def judge(
    original: Original,
    artifact: Predictor,
    rows: Any,
    targets: NDArray[np.uint8] | None,
    *,
    name: str,
    size: int,
    budget: Budget,
) -> Verification:
    """Compare the scores of rows that are there already; see :func:`verify`.

    Args:
        original: Where it has no labels, thresholds and features of its own, the artifact's count.
        artifact: Loaded as users load it, so that what they run is what is measured.
        rows: A table, or arrays of the model's own shape.
        targets: The truth, (rows, labels), for the quality of both.
        name: For the report.
        size: In bytes, likewise.
        budget: What is allowed.
    """
    contract, labels = artifact.contract, artifact.labels
    if original.model.output_shape[-1] != len(labels):
        raise ExportError(f"the original has {original.model.output_shape[-1]} scores, the artifact {len(labels)}")
    thresholds = original.thresholds or contract.thresholds
    features = original.features or contract.features
    matrix = encoder(features, tuple(original.model.input_shape)).encode(rows)
    if not len(matrix):
        raise ExportError("there are no rows to compare, so nothing would be proved; give some")
    want, got = original.scores(matrix), artifact.predict_proba(rows)
    recipe = recipe_of(artifact)
    parity = compare(want, got, thresholds, labels, recipe.score_tolerance)
    before = after = None
    if targets is not None:
        before = measure(targets, want >= np.array(thresholds, np.float32))
        after = measure(targets, artifact.decide(got))
    faults = [
        *_contract_faults(original, artifact),
        *_parity_faults(parity, recipe, budget),
        *_quality_faults(before, after, budget),
    ]
    return Verification(
        artifact=name, size=size, parity=parity, before=before, after=after, budget=budget, faults=tuple(faults)
    )


def recipe_of(artifact: Predictor) -> Recipe:
    """The recipe that an artifact was made by; files made elsewhere are held to float32."""
    return RECIPES.get(artifact.contract.recipe, RECIPES["float32"])


def _contract_faults(original: Original, artifact: Predictor) -> Sequence[str]:
    if original.labels is not None and original.labels != artifact.labels:
        return [f"its labels are {list(artifact.labels)}, the original's {list(original.labels)}"]
    if original.features is not None and original.features != artifact.contract.features:
        return ["it describes other features than the original"]
    if recipe_of(artifact).exact and original.thresholds not in (None, artifact.contract.thresholds):
        return [f"its thresholds are {artifact.contract.thresholds}, the original's {original.thresholds}"]
    return []


def _parity_faults(parity: Parity, recipe: Recipe, budget: Budget) -> Sequence[str]:
    faults = []
    firm_rate = parity.firm_flips / (parity.rows * len(parity.flips_per_label))
    if firm_rate > budget.max_flip_rate:
        faults.append(
            f"{parity.firm_flips} flips that are not borderline ({firm_rate:.2%} of decisions, "
            f"allowed {budget.max_flip_rate:.2%})"
        )
    if recipe.exact and parity.max_difference > recipe.score_tolerance:
        faults.append(f"a score is off by {parity.max_difference:.2g} (tolerance {recipe.score_tolerance:.2g})")
    return faults


def _quality_faults(before: Quality | None, after: Quality | None, budget: Budget) -> Sequence[str]:
    if before is None or after is None:
        return []
    drop = before.macro_f1 - after.macro_f1
    if drop > budget.max_f1_drop:
        return [f"macro-F1 falls by {drop:.4f} (allowed {budget.max_f1_drop:.4f})"]
    return []
