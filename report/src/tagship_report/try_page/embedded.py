"""The page to try a model in, as a part of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tagship_report.documents import Documents
from tagship_report.errors import ReportError
from tagship_report.try_page.operators import check_operators
from tagship_report.try_page.ranges import ranges_of
from tagship_report.try_page.render import page_scripts, render
from tagship_runtime.container import ONNX, unpack
from tagship_runtime.contract import Contract
from tagship_runtime.documents import FeatureSummary
from tagship_runtime.errors import TagshipError

MOST_BYTES = 250_000
"""Of an artifact; it is a third larger in the page, which holds at most 2 MB with all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A page within the report.

    Attributes:
        artifact: Name of the file that it tries.
        page: HTML.
        scripts: Scripts in it, which the report's policy has to allow as well.
    """

    artifact: str
    page: str
    scripts: tuple[str, ...]


def trial_of(documents: Documents, folder: Path) -> Trial | None:
    """Return a page for the artifact that was exported most faithfully; None where no page can run one.

    Args:
        documents: Those of the folder.
        folder: Where paths of artifacts start.
    """
    for name, path in _exported(documents):
        if (data := _small_enough(folder / path)) is None:
            continue
        try:
            format, payload, contract = unpack(data)
            if format is not ONNX or contract is None:
                continue
            check_operators(payload)
        except (ReportError, TagshipError):  # damaged since, or not of dense layers: 'tagship page' says which
            continue
        page = render(name, data, {"features": _ranges(documents, contract)})
        return Trial(artifact=name, page=page.decode(), scripts=tuple(page_scripts()))
    return None


def _exported(documents: Documents) -> Iterator[tuple[str, str]]:
    """Yield names and paths of artifacts that passed, ``float32`` first, then as they are recommended."""
    if documents.export is None:
        return
    recommended = documents.export["recommended"]
    passed = [one for one in documents.export["artifacts"] if one["path"] is not None and not one["faults"]]
    for one in sorted(passed, key=lambda one: (one["recipe"] != "float32", one["artifact"] not in recommended)):
        if one["path"] is not None:
            yield one["artifact"], one["path"]


def _small_enough(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError:  # moved away since
        return None


def _ranges(documents: Documents, contract: Contract) -> list[FeatureSummary] | None:
    """Return summaries of the training values, where the run is that of the export."""
    export = documents.export
    if export is None or export["source"]["sha256"] != documents.model_sha256:
        return None
    return ranges_of(documents, contract)
