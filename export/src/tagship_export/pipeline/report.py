"""The page that people look at: drawn by whoever is installed to draw it, from the files of an export."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tagship_export.pipeline.output_folder import TABLE, write_table
from tagship_runtime.errors import TagshipError
from tagship_runtime.files.draw_report import NO_REPORT, draw_report


def publish(run: Path | None, out: Path, table: Mapping[str, Any]) -> tuple[Path | None, str | None]:
    """Draw the report: the run's, if the export went into its folder, or that of the export alone.

    A run whose folder holds the artifacts gets a copy of the table to be drawn from; one whose artifacts went elsewhere
    stays as it is, so that its page never leads out of it.

    The artifacts are written by now, and no page is worth losing them, so what goes wrong here is only told.

    Args:
        run: The run folder that was exported; None for other models.
        out: Where the artifacts and ``export.json`` are.
        table: The content of ``export.json``.

    Returns:
        Where the page is, and what to tell about it, if anything.
    """
    try:
        folder = out
        if run is not None and out.resolve().is_relative_to(run.resolve()):
            folder = run
            write_table(run / TABLE, seen_from(run, out, table))
        page = draw_report(folder)
        return page, NO_REPORT if page is None else None
    except TagshipError as error:
        return None, f"the report is not up to date: {error}"


def seen_from(folder: Path, out: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with paths that lead from another folder to the artifacts."""
    artifacts = [
        {**facts, "path": None if facts["path"] is None else _relative(out / facts["path"], folder)}
        for facts in table["artifacts"]
    ]
    return {**table, "artifacts": artifacts}


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()
