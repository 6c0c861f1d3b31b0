"""From an original to artifacts: try every recipe, choose, write, report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tagship_export.data.golden import GoldenMode
from tagship_export.data.splits import Evidence, gather
from tagship_export.errors import ConversionError, ExportError
from tagship_export.pipeline.candidate import Bench, OnStep, provenance
from tagship_export.pipeline.latency import one_row_us
from tagship_export.pipeline.output_folder import Entry, save
from tagship_export.pipeline.report import publish
from tagship_export.pipeline.results import Artifact, Candidate, Export, Refusal
from tagship_export.pipeline.selection import Prefer, bought, choose
from tagship_export.recipes import budget_of, plan_recipes
from tagship_export.source.original import Original, open_original
from tagship_runtime.container import FORMATS
from tagship_runtime.thresholds import Thresholds


def export(source: Any, out: str | os.PathLike[str], **options: Any) -> list[Artifact]:
    """Make an artifact per format and recipe, each with its contract and proof.

    The arguments are those of :func:`export_all`; this gives the artifacts alone. One that breaks its budget is
    in ``out/rejected``, and its ``verification.faults`` say why.
    """
    return list(export_all(source, out, **options).artifacts)


def export_all(
    source: Any,
    out: str | os.PathLike[str],
    *,
    formats: Sequence[str] = tuple(FORMATS),
    recipes: Sequence[str] = ("float32",),
    labels: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    logits: bool = False,
    data: Any = None,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    batch: int | None = None,
    golden: str = "synthetic",
    prefer: str = "size",
    verbose: bool = False,
    on_step: OnStep = lambda step: None,
) -> Export:
    """Make an artifact per format and recipe, each with its contract and proof, and choose the one to ship.

    Args:
        source: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        out: The folder to write to; made if it is not there. ``export.json`` in it holds the whole table.
        formats: ``tflite``, ``onnx``.
        recipes: Names of recipes, ``all``, or ``auto``: all are tried, and the recommended one is written.
        labels: Names of the scores, where the source does not know them.
        thresholds: Instead of the source's, or of 0.5.
        logits: Whether the model lacks the sigmoid at its end.
        data: Rows to prove it on; see :func:`tagship_export.data.rows.read_rows`. Default: the run's own.
        max_flip_rate: Instead of each recipe's own bound.
        max_f1_drop: Likewise.
        batch: A fixed batch size, for consumers that need one; None for a free one.
        golden: ``synthetic``, ``real`` or ``none``.
        prefer: ``size`` or ``latency``, for what is recommended.
        verbose: Whether converters may print.
        on_step: Told what happens next, for progress.

    Raises:
        ExportError: The model cannot be converted, or has no rows to prove it on.
        OutputError: A file cannot be written; nothing is half-written.
    """
    plan = plan_recipes(recipes, formats)
    mode, preference = GoldenMode(golden), Prefer(prefer)
    if batch is not None and batch < 1:
        raise ExportError(f"the batch size is {batch}; give 1 or more, or leave it free")
    original = (
        source
        if isinstance(source, Original)
        else open_original(source, labels=labels, thresholds=thresholds, logits=logits)
    )
    original, evidence = gather(original, data)
    bench = Bench(original, evidence, batch, verbose, on_step)
    candidates, refusals = [], []
    for recipe, kind, asked in plan:
        name = f"{recipe.name}.{kind}"
        try:
            payload = bench.payload(recipe, kind)
        except ConversionError as error:
            if recipe.name == "float32":
                raise
            refusals.append(Refusal(name=name, reason=str(error), asked=asked))
            continue
        on_step(f"verifying {name}")
        budget = budget_of(recipe, max_flip_rate, max_f1_drop)
        candidates.append(bench.candidate(recipe, kind, payload, budget=budget, golden=mode, asked=asked))
    on_step("measuring latency")
    speeds = one_row_us([candidate.predictor for candidate in candidates], bench.matrix[:1])
    measured = [replace(candidate, one_row_us=us) for candidate, us in zip(candidates, speeds, strict=True)]
    chosen, notes = _choose(measured, preference)
    keep = {candidate.name for candidate in measured if list(recipes) != ["auto"] or candidate.name in chosen}
    entries = [
        Entry(name=one.name, data=one.data, passed=one.verification.passed, facts=one.facts()) for one in measured
    ]
    paths, table = save(Path(out), entries, keep, _facts(original, evidence, refusals, chosen, notes))
    on_step("drawing the report")
    report, notice = publish(original.run, Path(out), table)
    return Export(
        artifacts=tuple(
            one.artifact(paths[one.name], recommended=one.name in chosen) for one in measured if one.name in keep
        ),
        candidates=tuple(measured),
        refusals=tuple(refusals),
        recommended=chosen,
        notes=notes,
        passed=len(chosen) == len({kind for _, kind, _ in plan})
        and all(candidate.verification.passed for candidate in measured if candidate.asked)
        and not any(refusal.asked for refusal in refusals),
        report=report,
        notice=notice,
    )


def _facts(
    original: Original,
    evidence: Evidence,
    refusals: Sequence[Refusal],
    recommended: Sequence[str],
    notes: Sequence[str],
) -> dict[str, Any]:
    """What ``export.json`` says besides the artifacts."""
    return {
        "refused": {refusal.name: refusal.reason for refusal in refusals},
        "recommended": list(recommended),
        "notes": list(notes),
        "rows": {
            "calibration": len(evidence.calibration),
            "tuning": len(evidence.tuning),
            "tuned_on": evidence.tuned_on,
            "verdict": len(evidence.verdict),
        },
        "labels": list(original.labels or ()),
        "features": None if original.features is None else [feature.to_dict() for feature in original.features],
        "source": provenance(original),
    }


def _choose(candidates: Sequence[Candidate], prefer: Prefer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the recommended artifacts, and what they gain, a line per format."""
    chosen, notes = [], []
    for kind in dict.fromkeys(candidate.kind for candidate in candidates):
        of_kind = {candidate.name: candidate for candidate in candidates if candidate.kind == kind}
        best = choose([candidate for candidate in of_kind.values() if candidate.verification.passed], prefer)
        if best is None:
            continue
        chosen.append(best.name)
        float32 = of_kind.get(f"float32.{kind}")
        if float32 is not None and len(of_kind) > 1:
            notes.append(bought(best, float32, of_kind[best.name].verification.shipped_flips))
    return tuple(chosen), tuple(notes)
