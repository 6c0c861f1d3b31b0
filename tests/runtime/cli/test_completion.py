"""What ``tagship completion`` prints makes a shell complete."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

BASH = shutil.which("bash")
HARNESS = """
source {script}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()
_shtab_tagship tagship "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tagship: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if BASH is None:
        pytest.skip("bash is not on this machine")
    done = tagship("completion", "bash")
    assert (done.code, done.err) == (0, "")
    path = tmp_path_factory.mktemp("completion") / "tagship.bash"
    path.write_text(done.out)
    subprocess.run([BASH, "-n", path], check=True)
    return path


def complete(script: Path, folder: Path, *words: str) -> list[str]:
    assert BASH is not None
    command = [BASH, "--norc", "-c", HARNESS.format(script=script), "bash", "tagship", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    return sorted(line for line in done.stdout.splitlines() if line)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["ex"], ["export"]),
        (["pre"], ["predict"]),
        (["nothing"], []),
        (["predict", "--sc"], ["--scores"]),
        (["predict", "--format", ""], ["csv", "jsonl", "parquet"]),
        (["predict", "--on-error", "s"], ["skip", "stop"]),
        (["predict", "mod"], ["model.tflite"]),
        (["predict", "model.tflite", "data/"], ["data/rows.csv"]),
        (["predict", "model.tflite", "data/rows.csv", "--out", "mo"], ["model.tflite"]),
        (["export", "run", "--prefer", ""], ["latency", "size"]),
        (["export", "run", "--out", ""], ["data"]),
        (["report", ""], ["data"]),
        (["train", "data/rows.csv", "--o"], ["--objective", "--out"]),
        (["completion", ""], ["bash", "tcsh", "zsh"]),
    ],
    ids=" ".join,
)
def test_bash_completes(script: Path, tmp_path: Path, words: list[str], wanted: list[str]) -> None:
    (tmp_path / "model.tflite").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").touch()
    assert complete(script, tmp_path, *words) == wanted


def test_every_installed_command_is_completed(script: Path, tmp_path: Path) -> None:
    from tagship_runtime.cli.main import ELSEWHERE, OWN

    assert set(complete(script, tmp_path, "")) >= {*OWN, *ELSEWHERE}


@pytest.mark.parametrize(("shell", "begins"), [("zsh", "#compdef tagship"), ("tcsh", "# AUTOMATICALLY GENERATED")])
def test_other_shells(tagship: Command, shell: str, begins: str, tmp_path: Path) -> None:
    done = tagship("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(begins)
    assert "export" in done.out
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not on this machine, so only what begins the script was looked at")
    (tmp_path / "script").write_text(done.out)
    subprocess.run([program, "-n", tmp_path / "script"], check=True)


def test_without_shtab_the_error_says_what_to_install(tagship: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    done = tagship("completion", "bash")
    assert (done.code, done.out) == (2, "")
    assert done.err == "tagship: error: shtab is not installed; run: pip install 'tagship-runtime[completion]'\n"


def test_an_unknown_shell_is_refused_in_one_line(tagship: Command) -> None:
    done = tagship("completion", "fish")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "choose from" in done.err
