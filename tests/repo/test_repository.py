"""The repository keeps its own rules."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_pins_name_no_registry() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.match(r"[a-z0-9-]+==[^ ]+( ;.*)?$", line), line


def test_no_file_names_this_machine(tracked: list[Path]) -> None:
    home = re.compile(rb"/(root|home|work|farm)/\w")
    assert [str(path) for path in tracked if home.search(path.read_bytes())] == []


def test_three_distributions_and_no_fourth() -> None:
    assert "project" not in tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name in ("runtime", "training", "export"):
        project = tomllib.loads((ROOT / name / "pyproject.toml").read_text())["project"]
        assert project["name"] == f"tagship-{name}"
        assert (ROOT / name / "src" / f"tagship_{name}" / "py.typed").exists()


def test_the_runtime_needs_numpy_alone() -> None:
    project = tomllib.loads((ROOT / "runtime" / "pyproject.toml").read_text())["project"]
    assert [re.match(r"\w+", need).group() for need in project["dependencies"]] == ["numpy"]  # type: ignore[union-attr]
