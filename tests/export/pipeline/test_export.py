"""Every recipe in both formats: the same bytes each time, and one file to ship."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime
from tagship_export import export, export_all
from tagship_export.errors import ConversionError
from tagship_export.pipeline.plan import plan_recipes
from tagship_export.targets import DEFAULT_FORMATS
from tagship_export.targets.registry import TARGETS

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def everything(article_run: Path, tmp_path_factory: pytest.TempPathFactory, tagship: Command) -> tuple[Path, str]:
    """All recipes of the article's model, and what the command printed."""
    folder = tmp_path_factory.mktemp("everything") / "out"
    done = tagship("export", article_run, "--out", folder, "--recipes", "all")
    assert done.code == 0, done.out + done.err
    return folder, done.out


NAMES = sorted(planned.name for planned in plan_recipes(["all"], DEFAULT_FORMATS))


def test_all_recipes(everything: tuple[Path, str]) -> None:
    folder, printed = everything
    table = json.loads((folder / "export.json").read_text())
    assert sorted(entry["artifact"] for entry in table["artifacts"]) == NAMES
    assert len(NAMES) == 11
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["export.json", "report.html", *NAMES, *(f"{name}.json" for name in NAMES)]
    )
    for entry in table["artifacts"]:
        predictor = tagship_runtime.load(folder / entry["path"])
        contract = predictor.contract
        assert (folder / entry["path"]).stat().st_size == entry["bytes"]
        assert contract.recipe == entry["recipe"]
        assert list(contract.thresholds) == entry["thresholds"]
        assert contract.parity is not None
        assert contract.parity["flips"] == entry["parity"]["flips"]
        assert len(entry["worst_rows"]) == 10
        assert entry["one_row_us"] > 0
        assert json.loads((folder / f"{entry['path']}.json").read_text()) == contract.to_dict()
        assert entry["artifact"] in printed
    rows = table["rows"]
    assert rows["verdict"] == 3300
    assert table["recommended"]
    assert all(f"{name} *" in printed for name in table["recommended"])


def test_float32_keeps_its_thresholds_and_quantized_files_remember_them(
    everything: tuple[Path, str], article_run: Path
) -> None:
    original = json.loads((article_run / "run.json").read_text())["thresholds"]
    for name in NAMES:
        contract = tagship_runtime.load(everything[0] / name).contract
        assert contract.parity is not None
        assert contract.parity["original_thresholds"] == original
        assert (list(contract.thresholds) == original) or not name.startswith("float32")
    assert any(list(tagship_runtime.load(everything[0] / n).contract.thresholds) != original for n in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_verify_says_the_same_as_export(everything: tuple[Path, str], article_run: Path, tagship: Command, name: str):  # type: ignore[no-untyped-def]
    done = tagship("verify", article_run, everything[0] / name, "--json")
    assert done.code == 0, done.out
    (again,) = json.loads(done.out)
    contract = tagship_runtime.load(everything[0] / name).contract
    assert contract.parity is not None
    assert again["parity"] == {key: value for key, value in contract.parity.items() if key != "tuned_on"}
    assert again["quality"] == contract.quality


def test_the_same_bytes_from_two_processes(everything: tuple[Path, str], article_run: Path, tmp_path: Path) -> None:
    """Whatever Python's hash seed is, which tf2onnx follows."""
    arguments = ["export", str(article_run), "--out", str(tmp_path), "--recipes", "all"]
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    subprocess.run(
        [sys.executable, "-m", "tagship_runtime", *arguments], env=environment, check=True, capture_output=True
    )
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (everything[0] / name).read_bytes(), name
        assert (tmp_path / f"{name}.json").read_bytes() == (everything[0] / f"{name}.json").read_bytes()


@pytest.mark.parametrize("prefer", ["size", "latency"])
def test_auto_writes_one_file_per_format(article_run: Path, tmp_path: Path, prefer: str) -> None:
    done = export_all(article_run, tmp_path, recipes=["auto"], prefer=prefer)
    assert done.passed
    assert len(done.candidates) == 11
    written = sorted(path.name for path in tmp_path.iterdir() if path.suffix in {".tflite", ".onnx"})
    assert written == sorted(done.recommended)
    assert len(done.notes) == 2
    if prefer == "size":
        for artifact in done.artifacts:
            of_kind = [candidate for candidate in done.candidates if candidate.kind == artifact.kind]
            assert artifact.verification.size == min(c.size for c in of_kind if c.verification.passed)


def test_a_recipe_that_changes_nothing_is_no_success(tmp_path: Path) -> None:
    import keras
    import numpy as np

    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.ops.sigmoid(inputs * 2.0))
    rows = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    done = export_all(model, tmp_path, labels=["a", "b", "c"], data=rows, recipes=["all"])
    assert {candidate.name for candidate in done.candidates} >= {"float32.tflite", "float32.onnx"}
    refused = {refusal.name for refusal in done.refusals}
    assert refused >= {"int8.tflite", "float16.tflite", "int8.onnx", "dynamic_int8.onnx"}
    assert done.passed
    asked = export_all(model, tmp_path / "b", labels=["a", "b", "c"], data=rows, recipes=["int8"], formats=["onnx"])
    assert not asked.passed
    assert "nothing to quantize" in asked.refusals[0].reason


def test_exports_in_threads_do_not_disturb_each_other(
    article_run: Path, scaled_run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = []

    def run(source: Path, name: str) -> None:
        try:
            export(source, tmp_path / name, formats=["onnx"], recipes=["float32", "int8"])
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(s, n)) for s, n in ((article_run, "a"), (scaled_run, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    print("still here")
    assert "still here" in capfd.readouterr().out
    one_after_the_other = export(article_run, tmp_path / "c", formats=["onnx"], recipes=["float32", "int8"])
    for artifact in one_after_the_other:
        assert (tmp_path / "a" / artifact.path.name).read_bytes() == artifact.path.read_bytes()


@pytest.mark.parametrize("batch", [1, 4])
def test_a_fixed_batch(article_run: Path, tmp_path: Path, tagship: Command, batch: int) -> None:
    done = tagship("export", article_run, "--out", tmp_path, "--recipes", "float32,int8", "--batch", batch)
    assert done.code == 0, done.out
    for name in ("float32.tflite", "int8.tflite", "float32.onnx", "int8.onnx"):
        contract = tagship_runtime.load(tmp_path / name).contract
        assert contract.input.shape == (batch, 6)
        assert contract.output.shape == (batch, 3)
    assert tagship("export", article_run, "--out", tmp_path, "--batch", "none").code == 2


def test_a_converter_that_refuses_is_told_once(article_run: Path, tmp_path: Path, monkeypatch: Any) -> None:
    def refuse(*arguments: Any, **options: Any) -> bytes:
        raise ConversionError("no")

    monkeypatch.setattr(TARGETS["tflite"], "convert", refuse)
    with pytest.raises(ConversionError):
        export(article_run, tmp_path / "out")
    assert not (tmp_path / "out").exists()
