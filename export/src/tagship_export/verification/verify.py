"""Verification of an artifact against its original: from files to a verdict."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from tagship_export.data.rows import read_rows
from tagship_export.errors import ExportError, NothingComparedError, OriginalError
from tagship_export.original.open_original import Original, open_original
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.registry import open_artifact, open_predictor
from tagship_export.verification.activation_ranges import range_faults
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.contract_claims import (
    JudgedBy,
    claimed_thresholds,
    contract_faults,
    judged_by,
    unchecked,
)
from tagship_export.verification.golden_replay import golden_faults
from tagship_export.verification.layerwise import TOLERANCE, first_divergence
from tagship_export.verification.options import VerifyKeywords, VerifyOptions
from tagship_export.verification.own_conversion import UNKNOWN, largest_difference
from tagship_export.verification.rejection import farther_off, judge
from tagship_export.verification.shipped_thresholds import shipped_threshold_faults
from tagship_export.verification.stored_payload import Stored, compare_stored
from tagship_export.verification.verdict import Verification
from tagship_runtime.contract import Contract
from tagship_runtime.features import Encoder, encoder
from tagship_runtime.features.rounding import rounding_notes
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Features

RANGES = "ranges of activations but for what these rows reach: the rows that set them are not at hand"


def verify(
    original: Any,
    artifact: OpenArtifact | Predictor | str | os.PathLike[str] | bytes,
    data: Any = None,
    *,
    options: VerifyOptions | None = None,
    **chosen: Unpack[VerifyKeywords],
) -> Verification:
    """Compare an artifact with its original.

    Args:
        original: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        artifact: A file, its bytes, what :func:`tagship_runtime.load` gave, or what
            :func:`tagship_export.targets.registry.open_artifact` gave.
        data: Rows that were used neither for training nor for tuning, labels included if F1 is to be compared,
            as :func:`tagship_export.data.rows.read_rows` takes them; default: the run's test rows.
        options: What the original is known by, and what is allowed.
        **chosen: Attributes of :class:`VerifyOptions`, in place of those in ``options`` or of its defaults.

    Raises:
        OriginalError: There are no rows to compare on, or the original cannot be used.
        ExportError: The two cannot be compared at all.
        InputError: The rows do not fit the model.
    """
    options = replace(options or VerifyOptions(), **chosen)
    opened, known = _open(artifact), _open_original(original, options)
    judged = judged_by(opened, options.recipe)
    positive, words = ((), {}) if data is None else (known.positive, known.label_words)  # its own rows hold 0 and 1
    features = known.features or opened.contract.features
    rows = read_rows(_data_of(known, data), opened.contract.labels, features, positive, words)
    codec = _encoder(known, opened.contract)
    matrix = _encoded(codec, rows)
    compared = _compare(known, opened, rows, matrix)
    stored, explained = Stored(), UNKNOWN
    if opened.convert_again is not None:
        again = opened.convert_again(known.model)
        if not judged.recipe.exact:
            explained = largest_difference(known, again, judged.recipe, matrix, compared.original)
        stored = compare_stored(again, opened, judged, len(matrix))
        if judged.recipe.calibrated and stored == Stored():
            found = tuple(range_faults(again, matrix, compared.original, compared.worst, explained))
            asked = judged.origin == "asked"
            stored = Stored(unchecked=found) if asked else Stored(faults=tuple(map(judged.or_made_elsewhere, found)))
    verdict = judge(
        compared,
        judged.recipe,
        options.budget(judged.recipe),
        name=opened.name,
        size=opened.size,
        faults=(*_contract_faults(known, opened, judged), *stored.faults),
        explained=explained,
        strict=judged.origin != "asked" and not explained.beyond,
    )
    verdict = replace(
        verdict,
        origin=judged.origin,
        unchecked=(
            *unchecked(known, opened, judged),
            *((RANGES,) if explained.beyond else ()),
            *stored.unchecked,
            *(farther_off(compared, explained) if judged.origin == "asked" else ()),
        ),
        notes=(*known.notes, *rounding_notes(codec.rounded(rows.table)), *verdict.notes),
    )
    if verdict.passed or opened.layer_values is None:
        return verdict
    tolerance = TOLERANCE[judged.recipe.exact]
    divergence = first_divergence(known.model, opened.layer_values, matrix, tolerance, verdict.worst)
    return replace(verdict, divergence=divergence)


def _contract_faults(original: Original, artifact: OpenArtifact, judged: JudgedBy) -> Iterator[str]:
    """Yield what is wrong with an artifact, whatever it decides on the rows at hand."""
    yield from judged.faults
    yield from contract_faults(original, artifact, judged.recipe)
    yield from shipped_threshold_faults(original, artifact, judged.recipe)
    yield from golden_faults(artifact)


def _open_original(original: Any, options: VerifyOptions) -> Original:
    """Open the original, with what the caller says of its scores."""
    known = (
        original
        if isinstance(original, Original)
        else open_original(original, logits=options.logits, independent=options.independent)
    )
    known = known if options.labels is None else known.called(options.labels)
    return known if options.thresholds is None else known.deciding_by(options.thresholds)


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


def _encoder(original: Original, contract: Contract) -> Encoder:
    """Return the encoder of the original's features; where it has none of its own, of the contract's.

    Raises:
        ExportError: The two have not the same number of scores.
    """
    if original.width != len(contract.labels):
        raise ExportError(f"the original has {original.width} scores, the artifact {len(contract.labels)}")
    features = original.features or contract.features
    return encoder(features, (None, *original.row_shape), original.integers)


def _encoded(codec: Encoder, rows: Dataset) -> Features:
    """Encode rows as the original takes them.

    Raises:
        NothingComparedError: There are none.
    """
    matrix = codec.encode(rows.table)
    if not len(matrix):
        raise NothingComparedError
    return matrix


def _compare(original: Original, artifact: OpenArtifact, rows: Dataset, matrix: Features) -> Comparison:
    """Score the rows on both sides; they are encoded once more where the artifact takes them in another way.

    Who calls a file that describes no features encodes by himself, which is to say as the original does.
    """
    contract = artifact.contract
    described = contract.features in (None, original.features or contract.features)
    name = None if contract.features is None else contract.features[0].name
    same = described and contract.input.row_shape == original.row_shape
    return Comparison.of(
        artifact,
        matrix if same else artifact.encoder.encode(rows.table),
        original=original.scores_of(rows.table, matrix, name),
        thresholds=original.thresholds or claimed_thresholds(contract),
        targets=rows.targets,
    )
