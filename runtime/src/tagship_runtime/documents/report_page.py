"""The report, drawn from the files of a folder by whichever package is installed to draw it."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

REPORT = "report.html"
"""Name of the report in the folder that it shows."""

NO_REPORT = "no report is drawn; tagship-report brings what draws it"
"""Message where no package draws one."""

GROUP = "tagship.reports"
"""Entry points that draw the report of a folder: a callable that takes it and returns the page's path."""


def draw_report(folder: Path) -> Path | None:
    """Draw the report of a run folder or of a folder of artifacts.

    Returns:
        Where the page is; None where no package that draws it is installed.
    """
    report = next(iter(entry_points(group=GROUP)), None)
    return None if report is None else Path(report.load()(folder))
