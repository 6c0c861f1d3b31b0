"""``tagship export``: what its artifacts describe, what it writes, and which options it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime

Command = Callable[..., Any]


def test_artifacts_describe_their_original(article_run: Path, artifact: Path) -> None:
    import hashlib

    contract = tagship_runtime.load(artifact).contract
    run = json.loads((article_run / "run.json").read_text())
    assert list(contract.labels) == run["labels"]
    assert list(contract.thresholds) == run["thresholds"]
    assert (contract.input.name, contract.input.shape, contract.input.dtype) == ("features", (None, 6), "float32")
    assert (contract.output.name, contract.output.shape) == ("scores", (None, 3))
    assert contract.recipe == "float32"
    assert contract.source["sha256"] == hashlib.sha256((article_run / "model.keras").read_bytes()).hexdigest()
    assert contract.parity is not None
    assert contract.parity["rows"] == 3300
    assert contract.quality is not None
    assert contract.quality["original"]["macro_f1"] == pytest.approx(run["metrics"]["test"]["macro_f1"])


def test_one_format(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    done = tagship("export", article_run, "--out", tmp_path, "--formats", "onnx", "--json")
    assert done.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "export.json",
        "float32.onnx",
        "float32.onnx.json",
        "report.html",
    ]
    (entry,) = json.loads(done.out)
    assert entry["bytes"] == (tmp_path / "float32.onnx").stat().st_size


def test_what_a_killed_export_left_is_named(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    left = [tmp_path / f".float32.onnx.{place:016x}.tmp" for place in range(4)]
    for file in left:
        file.write_bytes(b"half")
    done = tagship("export", article_run, "--out", tmp_path, "--formats", "onnx")
    assert done.code == 0
    assert f"note: {left[0]}, {left[1]}, {left[2]} and 1 more were left by a process that was killed" in done.err
    assert all(file.exists() for file in left)


def test_bad_options(tagship: Command, article_run: Path, artifact: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    cases = {
        ("export", article_run, *out, "--formats", "coreml"): "--formats is 'coreml'",
        ("export", article_run, *out, "--recipes", "int3"): "no recipe is called 'int3'",
        ("export", article_run, *out, "--max-flip-rate", 7): "between 0 and 1",
        ("verify", article_run, artifact, "--data", tmp_path / "absent.csv"): "does not exist",
        ("verify", article_run, tmp_path / "absent.onnx"): "does not exist",
        ("verify", tmp_path / "absent", artifact): "does not exist",
    }
    for arguments, said in cases.items():
        done = tagship(*arguments)
        assert done.code == 2, arguments
        assert said in done.err
        assert len(done.err.splitlines()) == 1


def test_a_folder_that_cannot_be_written(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = tagship("export", article_run, "--out", tmp_path / "file" / "out")
    assert done.code == 2
    assert "cannot write" in done.err


def test_the_table_tells_what_other_processors_compute_otherwise(
    tagship: Command, article_run: Path, tmp_path: Path
) -> None:
    done = tagship("export", article_run, "--out", tmp_path, "--recipes", "float32,dynamic_int8", "--golden", "none")
    told = re.findall(r"^(\S+): other arithmetic on Arm", done.out, re.M)
    assert told == ["dynamic_int8.tflite"]
    assert max(map(len, done.out.splitlines())) <= 80
    artifacts = json.loads((tmp_path / "export.json").read_text())["artifacts"]
    notes = {artifact["path"]: artifact["notes"] for artifact in artifacts}
    assert [name for name, said in notes.items() if any("Arm" in note for note in said)] == ["dynamic_int8.tflite"]
