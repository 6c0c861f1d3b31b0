"""The runtime's wheel works where only its own dependencies are installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from runtime.bare import bare_environment, build_wheel, requirements

FORBIDDEN = ("tensorflow", "keras", "sklearn", "scipy", "onnx", "tf2onnx", "rich", "tagship_training", "tagship_export")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=["litert", "onnx"])
def bare(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A new environment with the wheel and what one extra of it requires."""
    folder = tmp_path_factory.mktemp(f"bare-{request.param}")
    return request.param, bare_environment(folder, wheel, requirements("tagship-runtime", request.param))


PROBE = """
import importlib.util, sys
import tagship_runtime
assert not [name for name in {forbidden!r} if importlib.util.find_spec(name)], "the environment is not bare"
loaded = {{name.partition(".")[0] for name in sys.modules}}
assert not loaded & {{"ai_edge_litert", "onnxruntime", "pyarrow"}}, "an engine is imported before it is needed"
model = tagship_runtime.load({artifact!r})
assert model.selftest().passed
print(model.predict_labels({rows!r}))
"""


def test_predicts_without_tensorflow(
    bare: tuple[str, Path], artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    import tagship_runtime

    extra, python = bare
    kind = {"litert": "tflite", "onnx": "onnx"}[extra]
    artifact = artifacts["plain", kind]
    rows = [[6.0, 23, 0, 4, 8, 8], [9, 15, 10, 8, 7, 10]]
    code = PROBE.format(forbidden=FORBIDDEN, artifact=str(artifact), rows=rows)
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tagship_runtime.load(artifact).predict_labels(rows))


START = """
import sys, numpy
before = set(sys.modules)
import tagship_runtime
tagship_runtime.load({artifact!r})
print(*sorted(set(sys.modules) - before))
"""

SLOW = {"argparse", "concurrent.futures", "hashlib", "importlib.metadata", "numpy.typing", "pathlib"}
"""Modules of milliseconds each, that a first decision can do without."""


def test_starts_with_little(bare: tuple[str, Path], artifacts: dict[tuple[str, str], Path]) -> None:
    extra, python = bare
    artifact = artifacts["plain", {"litert": "tflite", "onnx": "onnx"}[extra]]
    engine = {"litert": "ai_edge_litert.interpreter", "onnx": "onnxruntime"}[extra]
    by_hand = f"import sys, numpy\nbefore = set(sys.modules)\nimport {engine}\nprint(*set(sys.modules) - before)"
    imported = [
        set(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.split())
        for code in (START.format(artifact=str(artifact)), by_hand)
    ]
    assert engine in imported[0]
    assert not (imported[0] - imported[1]) & SLOW


def test_commands_work_and_say_what_is_missing(
    bare: tuple[str, Path],
    artifacts: dict[tuple[str, str], Path],
    every_kind: dict[str, Path],
    tmp_path: Path,
) -> None:
    extra, python = bare
    here, elsewhere = ("tflite", "onnx") if extra == "litert" else ("onnx", "tflite")
    rows = tmp_path / "rows.csv"
    rows.write_text("feature_5,feature_4,feature_3,feature_2,feature_1,feature_0\n8,8,4,0,23,6\n")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [str(part) for part in (python, "-m", "tagship_runtime", *arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    artifact = artifacts["plain", here]
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"feature_0":6,"feature_1":23,"feature_2":0,"feature_3":4,"feature_4":8,"feature_5":8}\n')
    for arguments in (
        ("predict", artifact, rows),
        ("predict", artifact, lines, "--format", "jsonl", "--scores"),
        ("inspect", artifact),
        ("selftest", artifact),
        ("benchmark", artifact),
    ):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    # NumPy alone runs the reference classifier, but no convolution.
    absent = run(
        "predict", every_kind["one image float32.onnx"] if elsewhere == "onnx" else artifacts["plain", "tflite"], rows
    )
    assert absent.returncode == 2
    assert "pip install 'tagship-runtime[" in absent.stderr
    if elsewhere == "onnx":
        alone = run("predict", artifacts["plain", "onnx"], rows)
        assert (alone.returncode, alone.stdout) == (0, run("predict", artifact, rows).stdout)
    train = run("train", rows, "--out", tmp_path / "run")
    assert train.returncode == 2
    assert "pip install tagship-training" in train.stderr
    pyarrow.parquet.write_table(pyarrow.table({f"feature_{i}": [1.0] for i in range(6)}), tmp_path / "rows.parquet")
    for needy in ((tmp_path / "rows.parquet",), (rows, "--out", tmp_path / "out.parquet")):
        parquet = run("predict", artifact, *needy)
        assert parquet.returncode == 2
        assert parquet.stderr == "tagship: error: pyarrow is not installed; run: pip install 'tagship-runtime[files]'\n"
    assert not (tmp_path / "out.parquet").exists()
    large = tmp_path / "large.csv"  # as large as what pyarrow would be asked to read
    large.write_text(rows.read_text() + "8,8,4,0,23,6\n" * 350_000)
    done = run("predict", artifact, large, "--out", tmp_path / "out.jsonl.gz")
    assert (done.returncode, done.stderr) == (0, "")
