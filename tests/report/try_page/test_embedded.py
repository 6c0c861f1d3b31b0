"""The part of a report in which its model can be tried."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from chromium import launched, needs_chromium
from tagship_report.documents import read_documents
from tagship_report.render import write_page
from tagship_report.try_page import embedded
from tagship_report.try_page.embedded import trial_of


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


def test_what_cannot_be_tried_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = read_documents(folder)
    found = trial_of(documents, folder)
    assert found is not None
    assert found.artifact == "float32.onnx"
    size = (folder / "float32.onnx").stat().st_size
    for most, there in ((size, True), (size - 1, False)):
        monkeypatch.setattr(embedded, "MOST_BYTES", most)
        assert (trial_of(documents, folder) is not None) is there
    monkeypatch.undo()
    data = bytearray((folder / "float32.onnx").read_bytes())
    data[100] ^= 1
    (folder / "float32.onnx").write_bytes(data)
    assert trial_of(documents, folder) is None


def test_a_rejected_artifact_is_not_tried(folder: Path) -> None:
    documents = read_documents(folder)
    assert documents.export is not None
    for one in documents.export["artifacts"]:
        one["faults"] = ["it differs"]
    assert trial_of(documents, folder) is None
