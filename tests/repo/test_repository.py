"""The repository keeps its own rules."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = ("runtime", "training", "export", "report")


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


def test_four_distributions_and_no_fifth() -> None:
    assert "project" not in tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert sorted(path.parent.name for path in ROOT.glob("*/pyproject.toml")) == sorted(DISTRIBUTIONS)
    for name in DISTRIBUTIONS:
        assert _project(name)["name"] == f"tagship-{name}"
        assert (ROOT / name / "src" / f"tagship_{name}" / "py.typed").exists()


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name != "runtime"])
def test_siblings_pin_the_runtime_of_their_version(name: str) -> None:
    needs = [need for need in _project(name)["dependencies"] if re.match(r"tagship-runtime\b", need)]
    assert [need.partition("==")[2] for need in needs] == [import_module(f"tagship_{name}").__version__]


def test_modules_of_the_runtime_are_shared_or_protected() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    protected = next(contract["protected_modules"] for contract in contracts if contract["type"] == "protected")
    inside = [name for name in _modules("runtime") if not any(_covers(pattern, name) for pattern in protected)]
    shared = set().union(*(_imports(name) for name in DISTRIBUTIONS if name != "runtime"))
    # A package that is there only for its modules holds nothing to protect.
    assert [name for name in inside if name not in shared and not _holds_modules(name)] == []


def _project(name: str) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / name / "pyproject.toml").read_text())["project"]
    return project


def _modules(name: str) -> list[str]:
    source = ROOT / name / "src"
    paths = (path.relative_to(source).with_suffix("") for path in source.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


def _covers(pattern: str, module: str) -> bool:
    """Say if import-linter's pattern, or a package in it, holds the module."""
    ahead = ".".join(module.split(".")[: pattern.count(".") + 1])
    return fnmatchcase(ahead, pattern)


def _imports(name: str) -> set[str]:
    """Modules of the runtime that a distribution imports, by any form of import."""
    known, found = set(_modules("runtime")), set()
    for path in (ROOT / name / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= known & (whole | {node.module})
            elif isinstance(node, ast.Import):
                found |= known & {alias.name for alias in node.names}
    return found


def _holds_modules(name: str) -> bool:
    return (ROOT / "runtime" / "src" / Path(*name.split("."))).is_dir()


def test_the_runtime_needs_numpy_alone() -> None:
    project = tomllib.loads((ROOT / "runtime" / "pyproject.toml").read_text())["project"]
    assert [re.match(r"\w+", need).group() for need in project["dependencies"]] == ["numpy"]  # type: ignore[union-attr]
