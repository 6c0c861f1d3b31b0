"""Verification of an artifact against its original: from files to a verdict."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tagship_export.data.rows import read_rows
from tagship_export.errors import ExportError, NothingComparedError, OriginalError
from tagship_export.original.open_original import Original, open_original
from tagship_export.recipes import Recipe, budget_of
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.registry import open_artifact, open_predictor
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.contract_claims import claimed_thresholds, contract_faults, judged_by, unchecked
from tagship_export.verification.golden_replay import golden_faults
from tagship_export.verification.layerwise import TOLERANCE, first_divergence
from tagship_export.verification.rejection import judge
from tagship_export.verification.shipped_thresholds import shipped_threshold_faults
from tagship_export.verification.stored_weights import weight_faults
from tagship_export.verification.verdict import Verification
from tagship_runtime.contract import Contract
from tagship_runtime.features import encoder
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.predictor import Predictor
from tagship_runtime.thresholds import Thresholds
from tagship_runtime.typing import Features


def verify(
    original: Any,
    artifact: OpenArtifact | Predictor | str | os.PathLike[str] | bytes,
    data: Any = None,
    *,
    labels: Sequence[str] | None = None,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    max_label_flips: float | None = None,
    max_share_change: float | None = None,
    logits: bool = False,
    recipe: str | None = None,
    thresholds: Thresholds | None = None,
    independent: bool = False,
) -> Verification:
    """Compare an artifact with its original.

    Args:
        original: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        artifact: A file, its bytes, what :func:`tagship_runtime.load` gave, or what
            :func:`tagship_export.targets.registry.open_artifact` gave.
        data: Dataset that were used neither for training nor for tuning, labels included if F1 is to be compared,
            as :func:`tagship_export.data.rows.read_rows` takes them; default: the run's test rows.
        labels: Names of the original's scores, in order, where it does not know them; without, the artifact's are
            believed, so that two that were swapped go unnoticed, and the verdict says so.
        max_flip_rate: Instead of the recipe's own bound.
        max_f1_drop: Likewise.
        max_label_flips: Likewise.
        max_share_change: Likewise.
        logits: Whether the original lacks the sigmoid at its end.
        recipe: Name of the recipe whose tolerance and budget apply; default: the one that is found in the artifact's
            own tensors. Whatever the contract says, it has to be the same.
        independent: Whether the original's scores are independent probabilities, whatever its end looks like.
        thresholds: The original's, where it does not know them, or instead of its own.

    Raises:
        OriginalError: There are no rows to compare on, or the original cannot be used.
        ExportError: The two cannot be compared at all.
        InputError: The rows do not fit the model.
    """
    opened = _open(artifact)
    if not isinstance(original, Original):
        original = open_original(original, logits=logits, independent=independent)
    original = _told(original, labels, thresholds)
    contract = opened.contract
    judged = judged_by(opened, recipe)
    rows = read_rows(_data_of(original, data), contract.labels, contract.features)
    matrix = _encode(original, contract, rows)
    compared = _compare(original, opened, rows, matrix)
    verdict = judge(
        compared,
        judged.recipe,
        budget_of(judged.recipe, max_flip_rate, max_f1_drop, max_label_flips, max_share_change),
        name=opened.name,
        size=opened.size,
        faults=(
            *judged.faults,
            *contract_faults(original, opened, judged.recipe),
            *shipped_threshold_faults(original, opened, judged.recipe),
            *golden_faults(opened),
            *_weight_faults(original, opened, judged.recipe),
        ),
    )
    verdict = replace(verdict, origin=judged.origin, unchecked=tuple(unchecked(original, opened, judged)))
    if verdict.passed or opened.layer_values is None:
        return verdict
    divergence = first_divergence(original.model, opened.layer_values, matrix, TOLERANCE[judged.recipe.exact])
    return replace(verdict, divergence=divergence)


def _weight_faults(original: Original, artifact: OpenArtifact, recipe: Recipe) -> Iterator[str]:
    """Compare what is stored in fewer bits; where numbers are float32 the scores tell of every one."""
    if not recipe.exact and artifact.constants is not None:
        yield from weight_faults(original.model, list(artifact.constants()))


def _told(original: Original, labels: Sequence[str] | None, thresholds: Thresholds | None) -> Original:
    """Return the original with what the caller says of its scores."""
    if labels is not None:
        original = original.called(labels)
    return original if thresholds is None else original.deciding_by(thresholds)


def _open(artifact: OpenArtifact | Predictor | str | os.PathLike[str] | bytes) -> OpenArtifact:
    if isinstance(artifact, OpenArtifact):
        return artifact
    return open_predictor(artifact) if isinstance(artifact, Predictor) else open_artifact(artifact)


def _data_of(original: Original, data: Any) -> Any:
    """Return the rows that are given, or else the run's test rows."""
    if data is not None:
        return data
    if "test" not in original.rows:
        raise OriginalError("the original has no test rows of its own; give some with --data FILE")
    return str(original.rows["test"])


def _encode(original: Original, contract: Contract, rows: Dataset) -> Features:
    """Encode rows by the original's features; where it has none of its own, by the contract's.

    Raises:
        ExportError: There are no rows, or the two have not the same number of scores.
    """
    if original.width != len(contract.labels):
        raise ExportError(f"the original has {original.width} scores, the artifact {len(contract.labels)}")
    matrix = encoder(original.features or contract.features, (None, *original.row_shape)).encode(rows.table)
    if not len(matrix):
        raise NothingComparedError
    return matrix


def _compare(original: Original, artifact: OpenArtifact, rows: Dataset, matrix: Features) -> Comparison:
    """Score the rows on both sides; they are encoded once more where the artifact takes them in another way."""
    contract = artifact.contract
    own = contract.features, contract.input.row_shape
    same = own == (original.features or contract.features, original.row_shape)
    batch, alone = artifact.score_both_ways(matrix if same else artifact.encoder.encode(rows.table))
    return Comparison(
        labels=contract.labels,
        targets=rows.targets,
        thresholds=original.thresholds or claimed_thresholds(contract),
        shipped_thresholds=contract.thresholds,
        original=original.scores(matrix),
        batch=batch,
        alone=alone,
    )
