"""The report of an export, drawn from its files by the package that is installed to draw it."""

from __future__ import annotations

from pathlib import Path

from tagship_export.pipeline.output_folder import DOCUMENT, write_document
from tagship_runtime.documents import ArtifactDocument, ExportDocument
from tagship_runtime.documents.mlflow_run import log_to_active_run
from tagship_runtime.documents.report_page import NO_REPORT, draw_report
from tagship_runtime.errors import TagshipError


def publish(run: Path | None, out: Path, document: ExportDocument) -> tuple[Path | None, str | None]:
    """Draw the report: the run's if the export went into its folder, else that of the export alone.

    A run whose folder holds the artifacts gets a copy of the document to draw from. A run whose artifacts went
    elsewhere stays as it is, so that its report never leads out of it.

    The artifacts are written by now, and no report is worth losing them, so what goes wrong here is only told.

    Args:
        run: The run folder that was exported; None for other models.
        out: Where the artifacts and ``export.json`` are.
        document: The content of ``export.json``.

    Returns:
        Where the report is, and what to tell about it, if anything.
    """
    try:
        folder = out
        if run is not None and out.resolve().is_relative_to(run.resolve()):
            folder = run
            write_document(run / DOCUMENT, seen_from(run, out, document))
        report = draw_report(folder)
        return report, NO_REPORT if report is None else None
    except TagshipError as error:
        return None, f"the report is not up to date: {error}"


def log(out: Path, document: ExportDocument, report: Path | None) -> None:
    """Log size and largest difference of each artifact, and the report, into a run of MLflow that is active."""
    metrics: dict[str, float] = {}
    for entry in document["artifacts"]:
        name = entry["artifact"]
        proved = entry["passed"] and entry.get("unproven") is None
        metrics |= {f"{name}_bytes": float(entry["bytes"]), f"{name}_passed": float(proved)}
        metrics[f"{name}_max_difference"] = entry["parity"]["max_difference"]
    log_to_active_run(metrics, [out / DOCUMENT, *([] if report is None else [report])])


def seen_from(run: Path, out: Path, document: ExportDocument) -> ExportDocument:
    """Return the document with paths from the run's folder to artifacts in a folder inside of it."""
    inside = out.resolve().relative_to(run.resolve())

    def moved(entry: ArtifactDocument) -> ArtifactDocument:
        return {**entry, "path": None if entry["path"] is None else (inside / entry["path"]).as_posix()}

    return {**document, "artifacts": [moved(entry) for entry in document["artifacts"]]}
