"""From a payload to a candidate: describe it, move its thresholds, judge it, give it golden rows and its contract."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tagship_export.data.golden import GoldenMode, make_golden, repeats
from tagship_export.data.splits import HeldOutSplits
from tagship_export.errors import ExportError
from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.provenance import provenance
from tagship_export.pipeline.results import Candidate
from tagship_export.pipeline.threshold_transfer import transfer_thresholds
from tagship_export.recipes import Budget
from tagship_export.source.original import Original
from tagship_export.targets.base import ArtifactRunner
from tagship_export.targets.decider import Decider
from tagship_export.verification.comparison import Comparison, score_both_ways
from tagship_export.verification.verdict import Verification, judge
from tagship_export.verification.verify import diverges
from tagship_runtime.contract import Contract
from tagship_runtime.typing import Features, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all candidates of one export are measured against; every row is encoded, and scored by Keras, once.

    Attributes:
        original: Keras.
        splits: Rows as callers have them.
        calibration, tuning, verdict: The same, encoded.
        original_tuning, original_verdict: The original's scores of them.
    """

    original: Original
    splits: HeldOutSplits
    calibration: Features
    tuning: Features
    verdict: Features
    original_tuning: Scores
    original_verdict: Scores

    @classmethod
    def of(cls, original: Original, splits: HeldOutSplits) -> Bench:
        """Encode the rows and score them with Keras."""
        encode = original.encoder.encode
        tuning, verdict = encode(splits.tuning.table), encode(splits.verdict.table)
        return cls(
            original=original,
            splits=splits,
            calibration=encode(splits.calibration.table),
            tuning=tuning,
            verdict=verdict,
            original_tuning=original.scores(tuning),
            original_verdict=original.scores(verdict),
        )


def prove(payload: bytes, planned: Planned, bench: Bench, budget: Budget, golden: GoldenMode) -> Candidate:
    """Make a candidate of a payload: every step is measured on the bytes that would ship.

    Args:
        payload: The model's bytes.
        planned: Recipe and target.
        bench: What it is measured against.
        budget: What is allowed.
        golden: Where golden rows come from.
    """
    target, recipe = planned.target, planned.recipe
    runner = target.runner(payload)
    contract = _describe(runner, planned, bench.original)
    original_thresholds = contract.thresholds
    if not recipe.exact:
        moved = transfer_thresholds(bench.original_tuning, original_thresholds, runner.scores(bench.tuning))
        contract = replace(contract, thresholds=moved)
    verdict = _judge(runner, contract, original_thresholds, planned, bench, budget)
    if not verdict.passed:
        divergence = diverges(bench.original, target, payload, bench.verdict, recipe)
        verdict = replace(verdict, divergence=divergence)
    artifact = Decider.of(runner, contract)
    tolerance = recipe.golden_tolerance(verdict.parity.max_difference)
    rows = make_golden(artifact, bench.splits.calibration, tolerance, golden)
    fault = None if rows is None else repeats(artifact, rows)
    if fault is not None:
        verdict = replace(verdict, faults=(*verdict.faults, fault))
    proven = replace(
        contract,
        parity=verdict.parity_dict() | {"tuned_on": None if recipe.exact else bench.splits.tuned_on},
        quality=verdict.quality(),
        golden=rows,
    )
    data = target.embed(payload, proven)
    return Candidate(
        planned=planned,
        data=data,
        contract=proven,
        runner=runner,
        verification=replace(verdict, size=len(data)),
    )


def _describe(runner: ArtifactRunner, planned: Planned, original: Original) -> Contract:
    """What is known before anything is measured."""
    if original.labels is None or original.thresholds is None:
        raise ExportError("the labels of the model's scores are not known; name them with --labels")
    return Contract(
        labels=original.labels,
        thresholds=original.thresholds,
        features=original.features,
        input=runner.input,
        output=runner.output,
        recipe=planned.recipe.name,
        source=provenance(original),
    )


def _judge(
    runner: ArtifactRunner,
    contract: Contract,
    original_thresholds: tuple[float, ...],
    planned: Planned,
    bench: Bench,
    budget: Budget,
) -> Verification:
    batch, alone = score_both_ways(runner, bench.verdict)
    compared = Comparison(
        labels=contract.labels,
        thresholds=original_thresholds,
        shipped=contract.thresholds,
        original=bench.original_verdict,
        batch=batch,
        alone=alone,
        targets=bench.splits.verdict.targets,
    )
    return judge(compared, planned.recipe, budget, name=planned.name, size=0)
