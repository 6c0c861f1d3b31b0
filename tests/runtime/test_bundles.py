"""Programs that carry the runtime: frozen by PyInstaller, in a folder, in one zip file."""

from __future__ import annotations

import os
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

import tagship_runtime
from runtime.bare import ROOT, bare_environment, build_wheel, requirements
from tagship_runtime._pyinstaller import get_hook_dirs

ROW = [6.0, 23, 0, 4, 8, 8]
PROGRAM = f"""
import sys
import tagship_runtime
from tagship_runtime.cli.main import main

if sys.argv[1] != "answer":
    raise SystemExit(main())
model = tagship_runtime.load(sys.argv[2])
assert model.selftest().passed
print(model.engine.name, model.engine.version, *model.predict_one({ROW}))
"""


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def expected(artifact: Path) -> str:
    model = tagship_runtime.load(artifact)
    return " ".join([model.engine.name, model.engine.version, *model.predict_one(ROW)]) + "\n"


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, its interpreter and both engines in a folder, made where nothing else is installed."""
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed")
    folder = tmp_path_factory.mktemp("frozen")
    there = {"pyinstaller", *requirements("pyinstaller")}
    for extra in ("litert", "onnx"):
        there |= requirements("tagship-runtime", extra)
    python = bare_environment(folder / "environment", build_wheel(folder), there)
    (folder / "app.py").write_text(PROGRAM)
    command = [str(python), "-m", "PyInstaller", "--log-level", "ERROR", "app.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "dist" / "app" / "app"


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_a_frozen_program_has_its_engines_and_commands(
    frozen: Path, kind: str, artifacts: dict[tuple[str, str], Path]
) -> None:
    artifact = artifacts["plain", kind]
    assert run(frozen, "answer", artifact) == expected(artifact)
    for command in ("inspect", "selftest"):
        assert run(frozen, command, artifact) == run(sys.executable, "-m", "tagship_runtime", command, artifact)
    assert "usage" in run(frozen, "--help")


def test_pyinstaller_finds_the_hooks() -> None:
    from importlib.metadata import entry_points

    hooks = [entry for entry in entry_points(group="pyinstaller40") if entry.value.startswith("tagship_runtime.")]
    assert [entry.load() for entry in hooks] == [get_hook_dirs]
    (folder,) = get_hook_dirs()
    for hook in Path(folder).glob("hook-*.py"):
        assert hook.stem.removeprefix("hook-") in ("tagship_runtime", "tagship_runtime.cli.main")


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_a_zip_file_runs_where_numpy_and_an_engine_are(
    kind: str, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    folder, artifact = tmp_path / "app", artifacts["plain", kind]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--no-compile", "--target", str(folder), str(ROOT / "runtime")], check=True)
    (folder / "__main__.py").write_text(PROGRAM)
    zipapp.create_archive(folder, tmp_path / "app.pyz", compressed=True)
    assert (tmp_path / "app.pyz").stat().st_size < 350_000  # docs/embedding.md says 0.3 MB; 279,368 bytes when measured
    assert run(sys.executable, tmp_path / "app.pyz", "answer", artifact) == expected(artifact)
    where = "import sys; sys.path.insert(0, sys.argv[1]); import tagship_runtime; print(tagship_runtime.__file__)"
    assert run(sys.executable, "-c", where, tmp_path / "app.pyz").startswith(str(tmp_path / "app.pyz"))
