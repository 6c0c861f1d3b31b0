"""From an original to artifacts: convert and prove every recipe, recommend, write, report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from tagship_export.data.splits import split_rows
from tagship_export.errors import ConversionError, ExportError
from tagship_export.original.open_original import Original, open_original
from tagship_export.pipeline.convert import Converter
from tagship_export.pipeline.document import export_document
from tagship_export.pipeline.latency import with_latency
from tagship_export.pipeline.options import ExportKeywords, ExportOptions
from tagship_export.pipeline.output_folder import DOCUMENT, save, write_document
from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.prove import locate_divergence, prove, replay_golden
from tagship_export.pipeline.prove_in_node import prove_in_node
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.report import log, publish
from tagship_export.pipeline.results import Artifact, Candidate, Export, Proved, Refusal
from tagship_export.pipeline.selection import Recommendation, recommend
from tagship_export.pipeline.within_bytes import first_within, sizes_by_loss
from tagship_runtime.errors import CheckFailedError, EngineError, InputError, TagshipError


def export(
    source: Any,
    out: str | os.PathLike[str],
    *,
    options: ExportOptions | None = None,
    **chosen: Unpack[ExportKeywords],
) -> list[Artifact]:
    """Make an artifact per format and recipe, each with its contract and proof.

    The arguments are those of :func:`export_all`; this gives the artifacts alone. One that breaks its budget is
    in ``out/rejected``, and its ``verification.faults`` say why.
    """
    return list(export_all(source, out, options=options, **chosen).artifacts)


def export_all(
    source: Any,
    out: str | os.PathLike[str],
    *,
    options: ExportOptions | None = None,
    **chosen: Unpack[ExportKeywords],
) -> Export:
    """Make an artifact per format and recipe, each with its contract and proof, and recommend the one to ship.

    Args:
        source: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        out: The folder to write to; made if it is not there. ``export.json`` in it holds all that was measured.
        options: What is made, and how it is proved.
        **chosen: Attributes of :class:`ExportOptions`, in place of those in ``options`` or of its defaults.

    Raises:
        ExportError: The model cannot be converted, or has no rows to prove it on.
        OutputError: A file cannot be written; nothing is half-written.
    """
    options = replace(options or ExportOptions(), **chosen)
    most = options.max_bytes
    if most is None:
        proved = _prove_original(source, options)
    else:
        sizes = sizes_by_loss(source, most)
        proved = first_within(
            sizes, most, lambda size: _prove_original(source, replace(options, size=size, max_bytes=None))
        )
    reference = proved.reference
    options.on_step("measuring latency")
    candidates = with_latency(proved.candidates, reference.verdict[:1])
    recommendation = recommend(candidates, options.preference)
    return _write(Path(out), reference, candidates, proved.refusals, recommendation, options)


def _prove_original(source: Any, options: ExportOptions) -> Proved:
    """Open an original, and make and prove its files."""
    original, splits = split_rows(_open(source, options), options.data)
    options.on_step("scoring with Keras")
    reference = Reference.of(original, splits)
    candidates, refusals = _prove_all(reference, options)
    return Proved(reference=reference, candidates=candidates, refusals=refusals)


def _open(source: Any, options: ExportOptions) -> Original:
    if isinstance(source, Original):
        return source
    return open_original(
        source,
        labels=options.labels,
        thresholds=options.thresholds,
        logits=options.logits,
        size=options.size,
        independent=options.independent,
    )


def _prove_all(reference: Reference, options: ExportOptions) -> tuple[list[Candidate], list[Refusal]]:
    """Convert and prove all that is planned, and collect what cannot be made; one failure leaves the others alone.

    Raises:
        ConversionError: A converter refuses the model, and nothing but float32 is wanted.
        ExportError, EngineError, CheckFailedError: Nothing can be made, not even float32.
    """
    converter = Converter(reference.original.model, reference.calibration, batch=options.batch, verbose=options.verbose)
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    first: TagshipError | None = None
    for planned in options.plan:
        options.on_step(f"converting {planned.name}")
        try:
            _check_input(planned, reference)
            payload = converter.payload(planned)
            options.on_step(f"verifying {planned.name}")
            faults = converter.faults(planned, payload)
            candidate = replay_golden(prove(payload, planned, reference, options.golden_mode, faults))
            if options.node is not None and planned.target.runs_in_node:
                candidate = prove_in_node(candidate, reference, options.node)
        except (ExportError, EngineError, InputError, CheckFailedError) as error:
            if isinstance(error, ConversionError) and all(one.recipe.exact for one in options.plan):
                raise  # every file that was asked for is the model as trained: better none than half of them
            first = first or (error if planned.recipe.exact else None)
            refusals.append(Refusal.because(error, planned))
            continue
        candidates.append(locate_divergence(candidate, reference))
    if first is not None and not candidates:
        raise first
    return candidates, refusals


def _check_input(planned: Planned, reference: Reference) -> None:
    """Refuse to round what is known of words on one scale: the longest text sets it, and of a short one little is left.

    Raises:
        ConversionError: The recipe would.
    """
    if planned.recipe.rounds_input and any(feature.kind == "text" for feature in reference.original.features or ()):
        raise ConversionError(
            "counts or numbers of all words would be rounded to eight bits on one scale, which the longest text sets; "
            "take int8, whose input is in float"
        )


def _write(
    out: Path,
    reference: Reference,
    candidates: Sequence[Candidate],
    refusals: Sequence[Refusal],
    recommendation: Recommendation,
    options: ExportOptions,
) -> Export:
    """Write artifacts and document, and draw the report from them."""
    recommended = recommendation.names
    unproven = {one.kind for one in candidates if one.verification.unproven}
    keep = {one.name for one in candidates if not options.only_recommended or one.name in recommended}
    paths = save(out, candidates, refusals, keep)
    document = export_document(out, paths, reference, candidates, refusals, recommendation)
    write_document(out / DOCUMENT, document)
    options.on_step("drawing the report")
    report, notice = publish(reference.original.run, out, document)
    log(out, document, report)
    return Export(
        artifacts=tuple(
            one.written(paths[one.name], recommended=one.name in recommended) for one in candidates if one.name in keep
        ),
        candidates=tuple(candidates),
        refusals=tuple(refusals),
        recommended=recommended,
        notes=(
            *_size(reference.original, options),
            *reference.original.notes,
            *recommendation.notes,
            *_not_in_node(candidates, options),
        ),
        passed=len(recommended) == len(set(options.formats) - unproven)
        and all(one.verification.passed for one in candidates if one.planned.asked)
        and not any(refusal.asked for refusal in refusals),
        report=report,
        notice=notice,
    )


def _size(original: Original, options: ExportOptions) -> list[str]:
    """Name the size that a bound in bytes has led to."""
    if options.max_bytes is None:
        return []
    size = original.size
    return [
        f"made from size {size}, of those with a file of at most {options.max_bytes:,} bytes the best on held-out rows "
        f"(verify compares with --size {size})"
    ]


def _not_in_node(candidates: Sequence[Candidate], options: ExportOptions) -> list[str]:
    """Name the files that are proved in Python alone although a proof in Node was asked for."""
    others = [one.name for one in candidates if not one.planned.target.runs_in_node]
    return [f"not run in Node, which runs .onnx: {', '.join(others)}"] if options.node is not None and others else []
