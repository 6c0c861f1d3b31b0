"""Failures of a candidate beyond its scores, and the layer where one that is rejected goes wrong."""

from __future__ import annotations

from dataclasses import replace

from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate
from tagship_export.verification.golden_replay import golden_faults
from tagship_export.verification.layerwise import TOLERANCE, first_divergence
from tagship_runtime.errors import NotAScoreError, TagshipError


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
    tolerance = TOLERANCE[candidate.planned.recipe.exact]
    divergence = first_divergence(reference.original.model, layer_values, reference.verdict, tolerance)
    return replace(candidate, verification=replace(candidate.verification, divergence=divergence))


def refused_because(error: TagshipError, planned: Planned) -> str:
    """Say why a recipe gives no file, when making or proving one ended in an error."""
    if isinstance(error, NotAScoreError) and not planned.recipe.exact:
        return f"numbers overflow in {planned.recipe.name}: {error.engine} gives {error.got:g}, which is no score"
    return str(error)
