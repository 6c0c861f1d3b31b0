"""The files that a report is drawn from: those of a run or of an export, whichever of them are there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tagship_report.errors import ReportError, told_as_misfit
from tagship_runtime.documents import (
    CURVES_FORMAT,
    EXPORT_FORMAT,
    RUN_FORMAT,
    CurvesDocument,
    DistancesDocument,
    ExportDocument,
    RunDocument,
    SourceDocument,
)
from tagship_runtime.documents.run_folder import CURVES, EXPORT, HISTORY, MODEL, RUN
from tagship_runtime.errors import MissingFileError
from tagship_runtime.files.sidecar import sha256_of_file

NO_DISTANCES: DistancesDocument = {
    "differences": {"zero": 0, "exponents": [], "counts": []},
    "flips": {"edges": [], "decisions": [], "flips": []},
}
"""Stands for the histograms of an artifact whose export kept none."""

NO_SOURCE: SourceDocument = {"sha256": None, "framework": "", "tools": {}}
"""Stands for the origin of artifacts whose export did not say it."""

MANY_REPEATED = 0.05
"""Runs of version 0.1 do not say how many repeated test rows are to be expected: a larger share is a reservation."""

Json = dict[str, Any]
"""A JSON object as it was read, before it has the current shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Mean losses of one group of networks after an epoch."""

    network: str
    epoch: float
    loss: float
    val_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Parsed files, each in the shape of its current format.

    Attributes:
        name: The folder's.
        run: ``run.json``; None where the folder holds an export alone.
        curves: ``curves.json``; None in runs of before there was one.
        export: ``export.json``; None before the first export.
        history: Rows of ``history.csv``.
        model_sha256: Of ``model.keras``, to see whether the export is of this model.
    """

    name: str
    run: RunDocument | None
    curves: CurvesDocument | None
    export: ExportDocument | None
    history: tuple[Epoch, ...] = ()
    model_sha256: str | None = None


def read_documents(folder: Path) -> Documents:
    """Read a run folder, or a folder that ``tagship export`` wrote.

    Raises:
        MissingFileError: The folder is not there, or is neither.
        ReportError: A file in it is damaged, of a newer version, or lacks what it has to hold.
    """
    if not folder.is_dir():
        raise MissingFileError(f"{folder} is no folder; give a run folder, or one that 'tagship export' wrote")
    run, export = _read(folder / RUN), _read(folder / EXPORT)
    if run is None and export is None:
        raise MissingFileError(
            f"{folder} has neither {RUN} nor {EXPORT}; 'tagship train' and 'tagship export' write them"
        )
    curves = None if run is None else _read(folder / CURVES)
    _check_version(folder, run, "tagship_run", RUN_FORMAT)
    _check_version(folder, curves, "tagship_curves", CURVES_FORMAT)
    if export is not None:
        _check_version(folder, {"tagship_export": EXPORT_FORMAT} | export, "tagship_export", EXPORT_FORMAT)
    if run is not None and curves is not None:
        _check_labels(folder, run, curves)
    model = folder / MODEL
    name = folder.resolve().name
    with told_as_misfit(name):
        return Documents(
            name=name,
            run=None if run is None else _current_run(run),
            curves=None if curves is None else cast(CurvesDocument, curves),
            export=None if export is None else _current_export(export, folder),
            history=() if run is None else tuple(_history(folder / HISTORY)),
            model_sha256=sha256_of_file(model) if run is not None and export is not None and model.is_file() else None,
        )


def _read(path: Path) -> Json | None:
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror or error}; make it readable") from error
    except ValueError as error:
        raise ReportError(f"{path} is damaged ({error}); train or export again") from error
    if not isinstance(document, dict):
        raise ReportError(f"{path} holds no JSON object; train or export again")
    return document


def _check_version(folder: Path, document: Json | None, key: str, known: int) -> None:
    if document is not None and document.get(key) != known:
        raise ReportError(f"{folder} has {key} {document.get(key)!r}, this tagship-report reads {known}; update it")


def _check_labels(folder: Path, run: Json, curves: Json) -> None:
    with told_as_misfit(folder.resolve().name):
        if run["labels"] != [one["label"] for one in curves["labels"]]:
            raise ReportError(f"{folder}: run.json and curves.json name other labels than each other; train again")


def _current_run(document: Json) -> RunDocument:
    """Fill in what earlier runs do not say. Version 0.1 gave all labels together an interval, however rare they are."""
    diagnosis = {"unfinished": False, **document["diagnosis"]}
    frequent = {
        "labels": document["labels"],
        "macro_f1": document["metrics"]["test"]["macro_f1"],
        "interval": document["intervals"]["macro_f1"],
    }
    filled = {"repeated_rows": {"test": 0}, "frequent": frequent, **document, "diagnosis": diagnosis}
    share = filled["repeated_rows"]["test"] / max(1, document["rows"]["test"])
    repeated = {"expected": 0.0, "more": share > MANY_REPEATED, "worse": False, "others": None}
    return cast(RunDocument, {"repeated_test": repeated if share else None, **filled})


def _current_export(document: Json, folder: Path) -> ExportDocument:
    """Fill in the version, which files of version 0.1 do not name, and what earlier ones do not say.

    Version 0.1 also kept the tables of exports to other folders in the run's. Such paths lead nowhere once the run was
    moved, and then they are left out.
    """
    filled = {"tagship_export": EXPORT_FORMAT, "labels": [], "features": None, **document}
    artifacts = [
        {"distances": NO_DISTANCES, "quality_unmoved": None, **artifact, "path": _path(artifact["path"], folder)}
        for artifact in document["artifacts"]
    ]
    return cast(ExportDocument, {**filled, "artifacts": artifacts, "source": document.get("source") or NO_SOURCE})


def _path(path: str | None, folder: Path) -> str | None:
    """Return a path as it is, but None where it leads out of the folder to nothing."""
    if path is None or not (Path(path).is_absolute() or ".." in Path(path).parts):
        return path
    return path if (folder / path).is_file() else None


def _history(path: Path) -> Iterator[Epoch]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield Epoch(
                network=row["network"],
                epoch=float(row["epoch"]),
                loss=float(row["loss"]),
                val_loss=float(row["val_loss"]),
            )
