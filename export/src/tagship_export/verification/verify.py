"""Does an artifact decide as its original does?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tagship_export.data.rows import read_rows
from tagship_export.errors import ExportError, OriginalError
from tagship_export.recipes import RECIPES, Recipe, budget_of
from tagship_export.source.original import Original, open_original
from tagship_export.targets.base import Runner, Target
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.comparison import Comparison, score_both_ways
from tagship_export.verification.faults import contract_faults
from tagship_export.verification.layerwise import Divergence, first_divergence
from tagship_export.verification.verdict import Verification, judge
from tagship_runtime.container import unpack
from tagship_runtime.contract import Contract
from tagship_runtime.features import encoder
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features

DIVERGENCE = {True: 1e-3, False: 0.25}
"""Share of a layer's spread beyond which it diverges, for recipes that are exact and for others."""


def verify(
    original: Any,
    artifact: Predictor | str | os.PathLike[str] | bytes,
    data: Any = None,
    *,
    labels: Sequence[str] | None = None,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    max_label_flips: float | None = None,
    max_share_change: float | None = None,
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
        max_label_flips: Likewise.
        max_share_change: Likewise.
        logits: Whether the original lacks the sigmoid at its end.

    Raises:
        OriginalError: There are no rows to compare on, or the original cannot be used.
        ExportError: The two cannot be compared at all.
        InputError: The rows do not fit the model.
    """
    name, content = "artifact", b""
    if not isinstance(artifact, Predictor):
        name = name if isinstance(artifact, bytes) else str(artifact)
        content = artifact if isinstance(artifact, bytes) else _read(artifact)
        with quiet():
            artifact = load(artifact)
    if not isinstance(original, Original):
        original = open_original(original, logits=logits)
    if labels is not None:
        original = original.called(labels)
    contract, recipe = artifact.contract, recipe_of(artifact.contract)
    rows = read_rows(_data_of(original, data), contract.labels, contract.features)
    matrix = _encode(original, contract, rows)
    verdict = judge(
        _compare(original, EngineRunner(artifact.engine, contract), contract, rows, matrix),
        recipe,
        budget_of(recipe, max_flip_rate, max_f1_drop, max_label_flips, max_share_change),
        name=name,
        size=len(content),
        faults=tuple(contract_faults(original, contract, recipe)),
    )
    if verdict.passed or not content:
        return verdict
    unpacked = unpack(content)
    target = TARGETS[unpacked.format.name]
    return replace(verdict, divergence=diverges(original, target, unpacked.payload, matrix, recipe))


def recipe_of(contract: Contract) -> Recipe:
    """Return the recipe that an artifact was made by; files made elsewhere are held to float32."""
    return RECIPES.get(contract.recipe, RECIPES["float32"])


def diverges(original: Original, target: Target, payload: bytes, matrix: Features, recipe: Recipe) -> Divergence | None:
    """Find the first layer of a payload whose values differ from the original's."""

    def layer_values(rows: Features) -> dict[str, Any]:
        return target.layer_values(payload, rows)

    return first_divergence(original.model, layer_values, matrix, DIVERGENCE[recipe.exact])


def _data_of(original: Original, data: Any) -> Any:
    if data is not None:
        return data
    if "test" not in original.rows:
        raise OriginalError("the original has no test rows of its own; give some with --data FILE")
    return str(original.rows["test"])


def _encode(original: Original, contract: Contract, rows: Dataset) -> Features:
    """Encoded rows, by the original's features; where it has none, the contract's count."""
    if original.width != len(contract.labels):
        raise ExportError(f"the original has {original.width} scores, the artifact {len(contract.labels)}")
    return encoder(original.features or contract.features, (None, *original.row_shape)).encode(rows.table)


def _compare(original: Original, runner: Runner, contract: Contract, rows: Dataset, matrix: Features) -> Comparison:
    """Score the rows on both sides, the artifact's encoded as its own contract says."""
    own = matrix
    if contract.features is not None and original.features not in (None, contract.features):
        own = encoder(contract.features, contract.input.shape).encode(rows.table)
    batch, alone = score_both_ways(runner, own)
    return Comparison(
        labels=contract.labels,
        thresholds=original.thresholds or _original_thresholds(contract),
        shipped=contract.thresholds,
        original=original.scores(matrix),
        batch=batch,
        alone=alone,
        targets=rows.targets,
    )


def _original_thresholds(contract: Contract) -> tuple[float, ...]:
    """What the contract says that the original's were; its own where it does not."""
    stored = (contract.parity or {}).get("original_thresholds")
    if isinstance(stored, list) and len(stored) == len(contract.labels):
        return tuple(float(threshold) for threshold in stored)
    return contract.thresholds


def _read(path: str | os.PathLike[str]) -> bytes:
    return Path(path).read_bytes() if Path(path).is_file() else b""
