"""What a report is drawn from: the files of a run or of an export, whichever of them are there."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagship_report.errors import ReportError
from tagship_runtime.documents import CURVES_FORMAT, EXPORT_FORMAT, RUN_FORMAT
from tagship_runtime.errors import MissingFileError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Parsed files.

    Attributes:
        name: The folder's.
        run: ``run.json``; None where the folder holds an export alone.
        curves: ``curves.json``; None in runs of earlier versions.
        export: ``export.json``; None before the first export.
        history: Rows of ``history.csv``.
        model_sha256: Of ``model.keras``, to see whether the export is of this model.
    """

    name: str
    run: Json | None
    curves: Json | None
    export: Json | None
    history: tuple[dict[str, str], ...] = ()
    model_sha256: str | None = None


def read_sources(folder: Path) -> Sources:
    """Read a run folder, or a folder that ``tagship export`` wrote.

    Raises:
        MissingFileError: The folder is not there, or is neither.
        ReportError: A file in it is damaged, or of a newer version.
    """
    if not folder.is_dir():
        raise MissingFileError(f"{folder} is no folder; give a run folder, or one that 'tagship export' wrote")
    run, export = _read(folder / "run.json"), _read(folder / "export.json")
    if run is None and export is None:
        raise MissingFileError(
            f"{folder} has neither run.json nor export.json; 'tagship train' and 'tagship export' write them"
        )
    curves = None if run is None else _read(folder / "curves.json")
    for document, key, known, unversioned in (
        (run, "tagship_run", RUN_FORMAT, None),
        (curves, "tagship_curves", CURVES_FORMAT, None),
        (export, "tagship_export", EXPORT_FORMAT, EXPORT_FORMAT),
    ):
        if document is not None and document.get(key, unversioned) != known:
            raise ReportError(f"{folder} has {key} {document.get(key)!r}, this tagship-report reads {known}; update it")
    if run is not None and curves is not None and run["labels"] != [one["label"] for one in curves["labels"]]:
        raise ReportError(f"{folder}: run.json and curves.json name other labels than each other; train again")
    model = folder / "model.keras"
    return Sources(
        name=folder.resolve().name,
        run=run,
        curves=curves,
        export=export,
        history=_history(folder / "history.csv") if run is not None else (),
        model_sha256=_sha256(model) if run is not None and export is not None and model.is_file() else None,
    )


def _read(path: Path) -> Json | None:
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReportError(f"{path} is damaged ({error}); train or export again") from error
    if not isinstance(document, dict):
        raise ReportError(f"{path} holds no JSON object; train or export again")
    return document


def _history(path: Path) -> tuple[dict[str, str], ...]:
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
