"""The folder that artifacts go to: it never holds half a file, nor one that was replaced by a rejection."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tagship_export.pipeline.plan import Planned
from tagship_export.pipeline.results import Candidate, Refusal
from tagship_runtime.documents import ExportDocument
from tagship_runtime.documents.run_folder import EXPORT
from tagship_runtime.errors import OutputError
from tagship_runtime.files import replacing
from tagship_runtime.files.sidecar import contract_beside, write_artifact

REJECTED, DOCUMENT = "rejected", EXPORT


def save(
    folder: Path, candidates: Sequence[Candidate], refusals: Sequence[Refusal], keep: Collection[str]
) -> dict[str, Path]:
    """Write the artifacts whose names are in ``keep``; what broke its budget goes to ``rejected``.

    What an earlier export left under a name that is not written now is removed.

    Args:
        folder: Where to; made if it is not there.
        candidates: What was measured.
        refusals: What could not be made.
        keep: Names of those to write.

    Returns:
        Where each of them is.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    paths = {}
    for one in candidates:
        good, bad = folder / one.name, folder / REJECTED / one.name
        path, other = (good, bad) if one.verification.passed else (bad, good)
        _remove(other, one.planned)
        if one.name in keep:
            paths[one.name] = path
            _write(path, one)
        else:
            _remove(path, one.planned)
    for refused in refusals:
        for path in (folder / refused.name, folder / REJECTED / refused.name):
            _remove(path, refused.planned)
    return paths


def write_document(path: Path, document: ExportDocument) -> None:
    """Write ``export.json``, all or nothing."""
    with replacing(path) as temporary:
        temporary.write_text(_json(document), encoding="utf-8")


def _write(path: Path, candidate: Candidate) -> None:
    """Write the artifact and what stands beside it, its contract among it."""
    target = candidate.planned.target
    files = {contract_beside(path): _json(candidate.contract.to_dict()).encode()}
    for suffix in target.companions:
        files[path.with_suffix(suffix)] = target.companion(suffix, candidate.data, candidate.contract)
    write_artifact(path, candidate.data, files)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _remove(path: Path, planned: Planned) -> None:
    """Remove what an earlier export left under this name."""
    try:
        for file in (contract_beside(path), *map(path.with_suffix, planned.target.companions), path):
            file.unlink(missing_ok=True)
        if path.parent.name == REJECTED and path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    except NotADirectoryError:
        return  # writing will say so
    except OSError as error:
        raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error
