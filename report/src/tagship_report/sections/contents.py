"""Section on what is inside: features, rows, configuration, versions, digests, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagship_report.documents import Documents
from tagship_report.limits import Limits, shortened
from tagship_report.sections.features import Feature, list_features
from tagship_runtime.documents import ExportDocument, NetworkDocument, RowCounts, RunDocument
from tagship_runtime.documents.run_folder import MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Content of the section; empty or None where there is no run, or no export."""

    features: tuple[Feature, ...]
    feature_count: int
    configuration: Mapping[str, str]
    networks: Sequence[NetworkDocument]
    parameters: int | None
    rows: Mapping[str, int]
    notices: tuple[str, ...]
    notice_count: int
    versions: Mapping[str, str]
    digests: Mapping[str, str]
    seconds: float | None


def describe(documents: Documents, limits: Limits) -> Contents:
    """Gather the section's content."""
    run, export = documents.run, documents.export
    features = (run and run["features"]) or (export and export["features"]) or []
    summaries = [] if documents.curves is None else documents.curves["features"]
    notices = [] if run is None else run["notices"]
    return Contents(
        features=tuple(list_features(features, summaries, limits)),
        feature_count=len(features),
        configuration={} if run is None else _configuration(run),
        networks=[] if run is None else run["networks"],
        parameters=None if run is None else run["parameters"],
        rows={} if run is None else _rows(run["rows"]),
        notices=tuple(shortened(notice, limits.sentence) for notice in notices[: limits.notices]),
        notice_count=len(notices),
        versions=_versions(run, export),
        digests=_digests(documents),
        seconds=None if run is None else run["seconds"],
    )


def _rows(counts: RowCounts) -> dict[str, int]:
    rows = {"train": counts["train"], "test": counts["test"]}
    return rows | {"validation": counts["validation"]} if "validation" in counts else rows


def _configuration(run: RunDocument) -> dict[str, str]:
    """Write what was chosen; what was left to tagship is named as such."""
    return {name.replace("_", " "): _plain(value) for name, value in run["configuration"].items()}


def _plain(value: Any) -> str:
    match value:
        case None:
            return "automatic"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(str(item) for item in value)
    return str(value)


def _versions(run: RunDocument | None, export: ExportDocument | None) -> dict[str, str]:
    return {
        **({} if run is None else run["versions"]),
        **({} if export is None else export["source"]["tools"]),
    }


def _digests(documents: Documents) -> dict[str, str]:
    """Digests by file, of those that have one."""
    export = documents.export
    if export is None:
        named = {MODEL: documents.model_sha256}
    else:
        named = {MODEL: export["source"]["sha256"] or documents.model_sha256}
        named |= {one["artifact"]: one["digest"] for one in export["artifacts"]}
    return {name: digest for name, digest in named.items() if digest}
