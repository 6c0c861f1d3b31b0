"""A contract for a model file that was made elsewhere, or back for one that another tool saved again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np

from tagship_export.data.golden_changes import shown
from tagship_export.data.golden_rows import Changes, extend_golden, make_golden, replay
from tagship_export.data.rows import read_rows
from tagship_export.errors import ExportError
from tagship_export.recipes import EIGHT_BITS
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import Target
from tagship_export.targets.registry import open_artifact, target_of
from tagship_export.targets.runner import ArtifactRunner
from tagship_export.verification.metrics import measure
from tagship_runtime.contract import Contract, Feature, Golden, NumericFeature, TensorSpec
from tagship_runtime.errors import ArtifactCorruptError, CheckFailedError, ContractError
from tagship_runtime.features import columns_of
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.label_columns import feature_columns
from tagship_runtime.selftest import tolerance_limit
from tagship_runtime.thresholds import Thresholds, resolve_thresholds

FLOAT_TOLERANCE, INTEGER_TOLERANCE = 1e-3, 0.1
"""Tolerances of golden rows where the difference to an original is not known."""


def attach(
    data: bytes,
    *,
    labels: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    rows: Any = None,
    contract: str | None = None,
) -> bytes:
    """Give a .tflite or .onnx model a contract.

    Args:
        data: The file. What is left of an earlier contract is taken out, and counts for what is not given here.
        labels: Names of the scores.
        thresholds: One for all, one each, or by name; default: the earlier contract's, else 0.5.
        rows: See :func:`tagship_export.data.rows.read_rows`: golden rows are invented within their ranges, and the
            quality is measured on them if the truth is known. The columns of a table name the features, where no
            earlier contract does.
        contract: The JSON that once stood beside the file, in place of what is left inside.

    Returns:
        The artifact. It holds no parity, since nothing was compared, unless the file is as it was exported.

    Raises:
        ExportError: Labels are not known, or do not fit the model.
        CheckFailedError: The model no longer repeats the golden rows of its earlier contract.
    """
    target = target_of(data)
    payload, found = target.strip(data)
    old = _read(contract or found)
    names = _labels(labels, old)
    table = None if rows is None else read_rows(rows, names, old.features if old else None)
    runner = target.runner(payload)
    fresh = _fresh_contract(runner, payload, names, _thresholds(thresholds, names, old), old, table)
    if old is not None:
        fresh = _with_what_holds(fresh, old, proved=_still_proved(target, data, old, fresh))
    artifact = OpenArtifact(contract=fresh, runner=runner)
    tolerance = FLOAT_TOLERANCE if EIGHT_BITS.isdisjoint(target.weight_bytes(payload)) else INTEGER_TOLERANCE
    fresh = replace(fresh, golden=_golden(artifact, table, tolerance, partial(shown, target, payload)))
    if table is not None and table.targets is not None:
        decisions = artifact.decide(artifact.scores(table.table))
        fresh = replace(fresh, quality={"artifact": measure(table.targets, decisions).to_dict()})
    return target.embed(payload, fresh)


def _labels(given: Sequence[str] | None, old: Contract | None) -> tuple[str, ...]:
    """Return the names of scores: as given, or else the earlier contract's."""
    if given is not None:
        return tuple(given)
    if old is None:
        raise ExportError("the file has no contract that could be taken over; name its scores with --labels")
    return old.labels


def _thresholds(given: Thresholds | None, labels: tuple[str, ...], old: Contract | None) -> tuple[float, ...]:
    """Return thresholds: as given, else the earlier contract's where its labels are the same, else 0.5."""
    default = old.thresholds if old is not None and old.labels == labels else None
    if given is not None:
        return resolve_thresholds(given, labels, default)
    return default or (0.5,) * len(labels)


def _fresh_contract(
    runner: ArtifactRunner,
    payload: bytes,
    labels: tuple[str, ...],
    thresholds: tuple[float, ...],
    old: Contract | None,
    table: Dataset | None,
) -> Contract:
    """Return a contract that says no more than what the payload and the caller say.

    Raises:
        ExportError: Labels or features do not fit the model.
    """
    try:
        return Contract(
            labels=labels,
            thresholds=thresholds,
            features=_features(runner.input, old, table, labels),
            input=runner.input,
            output=runner.output,
            recipe="unknown",
            source=_source(payload),
        )
    except ContractError as error:
        raise ExportError(str(error)) from error


def _with_what_holds(fresh: Contract, old: Contract, *, proved: bool) -> Contract:
    """Take over what still holds of the earlier contract: where the model is from, and what it was seen to give."""
    return replace(
        fresh,
        recipe=old.recipe,
        source=dict(old.source),
        parity=old.parity if proved else None,
        golden=old.golden if old.labels == fresh.labels else None,
    )


def with_golden_row(data: bytes, artifact: OpenArtifact, row: Any, tolerance: float) -> bytes:
    """Add a row to those that an artifact's self-test replays.

    Args:
        data: The artifact's file.
        artifact: The same, open.
        row: As a caller would pass it.
        tolerance: For its scores, where the artifact has no golden rows yet.
    """
    target = target_of(data)
    payload, _ = target.unpack(data)
    limit = tolerance_limit(target.weight_bytes(payload), artifact.contract.recipe)
    golden = extend_golden(artifact.contract.golden, artifact, row, min(tolerance, limit))
    return target.embed(payload, replace(artifact.contract, golden=golden))


def _still_proved(target: Target, data: bytes, old: Contract, fresh: Contract) -> bool:
    """Tell whether the file is as it was exported, and what is attached says what it says already."""
    try:
        _, found = target.unpack(data)
    except ArtifactCorruptError:
        return False
    return found is not None and found == old and (found.labels, found.thresholds) == (fresh.labels, fresh.thresholds)


def _read(text: str | None) -> Contract | None:
    return None if text is None else Contract.from_json(text)


def _features(
    tensor: TensorSpec, old: Contract | None, table: Dataset | None, labels: tuple[str, ...]
) -> tuple[Feature, ...] | None:
    """Return the earlier contract's if it names any, or the columns of the table that are no labels."""
    if old is not None and old.features is not None:
        return old.features
    columns = None if table is None else columns_of(table.table)
    if columns is None:
        return None
    names = feature_columns(columns, labels)
    if tensor.shape[1:] != (len(names),):
        raise ExportError(f"the table has {len(names)} feature columns, the model takes {tensor.shape}")
    return tuple(NumericFeature(name=name) for name in names)


def _golden(artifact: OpenArtifact, table: Dataset | None, tolerance: float, changes: Changes) -> Golden | None:
    """Return golden rows: the earlier contract's, decided anew, or others within the ranges of the table.

    Raises:
        CheckFailedError: The model no longer gives the scores of the earlier ones.
    """
    golden = artifact.contract.golden
    if golden is None:
        return None if table is None else make_golden(artifact, table, tolerance, changes=changes)
    difference, _ = replay(golden, artifact)
    if not difference <= golden.tolerance:
        raise CheckFailedError(
            f"the model no longer gives the scores that its contract promises: a golden row is off by "
            f"{difference:.2g} (tolerance {golden.tolerance:.2g}); export it again"
        )
    decisions = artifact.decide(np.array(golden.scores, np.float32))
    return replace(
        golden,
        decisions=tuple(tuple(bool(on) for on in row) for row in decisions),
        described=artifact.contract.description,
    )


def _source(payload: bytes) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(payload).hexdigest(),
        "framework": "unknown",
        "tools": {"tagship-export": version("tagship-export")},
    }


def describe(data: bytes) -> str:
    """Return the contract of an artifact, as it is written beside it."""
    contract = open_artifact(data).contract
    return json.dumps(contract.to_dict(), indent=2, ensure_ascii=False) + "\n"
