"""The part of a report in which its model can be tried."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from chromium import launched, needs_chromium
from tagship_report.documents import read_documents
from tagship_report.render import write_page
from tagship_report.try_page import embedded
from tagship_report.try_page.embedded import Trial, trial_of


@pytest.fixture
def folder(artifacts: dict[tuple[str, str], Path], tmp_path: Path) -> Path:
    """A folder that an export wrote."""
    return shutil.copytree(artifacts["scaled", "onnx"].parent, tmp_path / "exported")


@needs_chromium
def test_the_report_scores_a_row_as_the_runtime_does(folder: Path) -> None:
    model = tagship_runtime.load(folder / "float32.onnx")
    report = write_page(folder)
    with launched() as browser:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(report.as_uri())
        page.get_by_role("link", name="Try it").click()
        frame = page.frame_locator("#try iframe")
        frame.locator("main").wait_for()
        assert frame.locator("#proof").inner_text() == "24 of 24 golden rows agree in this browser"
        row = [6, 23, 0, 4, 8, 8]
        for number, cell in enumerate(row):
            frame.get_by_label(f"feature_{number}", exact=True).fill(str(cell))
        page.wait_for_timeout(100)
        shown = [float(text.split(",")[0]) for text in frame.locator(".answer .figures").all_inner_texts()]
        np.testing.assert_allclose(shown, model.predict_proba([row])[0], rtol=0, atol=6e-4)  # three digits are shown
    assert asked == [report.as_uri()]


def test_the_report_says_what_it_holds(folder: Path) -> None:
    text = write_page(folder).read_text(encoding="utf-8")
    assert 'href="#try"' in text
    assert "--golden real" in text
    (folder / "float32.onnx").unlink()
    text = write_page(folder).read_text(encoding="utf-8")
    assert 'href="#try"' not in text
    assert "--golden real" not in text
    assert "<iframe" not in text


def tried(folder: Path) -> str:
    """The name of the file that a report holds, or why it holds none."""
    found = trial_of(read_documents(folder), folder)
    assert found is not None
    return found.artifact if isinstance(found, Trial) else found.reason


def test_what_cannot_be_tried_is_left_out_with_the_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tried(folder) == "float32.onnx"
    data = (folder / "float32.onnx").read_bytes()
    monkeypatch.setattr(embedded, "MOST_BYTES", len(data))
    assert tried(folder) == "float32.onnx"
    monkeypatch.setattr(embedded, "MOST_BYTES", len(data) - 1)
    larger = f"float32.onnx has {len(data):,} bytes, and a report holds files up to {len(data) - 1:,}"
    assert tried(folder) == f"{larger}; tagship page makes one of its own, up to 5,000,000"
    monkeypatch.setattr(embedded, "PAGE_BYTES", len(data) - 1)
    assert tried(folder) == larger
    monkeypatch.undo()
    (folder / "float32.onnx").write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    assert "not as it was exported" in tried(folder)
    page = write_page(folder).read_text(encoding="utf-8")
    assert page.count("This page tries no file of the export: ") == 1
    (folder / "float32.onnx").unlink()
    assert tried(folder) == "float32.onnx is not where the export kept it, or was not kept"


def test_other_layers_are_named(every_kind: dict[str, Path], folder: Path) -> None:
    shutil.copy(every_kind["one image float32.onnx"], folder / "float32.onnx")
    assert tried(folder).startswith("a page runs dense networks, and has no Conv, MaxPool, Reshape, Transpose; ")


@pytest.mark.parametrize("change", [{"faults": ["it differs"]}, {"format": "tflite"}], ids=["rejected", "tflite"])
def test_a_rejected_artifact_or_another_format_is_not_tried(change: dict[str, object], folder: Path) -> None:
    document = json.loads((folder / "export.json").read_text())
    document["artifacts"] = [{**one, **change} for one in document["artifacts"]]
    (folder / "export.json").write_text(json.dumps(document))
    assert tried(folder) == "it runs .onnx files that passed, and there is none"


def test_before_an_export_there_is_nothing_to_try(article_run: Path) -> None:
    documents = replace(read_documents(article_run), export=None)
    assert trial_of(documents, article_run) is None
