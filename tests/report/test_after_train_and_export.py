"""From training to the page, by the real commands."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras import Sequential, layers

import tagship_runtime
from tagship_export import export_all
from tagship_runtime.documents import report_page


@pytest.fixture
def run(article_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(article_run, tmp_path / "run"))


def test_train_writes_a_page(article_run: Path) -> None:
    page = (article_run / "report.html").read_text(encoding="utf-8")
    assert "How good is the model?" in page


def test_export_completes_the_page(run: Path, tagship: Callable[..., Any]) -> None:
    outcome = tagship("export", run, "--out", run / "made", "--formats", "onnx", "--recipes", "float32,float16")
    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith(f"tagship: report: {run / 'report.html'}\n")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "made/float16.onnx" in page
    table = json.loads((run / "made" / "export.json").read_text())
    for one in table["artifacts"]:
        artifact = tagship_runtime.load(run / "made" / one["artifact"])
        assert one["digest"] == artifact.contract.digest
        assert one["digest"] in page
        cells = one["parity"]["rows"] * len(one["thresholds"])
        differences, flips = one["distances"]["differences"], one["distances"]["flips"]
        assert differences["zero"] + sum(differences["counts"]) == sum(flips["decisions"]) == cells
        assert sum(flips["flips"]) == one["parity"]["flips"]
        assert one["quality_unmoved"]["macro_f1"] == pytest.approx(one["quality"]["original"]["macro_f1"], abs=0.01)
        assert "distances" not in json.dumps(artifact.contract.to_dict())  # which has to stay small
    kept = json.loads((run / "export.json").read_text())
    assert [one["path"] for one in kept["artifacts"]] == ["made/float32.onnx", "made/float16.onnx"]
    (run / "report.html").unlink()
    assert tagship("report", run).code == 0
    assert (run / "report.html").read_text(encoding="utf-8") == page
    # The run alone is enough to draw it again, but for the artifact that is tried in it.
    shutil.rmtree(run / "made")
    (run / "report.html").unlink()
    assert tagship("report", run).code == 0
    line = '<p class="missing untried">This page tries no file of the export: float32.onnx is not where the export '
    line += "kept it, or was not kept.</p>\n"
    drawn = (run / "report.html").read_text(encoding="utf-8")
    assert line in drawn
    assert drawn.replace(line, "") == without_trial(page)


def without_trial(page: str) -> str:
    """Take the part "Try it" out of a page, with its link, its scripts' digests and what the footer says of it."""
    parts = (
        r' <a href="#try">Try it</a>',
        r'<section id="try" .*?</section>\n',
        r" \(but where <code>--golden real</code> .*?\)",
        r"(?<=&#39;)( &#39;sha256-[^&]+&#39;)+(?=; style-src)",
    )
    for part in parts:
        page, count = re.subn(part, "", page, flags=re.DOTALL)
        assert count == 1, part
    return page


def test_an_export_elsewhere_leaves_the_run_as_it_is(run: Path, tmp_path: Path, tagship: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    outcome = tagship("export", run, "--out", tmp_path / "made", "--formats", "onnx")
    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith(f"tagship: report: {tmp_path / 'made' / 'report.html'}\n")
    page = (tmp_path / "made" / "report.html").read_text(encoding="utf-8")
    assert "<code>float32.onnx</code>" in page
    assert str(tmp_path) not in page
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    # The folder alone is enough to draw it again, wherever it went.
    moved = (tmp_path / "made").rename(tmp_path / "moved")
    (moved / "report.html").unlink()
    assert tagship("report", moved).code == 0
    assert "<code>float32.onnx</code>" in (moved / "report.html").read_text(encoding="utf-8")


def test_an_artifacts_folder_within_the_run(run: Path, tagship: Callable[..., Any]) -> None:
    assert tagship("export", run, "--out", run / "artifacts", "--formats", "onnx").code == 0
    assert "<code>artifacts/float32.onnx</code>" in (run / "report.html").read_text(encoding="utf-8")
    assert not (run / "artifacts" / "report.html").exists()


def test_a_model_that_is_no_run_has_a_page_beside_its_table(tmp_path: Path) -> None:
    model = Sequential([layers.Input((6,)), layers.Dense(2, activation="sigmoid")])
    rows = np.random.default_rng(0).normal(0, 1, (40, 6)).astype(np.float32)
    done = export_all(model, tmp_path, formats=["onnx"], labels=["a", "<i>"], data=(rows, rows[:, :2] > 0))
    assert done.report == tmp_path / "report.html"
    assert done.notice is None
    page = done.report.read_text(encoding="utf-8")
    assert "What does each artifact cost?" in page
    assert "How good is the model?" not in page


def test_a_run_that_cannot_be_written_is_told(run: Path, tagship: Callable[..., Any]) -> None:
    (run / "report.html").unlink()
    (run / "report.html").mkdir()
    outcome = tagship("export", run, "--out", run / "made", "--formats", "onnx")
    assert outcome.code == 0
    assert "tagship: the report is not up to date: cannot write" in outcome.err
    assert (run / "made" / "float32.onnx").is_file()


def test_without_training_there_is_a_note(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "entry_points", lambda group: [])
    before = (run / "report.html").read_bytes()
    done = export_all(run, run / "made", formats=["onnx"])
    assert done.report is None
    assert done.notice == "no report is drawn; tagship-report brings what draws it"
    assert done.passed
    assert (run / "report.html").read_bytes() == before
    assert (run / "export.json").is_file()  # for when it is


def test_train_without_what_draws_it(tmp_path: Path, tagship: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(report_page, "entry_points", lambda group: [])
    run = tmp_path / "run"
    outcome = tagship(
        *("train", "sample:synthetic", "--out", run),
        *("--epochs", 1, "--hidden", 4, "--members", 1),
    )
    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith("tagship: no report is drawn; tagship-report brings what draws it\n")
    assert not (run / "report.html").exists()
    assert (run / "run.json").is_file()
