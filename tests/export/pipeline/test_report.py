"""The copy of an export's document that completes a run's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from tagship_export.pipeline import report
from tagship_runtime.documents import ExportDocument
from tagship_runtime.documents.report_page import NO_REPORT
from tagship_runtime.errors import OutputError

DOCUMENT = cast(
    ExportDocument,
    {
        "tagship_export": 1,
        "artifacts": [
            {"artifact": "float32.onnx", "path": "float32.onnx"},
            {"artifact": "int8.onnx", "path": "rejected/int8.onnx"},
            {"artifact": "int16x8.onnx", "path": None},
        ],
    },
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    folders: list[Path] = []

    def draw(folder: Path) -> Path:
        folders.append(folder)
        return folder / "report.html"

    monkeypatch.setattr(report, "draw_report", draw)
    return folders


@pytest.mark.parametrize(
    ("inside", "paths"),
    [
        (".", ["float32.onnx", "rejected/int8.onnx", None]),
        ("made/here", ["made/here/float32.onnx", "made/here/rejected/int8.onnx", None]),
    ],
)
def test_an_export_into_the_run_completes_it(
    tmp_path: Path, drawn: list[Path], inside: str, paths: list[str | None]
) -> None:
    run = tmp_path / "run"
    out = run / inside
    out.mkdir(parents=True)
    assert report.publish(run, out, DOCUMENT) == (run / "report.html", None)
    assert drawn == [run]
    kept = json.loads((run / "export.json").read_text())
    assert [entry["path"] for entry in kept["artifacts"]] == paths
    assert kept["tagship_export"] == 1


@pytest.mark.parametrize("elsewhere", ["made", "run-2", "run/../made"])
def test_an_export_elsewhere_leaves_the_run_alone(tmp_path: Path, drawn: list[Path], elsewhere: str) -> None:
    run, out = tmp_path / "run", tmp_path / elsewhere
    run.mkdir()
    assert report.publish(run, out, DOCUMENT) == (out / "report.html", None)
    assert drawn == [out]
    assert list(run.iterdir()) == []


def test_what_goes_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> Path:
        raise OutputError("no room")

    def answer(value: Path | None) -> Callable[..., Any]:
        return lambda folder: value

    monkeypatch.setattr(report, "draw_report", refuse)
    assert report.publish(None, tmp_path, DOCUMENT) == (None, "the report is not up to date: no room")
    monkeypatch.setattr(report, "draw_report", answer(None))
    assert report.publish(None, tmp_path, DOCUMENT) == (None, NO_REPORT)
