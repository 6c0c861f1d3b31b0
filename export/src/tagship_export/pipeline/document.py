"""The content of ``export.json``: all that an export measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tagship_export.pipeline.provenance import provenance
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate, Refusal
from tagship_export.pipeline.selection import Recommendation
from tagship_runtime.documents import EXPORT_FORMAT, ArtifactDocument, ExportDocument


def export_document(
    folder: Path,
    paths: Mapping[str, Path],
    reference: Reference,
    candidates: Sequence[Candidate],
    refusals: Sequence[Refusal],
    recommendation: Recommendation,
) -> ExportDocument:
    """Describe an export.

    Args:
        folder: Where the document will be.
        paths: Where each artifact that was written is.
        reference: What artifacts were measured against.
        candidates: What was measured.
        refusals: What gave no file.
        recommendation: What to ship.
    """
    original, splits = reference.original, reference.splits
    return {
        "tagship_export": EXPORT_FORMAT,
        "artifacts": [_entry(one, folder, paths.get(one.name)) for one in candidates],
        "refused": {refusal.name: refusal.reason for refusal in refusals},
        "recommended": list(recommendation.names),
        "notes": [*original.notes, *recommendation.notes],
        "rows": {
            "calibration": len(splits.calibration),
            "tuning": len(splits.tuning),
            "tuned_on": splits.tuned_on,
            "verdict": len(splits.verdict),
        },
        "labels": list(reference.labels),
        "features": None if original.features is None else [feature.to_dict() for feature in original.features],
        "source": provenance(original, (tool for one in candidates for tool in one.planned.target.tools)),
    }


def _entry(candidate: Candidate, folder: Path, path: Path | None) -> ArtifactDocument:
    """Describe one artifact."""
    contract = candidate.artifact.contract
    return {
        **candidate.verification.to_dict(),
        "recipe": candidate.recipe.name,
        "format": candidate.kind,
        "one_row_us": round(candidate.one_row_us, 2),
        "thresholds": list(contract.thresholds),
        "digest": contract.digest,
        "path": None if path is None else path.relative_to(folder).as_posix(),
    }
