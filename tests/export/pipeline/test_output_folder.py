"""A folder of artifacts never holds half a file, nor one that was replaced by a rejection."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_runtime.container import FORMATS

Command = Callable[..., Any]


def test_over_budget_is_rejected_and_what_was_there_goes(article_run: Path, tmp_path: Path, tagship: Command) -> None:
    assert tagship("export", article_run, "--out", tmp_path, "--recipes", "int8", "--formats", "onnx").code == 0
    strict = ("--max-flip-rate", 0.0001)
    done = tagship("export", article_run, "--out", tmp_path, "--recipes", "int8", "--formats", "onnx", *strict)
    assert done.code == 1
    assert "FAILED" in done.out
    assert "flips at the original's thresholds" in " ".join(done.out.split())
    assert not (tmp_path / "int8.onnx").exists()
    assert (tmp_path / "rejected" / "int8.onnx").is_file()
    assert json.loads((tmp_path / "export.json").read_text())["artifacts"][0]["path"] == "rejected/int8.onnx"
    assert tagship("export", article_run, "--out", tmp_path, "--recipes", "int8", "--formats", "onnx").code == 0
    assert not (tmp_path / "rejected").exists()
    auto = tagship("export", article_run, "--out", tmp_path / "auto", "--recipes", "auto", *strict)
    assert auto.code == 0, auto.out  # float32 and float16 are left, and nothing else was asked for by name
    left = {path.name for path in (tmp_path / "auto").iterdir() if path.suffix in {".onnx", ".tflite"}}
    assert left <= {f"float{bits}.{kind}" for bits in (16, 32) for kind in FORMATS}


def test_a_full_disk_is_one_error(
    article_run: Path, tmp_path: Path, tagship: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if ".onnx" in path.name and path.name.endswith(".tmp"):
            written(path, data[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    done = tagship("export", article_run, "--out", tmp_path, "--formats", "onnx")
    assert done.code == 2
    assert done.err.splitlines() == [done.err.strip()]
    assert "No space left" in done.err
    assert list(tmp_path.iterdir()) == []


def test_kill_leaves_no_artifact_under_its_name(article_run: Path, tmp_path: Path) -> None:
    """The process is stopped for good while it writes: the renaming never comes."""
    script = (
        "import sys, time, pathlib; import tagship_export.pipeline.output_folder as saving\n"
        "real = pathlib.Path.replace\n"
        "def wait(self, target):\n"
        "    if str(target).endswith('.tflite'): print('now', flush=True); time.sleep(600)\n"
        "    return real(self, target)\n"
        "pathlib.Path.replace = wait\n"
        "from tagship_export import export\n"
        f"export({str(article_run)!r}, {str(tmp_path)!r}, formats=['tflite'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert b"now" in process.stdout.read(4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not (tmp_path / "float32.tflite").exists()
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []  # no contract without it


def test_temporary_folders_are_removed(
    article_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tagship: Command
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = tagship("export", article_run, "--out", tmp_path / "out", "--recipes", "int8,dynamic_int8")
    assert done.code == 0
    assert list(scratch.iterdir()) == []
    assert done.err == f"tagship: report: {tmp_path / 'out' / 'report.html'}\n"
