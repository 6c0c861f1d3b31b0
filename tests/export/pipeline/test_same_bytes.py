"""The same model, rows and versions give the same bytes in any process, whatever Python's hash seed is."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SEEDS = ("0", "1", "12345")

CONVERT = """
import hashlib, json, sys
from tagship_runtime.terminal.silence import quiet
with quiet():
    from tagship_export.data.splits import split_rows
    from tagship_export.errors import ConversionError
    from tagship_export.pipeline.convert import Converter
    from tagship_export.pipeline.plan import plan_recipes
    from tagship_export.pipeline.reference import Reference
    from tagship_export.original.open_original import open_original
    original, splits = split_rows(open_original(sys.argv[1]))
    reference = Reference.of(original, splits)
    converter = Converter(original.model, reference.calibration, batch=None, verbose=False)
    made = {
        planned.name: hashlib.sha256(converter.payload(planned)).hexdigest()
        for planned in plan_recipes(["all"], ["tflite", "onnx"])
    }
json.dump(made, sys.stdout)
"""


@pytest.fixture(scope="module")
def default_run(tagship: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network that ``tagship train`` makes unless told otherwise; how well it learned does not matter here."""
    folder = tmp_path_factory.mktemp("default") / "run"
    outcome = tagship("train", "sample:synthetic", "--out", folder, "--epochs", 1)
    assert outcome.code == 0, outcome.err
    return folder


def started(seed: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.Popen(
        [sys.executable, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_payloads_of_the_default_run(default_run: Path) -> None:
    processes = [started(seed, "-c", CONVERT, str(default_run)) for seed in SEEDS]
    found = []
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, err
        found.append(json.loads(out))
    assert len(found[0]) == 11
    for other in found[1:]:
        assert {name for name in found[0] if found[0][name] != other[name]} == set()


@pytest.mark.slow
def test_artifacts_of_the_default_run(tagship: Callable[..., Any], tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert tagship("train", "sample:synthetic", "--out", run).code == 0
    found = []
    for seed in SEEDS:
        out = tmp_path / seed
        process = started(seed, "-m", "tagship_runtime", "export", str(run), "--out", str(out), "--recipes", "all")
        _, err = process.communicate()
        assert process.returncode == 0, err
        files = sorted(path for path in out.iterdir() if path.suffix in {".tflite", ".onnx"})
        found.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert len(found[0]) == 11
    assert found[1:] == [found[0], found[0]]
