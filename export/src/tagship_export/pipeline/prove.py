"""The proof of one payload, in the order of docs/verification.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from tagship_export.data.golden_changes import shown
from tagship_export.data.golden_rows import GoldenMode, make_golden
from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.provenance import provenance
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.verification.contract_claims import JudgedBy, judged_by, unchecked
from tagship_export.verification.golden_replay import golden_faults
from tagship_export.verification.layerwise import TOLERANCE, first_divergence
from tagship_export.verification.rejection import judge
from tagship_export.verification.threshold_transfer import transfer_thresholds
from tagship_runtime.contract import Contract, Golden
from tagship_runtime.documents import ReferenceDocument
from tagship_runtime.features import columns_of
from tagship_runtime.monitoring.reference import MOST_FEATURES
from tagship_runtime.monitoring.reference import Reference as Distribution
from tagship_runtime.selftest import tolerance_limit
from tagship_runtime.typing import Scores


def prove(
    payload: bytes,
    planned: Planned,
    reference: Reference,
    golden_mode: GoldenMode = GoldenMode.SYNTHETIC,
    faults: Sequence[str] = (),
) -> Candidate:
    """Prove what a payload decides, and make it an artifact that carries the proof.

    Its engine is opened once, and what that computes decides everything: where thresholds go, whether the budget is
    kept, which rows are golden.

    Args:
        payload: The model's bytes.
        planned: Recipe, target and budget.
        reference: What it is measured against.
        golden_mode: Origin of golden rows.
        faults: What is wrong with the payload besides what it decides, in words.
    """
    target = planned.target
    artifact = _open(payload, planned, reference)
    comparison = reference.compared_with(artifact)
    faults = (*judged_by(artifact).faults, *faults)
    verdict = judge(comparison, planned.recipe, planned.budget, name=planned.name, faults=faults)
    notes = (target.other_processors.get(planned.recipe.name), target.unproven)
    verdict = replace(verdict, notes=(*verdict.notes, *filter(None, notes)), unproven=target.unproven)
    proven = replace(
        artifact.contract,
        parity=verdict.parity_dict() | {"tuned_on": None if planned.recipe.exact else reference.splits.tuned_on},
        quality=verdict.quality(),
        reference=_distribution(reference, comparison.batch),
        golden=_golden(payload, planned, artifact, reference, verdict.parity.max_difference, golden_mode),
    )
    data = target.embed(payload, proven)
    _, sealed = target.unpack(data)  # what its users will read
    artifact = replace(artifact, size=len(data), contract=sealed or proven)
    told = unchecked(reference.original, artifact, JudgedBy(recipe=planned.recipe, origin=verdict.origin, faults=()))
    return Candidate(
        planned=planned,
        data=data,
        artifact=artifact,
        verification=replace(verdict, size=len(data), unchecked=tuple(told)),
    )


def replay_golden(candidate: Candidate) -> Candidate:
    """Return the candidate, with one more fault where its golden rows do not repeat."""
    verdict, faults = candidate.verification, tuple(golden_faults(candidate.artifact))
    if not faults:
        return candidate
    return replace(candidate, verification=replace(verdict, faults=(*verdict.faults, *faults)))


def locate_divergence(candidate: Candidate, reference: Reference) -> Candidate:
    """Return the candidate, with the first layer where it leaves the original if it is rejected."""
    layer_values = candidate.artifact.layer_values
    if candidate.verification.passed or layer_values is None:
        return candidate
    tolerance = TOLERANCE[candidate.recipe.exact]
    verdict = candidate.verification
    divergence = first_divergence(reference.original.model, layer_values, reference.verdict, tolerance, verdict.worst)
    return replace(candidate, verification=replace(verdict, divergence=divergence))


def _open(payload: bytes, planned: Planned, reference: Reference) -> OpenArtifact:
    """Open the payload's engine, and move thresholds onto what it computes if its numbers are not the original's."""
    target, thresholds = planned.target, reference.thresholds
    runner = target.runner(payload)
    if not planned.recipe.exact:
        thresholds = transfer_thresholds(reference.tuning_scores, thresholds, runner.scores(reference.tuning))
    contract = Contract(
        labels=reference.labels,
        thresholds=thresholds,
        features=reference.original.features,
        input=runner.input,
        output=runner.output,
        recipe=planned.recipe.name,
        source=provenance(reference.original, target.tools),
    )
    layer_values = partial(target.layer_values, payload)
    return OpenArtifact(name=planned.name, contract=contract, runner=runner, layer_values=layer_values)


def _distribution(reference: Reference, scores: Scores) -> ReferenceDocument:
    """Describe training rows, and the artifact's scores of those that judged, for whoever watches a device."""
    splits, features = reference.splits, reference.original.features
    parts = [columns_of(rows.table) or {} for rows in (splits.calibration, splits.tuning)]
    columns = {
        feature.name: np.concatenate([part[feature.name] for part in parts])
        for feature in features or ()
        if len(features or ()) <= MOST_FEATURES
    }
    rows = len(splits.calibration) + len(splits.tuning)
    return Distribution.of(features, columns, rows, scores).to_dict()


def _golden(
    payload: bytes,
    planned: Planned,
    artifact: OpenArtifact,
    reference: Reference,
    max_difference: float,
    mode: GoldenMode,
) -> Golden | None:
    """Record golden rows, whose scores may be as far off elsewhere as the recipe and the weights' type allow."""
    target = planned.target
    limit = tolerance_limit(target.weight_bytes(payload), planned.recipe.name)
    return make_golden(
        artifact,
        reference.splits.calibration,
        min(planned.recipe.golden_tolerance(max_difference), limit),
        mode,
        changes=partial(shown, target, payload),
        seeds=target.seeded_rows,
        limit=None if planned.recipe.exact else limit,
    )
