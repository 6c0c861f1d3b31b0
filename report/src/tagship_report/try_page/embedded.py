"""The page to try a model in, as a part of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tagship_report.documents import Documents
from tagship_report.errors import ReportError
from tagship_report.try_page.operators import check_operators
from tagship_report.try_page.ranges import ranges_of
from tagship_report.try_page.render import MOST_BYTES as PAGE_BYTES
from tagship_report.try_page.render import page_scripts, render
from tagship_runtime.container import ONNX, unpack
from tagship_runtime.contract import Contract
from tagship_runtime.documents import ExportDocument, FeatureSummary
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


@dataclass(frozen=True, slots=True)
class Untried:
    """The reason why a report has no such page, in a sentence without its end."""

    reason: str


def trial_of(documents: Documents, folder: Path) -> Trial | Untried | None:
    """Return a page for the artifact that was exported most faithfully, or why there is none; None before an export.

    Args:
        documents: Those of the folder.
        folder: Where paths of artifacts start.
    """
    if documents.export is None:
        return None
    reasons = []
    for name, path in _exported(documents.export):
        try:
            data = _read(name, None if path is None else folder / path)
            contract = _contract(name, data)
        except (ReportError, TagshipError) as error:
            reasons.append(str(error))
            continue
        page = render(name, data, {"features": _ranges(documents, contract)})
        return Trial(artifact=name, page=page.decode(), scripts=tuple(page_scripts()))
    return Untried(reasons[0] if reasons else "it runs .onnx files that passed, and there is none")


def _exported(export: ExportDocument) -> Iterator[tuple[str, str | None]]:
    """Yield names and paths of .onnx files that passed, ``float32`` first, then as they are recommended."""
    recommended = export["recommended"]
    passed = [one for one in export["artifacts"] if one["format"] == ONNX.name and not one["faults"]]
    for one in sorted(passed, key=lambda one: (one["recipe"] != "float32", one["artifact"] not in recommended)):
        yield one["artifact"], one["path"]


def _read(name: str, path: Path | None) -> bytes:
    if path is None or not path.is_file():
        raise ReportError(f"{name} is not where the export kept it, or was not kept")
    try:
        size = path.stat().st_size
        if size <= MOST_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise ReportError(f"{name} cannot be read ({error.strerror})") from error
    also = f"; tagship page makes one of its own, up to {PAGE_BYTES:,}" if size <= PAGE_BYTES else ""
    raise ReportError(f"{name} has {size:,} bytes, and a report holds files up to {MOST_BYTES:,}{also}")


def _contract(name: str, data: bytes) -> Contract:
    """Return the contract of a file that a page can run.

    Raises:
        ReportError, TagshipError: It is damaged, has no contract, or is of other layers than dense ones.
    """
    format, payload, contract = unpack(data)
    if format is not ONNX or contract is None:
        raise ReportError(f"{name} is not the .onnx file that was exported")
    check_operators(payload)
    return contract


def _ranges(documents: Documents, contract: Contract) -> list[FeatureSummary] | None:
    """Return summaries of the training values, where the run is that of the export."""
    export = documents.export
    if export is None or export["source"]["sha256"] != documents.model_sha256:
        return None
    return ranges_of(documents, contract)
