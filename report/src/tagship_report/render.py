"""From a folder's files to its report: one HTML page, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tagship_report import formatting
from tagship_report.documents import Documents, read_documents
from tagship_report.errors import told_as_misfit
from tagship_report.limits import ATTEMPTS, MOST_BYTES, Limits, shortened
from tagship_report.pages import check_replaceable, read_template, script_digest
from tagship_report.sections import artifacts, contents, model, verdict
from tagship_report.try_page.embedded import Trial, Untried, trial_of
from tagship_runtime.documents.report_page import REPORT
from tagship_runtime.files import replacing

FILTERS = ("change", "count", "figure", "microseconds", "percent", "power", "signed", "size", "threshold")
"""Functions of :mod:`tagship_report.formatting` that templates use."""


def write_page(folder: Path, out: Path | None = None) -> Path:
    """Draw the report of a run folder, or of a folder that ``tagship export`` wrote.

    Args:
        folder: Where ``run.json`` or ``export.json`` is.
        out: The page; default: ``report.html`` in the folder.

    Returns:
        Where the page is.

    Raises:
        MissingFileError: The folder is neither.
        ReportError: Its files are damaged, or do not fit together.
        OutputError: The page cannot be written; an earlier one stays as it is. Or what is there is none.
    """
    documents = read_documents(folder)
    target = folder / REPORT if out is None else out
    check_replaceable(target)
    page = render(documents, trial_of(documents, folder))
    with replacing(target) as temporary:
        temporary.write_bytes(page)
    return target


def render(documents: Documents, trial: Trial | Untried | None = None) -> bytes:
    """Return the page, below 2 MB; of a run too large for that, with the weakest labels."""
    from jinja2 import UndefinedError

    page = b""
    for limits in ATTEMPTS:
        with told_as_misfit(documents.name, UndefinedError):
            page = _fill(documents, limits, trial).encode("utf-8", "replace")
        if len(page) < MOST_BYTES:
            break
    return page


def _fill(documents: Documents, limits: Limits, found: Trial | Untried | None) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("tagship_report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(formatting, name) for name in FILTERS}
    environment.filters["drawn"] = Markup  # plots, which no name goes into
    trial = found if isinstance(found, Trial) else None
    script = read_template("report.js")
    scripts = [script, *(trial.scripts if trial else ())]
    return environment.get_template("report.html").render(
        title=formatting.isolated(documents.name),
        documents=documents,
        limits=limits,
        style=Markup(read_template("report.css")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - likewise
        policy=" ".join(map(script_digest, scripts)),
        trial=trial,
        untried=shortened(found.reason, limits.sentence) if isinstance(found, Untried) else None,
        verdict=verdict.judge(documents, limits),
        summary=None if documents.run is None else verdict.summary(documents.run),
        **_sections(documents, limits),
    )


def _sections(documents: Documents, limits: Limits) -> dict[str, Any]:
    return {
        "model": None if documents.run is None else model.describe(documents, documents.run, limits),
        "artifacts": None if documents.export is None else artifacts.describe(documents.export, limits),
        "inside": contents.describe(documents, limits),
    }
