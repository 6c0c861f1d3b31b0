"""What the pages on the architecture name is there."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = ("runtime", "training", "export", "report")
MODULES = sorted(set(re.findall(r"\btagship_(?:runtime|training|export|report)(?:\.[a-z_]+)*", PAGE)))


@pytest.mark.parametrize("name", MODULES)
def test_named_modules_exist(name: str) -> None:
    if name == "tagship_runtime.load":
        return
    assert find_spec(name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_is_on_the_page(package: str) -> None:
    source = ROOT / package / "src" / f"tagship_{package}"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")}
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert rooms - named == set()


def test_siblings_import_what_the_page_lists() -> None:
    section = PAGE.split("## What others may import")[1].split("## ")[0]
    listed = set(re.findall(r"`(tagship_runtime(?:\.[a-z_]+)*)`", section))
    parents = {"tagship_runtime"}  # itself, and not all that is in it
    for package in PACKAGES[1:]:
        for path in (ROOT / package / "src").rglob("*.py"):
            for name in _imported(ast.parse(path.read_text(encoding="utf-8"))):
                known = any(name == one or (one not in parents and name.startswith(f"{one}.")) for one in listed)
                assert known, (path, name)


def _imported(tree: ast.Module) -> set[str]:
    """Modules of the runtime that a file imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tagship_runtime":
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] == "tagship_runtime"}
    return found


def test_named_folders_exist() -> None:
    for folder in re.findall(r"\b(?:tests|docs|benchmarks)/[a-z_]+\b", PAGE):
        assert any(ROOT.glob(f"{folder}*")), folder


def test_every_folder_of_tests_is_on_the_page() -> None:
    folders = {
        f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "._"
    }
    assert folders - set(re.findall(r"\btests/[a-z_]+\b", PAGE)) == set()


def test_the_tree_of_errors_is_the_code() -> None:
    drawn = dict(_drawn())
    assert drawn.keys() - {"TagshipError", "UserWarning"} == _defined().keys() - {"TagshipError"}
    for name, base in drawn.items():
        if base is not None:
            assert base in _defined()[name], name


def _drawn() -> list[tuple[str, str | None]]:
    """Names of the drawing, each with the one that it stands under."""
    block = PAGE.split("## Errors")[1].split("```text\n")[1].split("```")[0]
    above: dict[int, str] = {}
    found: list[tuple[str, str | None]] = []
    for line in block.strip().splitlines():
        name = re.search(r"\w+(Error|Warning)", line)
        assert name is not None, line
        depth = name.start() // 4
        above[depth] = name[0]
        found.append((name[0], above[depth - 1] if depth else None))
    return found


def _defined() -> dict[str, list[str]]:
    """Error classes of all packages with the names of their bases."""
    found = {}
    for package in PACKAGES:
        tree = ast.parse((ROOT / package / "src" / f"tagship_{package}" / "errors.py").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return found
