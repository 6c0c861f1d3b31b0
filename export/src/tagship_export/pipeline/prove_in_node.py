"""The proof of a candidate in Node, besides the one in Python."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate
from tagship_export.verification.rejection import judge


def prove_in_node(candidate: Candidate, reference: Reference, folder: Path) -> Candidate:
    """Return the candidate, with a note of each engine in Node on the verdict's rows, and a fault of each that fails.

    A note also says which engine does not run it, and why.

    Args:
        candidate: As proved in Python.
        reference: What it is measured against.
        folder: Where npm has installed ``tagship``.

    Raises:
        ExportError: Node or the package is not there, or no engine runs the artifact.
        CheckFailedError: The package refuses the artifact, or golden rows come out differently.
    """
    planned = candidate.planned
    notes: list[str] = []
    faults: list[str] = []
    for one in planned.target.in_node(candidate.artifact, candidate.data, folder, notes.append):
        with closing(one.runner):
            verdict = judge(reference.compared_with(one), planned.recipe, planned.budget, name=one.name)
        engine = one.name.removeprefix(candidate.name).strip(" ()")
        notes.append(
            f"{engine}: scores within {verdict.parity.max_difference:.1e}, {verdict.parity.flips:,} flips on "
            f"{verdict.parity.rows:,} rows"
        )
        faults += [f"{engine}: {fault}" for fault in verdict.faults]
    verification = candidate.verification
    return replace(
        candidate,
        verification=replace(verification, faults=(*verification.faults, *faults), notes=(*verification.notes, *notes)),
    )
