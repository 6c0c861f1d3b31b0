"""From an original to artifacts: try every recipe, choose, write, report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tagship_export.data.golden import GoldenMode
from tagship_export.data.splits import HeldOutSplits, split_rows
from tagship_export.errors import ConversionError
from tagship_export.pipeline.candidate import Bench, prove
from tagship_export.pipeline.convert import Converter
from tagship_export.pipeline.latency import one_row_us
from tagship_export.pipeline.options import ExportOptions
from tagship_export.pipeline.output_folder import Entry, save
from tagship_export.pipeline.provenance import provenance
from tagship_export.pipeline.report import publish
from tagship_export.pipeline.results import Artifact, Candidate, Export, Refusal
from tagship_export.pipeline.selection import Prefer, bought, choose
from tagship_export.source.original import Original, open_original


def export(
    source: Any, out: str | os.PathLike[str], *, options: ExportOptions | None = None, **chosen: Any
) -> list[Artifact]:
    """Make an artifact per format and recipe, each with its contract and proof.

    The arguments are those of :func:`export_all`; this gives the artifacts alone. One that breaks its budget is
    in ``out/rejected``, and its ``verification.faults`` say why.
    """
    return list(export_all(source, out, options=options, **chosen).artifacts)


def export_all(
    source: Any, out: str | os.PathLike[str], *, options: ExportOptions | None = None, **chosen: Any
) -> Export:
    """Make an artifact per format and recipe, each with its contract and proof, and choose the one to ship.

    Args:
        source: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        out: The folder to write to; made if it is not there. ``export.json`` in it holds the whole table.
        options: What is made, and how it is proved.
        **chosen: Attributes of :class:`ExportOptions`, instead of those in ``options`` or of its defaults.

    Raises:
        ExportError: The model cannot be converted, or has no rows to prove it on.
        OutputError: A file cannot be written; nothing is half-written.
    """
    options = replace(options or ExportOptions(), **chosen)
    original, splits = split_rows(_open(source, options), options.data)
    candidates, refusals = _make(original, splits, options)
    recommended, notes = _choose(candidates, Prefer(options.prefer))
    return _write(Path(out), original, splits, candidates, refusals, recommended, notes, options)


def _open(source: Any, options: ExportOptions) -> Original:
    if isinstance(source, Original):
        return source
    return open_original(source, labels=options.labels, thresholds=options.thresholds, logits=options.logits)


def _make(original: Original, splits: HeldOutSplits, options: ExportOptions) -> tuple[list[Candidate], list[Refusal]]:
    """Convert and prove all that is planned; what a converter refuses is told."""
    options.on_step("scoring with Keras")
    bench = Bench.of(original, splits)
    converter = Converter(original, bench.calibration, batch=options.batch, verbose=options.verbose)
    candidates, refusals = [], []
    for planned in options.plan:
        options.on_step(f"converting {planned.name}")
        try:
            payload = converter.payload(planned)
        except ConversionError as error:
            if planned.recipe.name == "float32":
                raise
            refusals.append(Refusal(name=planned.name, reason=str(error), asked=planned.asked))
            continue
        options.on_step(f"verifying {planned.name}")
        budget = options.budget(planned.recipe)
        candidates.append(prove(payload, planned, bench, budget, GoldenMode(options.golden)))
    options.on_step("measuring latency")
    return _measured(candidates, bench), refusals


def _measured(candidates: Sequence[Candidate], bench: Bench) -> list[Candidate]:
    """The candidates with what one row takes."""
    row = bench.verdict[:1]
    decisions = [one.runner.one_row(row, np.array(one.contract.thresholds, np.float32)) for one in candidates]
    speeds = one_row_us(decisions)
    return [replace(one, one_row_us=us) for one, us in zip(candidates, speeds, strict=True)]


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


def _write(
    out: Path,
    original: Original,
    splits: HeldOutSplits,
    candidates: Sequence[Candidate],
    refusals: Sequence[Refusal],
    recommended: tuple[str, ...],
    notes: tuple[str, ...],
    options: ExportOptions,
) -> Export:
    """Write what is wanted, with the table of all, and draw the report."""
    keep = {one.name for one in candidates if not options.only_recommended or one.name in recommended}
    entries = [
        Entry(name=one.name, data=one.data, passed=one.verification.passed, facts=one.facts()) for one in candidates
    ]
    paths, table = save(out, entries, keep, _facts(original, splits, refusals, recommended, notes))
    options.on_step("drawing the report")
    report, notice = publish(original.run, out, table)
    return Export(
        artifacts=tuple(
            one.artifact(paths[one.name], recommended=one.name in recommended) for one in candidates if one.name in keep
        ),
        candidates=tuple(candidates),
        refusals=tuple(refusals),
        recommended=recommended,
        notes=notes,
        passed=len(recommended) == len(set(options.formats))
        and all(one.verification.passed for one in candidates if one.planned.asked)
        and not any(refusal.asked for refusal in refusals),
        report=report,
        notice=notice,
    )


def _facts(
    original: Original,
    splits: HeldOutSplits,
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
            "calibration": len(splits.calibration),
            "tuning": len(splits.tuning),
            "tuned_on": splits.tuned_on,
            "verdict": len(splits.verdict),
        },
        "labels": list(original.labels or ()),
        "features": None if original.features is None else [feature.to_dict() for feature in original.features],
        "source": provenance(original),
    }
