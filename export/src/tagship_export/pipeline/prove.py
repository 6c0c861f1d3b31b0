"""The proof of one payload, in the order of docs/verification.md."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tagship_export.data.golden_rows import make_golden
from tagship_export.data.mutants import shown
from tagship_export.pipeline.options import ExportOptions
from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.provenance import provenance
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.runner import ArtifactRunner
from tagship_export.verification.comparison import Comparison
from tagship_export.verification.rejection import judge
from tagship_export.verification.threshold_transfer import transfer_thresholds
from tagship_runtime.contract import Contract
from tagship_runtime.selftest import tolerance_limit


def prove(payload: bytes, planned: Planned, reference: Reference, options: ExportOptions) -> Candidate:
    """Prove what a payload decides, and make it an artifact that carries the proof.

    Its engine is opened once, and what that computes decides everything: where thresholds go, whether the budget is
    kept, which rows are golden.

    Args:
        payload: The model's bytes.
        planned: Recipe and target.
        reference: What it is measured against.
        options: Budgets, and where golden rows come from.
    """
    recipe, target = planned.recipe, planned.target
    runner = target.runner(payload)
    contract = _describe(runner, planned, reference)
    if not recipe.exact:
        scores = runner.scores(reference.tuning)
        thresholds = transfer_thresholds(reference.tuning_scores, reference.thresholds, scores)
        contract = replace(contract, thresholds=thresholds)
    layer_values = partial(target.layer_values, payload)
    artifact = OpenArtifact(name=planned.name, contract=contract, runner=runner, layer_values=layer_values)
    verdict = judge(_compare(artifact, reference), recipe, options.budget(recipe), name=planned.name)
    if elsewhere := target.other_processors.get(recipe.name):
        verdict = replace(verdict, notes=(*verdict.notes, elsewhere))
    needed = recipe.golden_tolerance(verdict.parity.max_difference)
    tolerance = min(needed, tolerance_limit(target.weight_bytes(payload)))
    changes = partial(shown, target, payload)
    proven = replace(
        contract,
        parity=verdict.parity_dict() | {"tuned_on": None if recipe.exact else reference.splits.tuned_on},
        quality=verdict.quality(),
        golden=make_golden(
            artifact,
            reference.splits.calibration,
            tolerance,
            options.golden_mode,
            changes=changes,
            seeds=target.seeded_rows,
        ),
    )
    data = target.embed(payload, proven)
    _, sealed = target.unpack(data)  # what its users will read
    return Candidate(
        planned=planned,
        data=data,
        artifact=replace(artifact, size=len(data), contract=sealed or proven),
        verification=replace(verdict, size=len(data)),
    )


def _describe(runner: ArtifactRunner, planned: Planned, reference: Reference) -> Contract:
    """Return the contract as far as it is known before anything is measured."""
    return Contract(
        labels=reference.labels,
        thresholds=reference.thresholds,
        features=reference.original.features,
        input=runner.input,
        output=runner.output,
        recipe=planned.recipe.name,
        source=provenance(reference.original),
    )


def _compare(artifact: OpenArtifact, reference: Reference) -> Comparison:
    """Score the verdict's rows with the artifact as well."""
    batch, alone = artifact.score_both_ways(reference.verdict)
    return Comparison(
        labels=reference.labels,
        targets=reference.splits.verdict.targets,
        thresholds=reference.thresholds,
        shipped_thresholds=artifact.contract.thresholds,
        original=reference.verdict_scores,
        batch=batch,
        alone=alone,
    )
