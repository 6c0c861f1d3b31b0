"""Docstrings of the packages are sentences that start with a verb or a noun phrase, not with a question word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("runtime", "training", "export", "report")
QUESTIONS = frozenset({"Does", "How", "Is", "What", "When", "Where", "Whether", "Which", "Why"})

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield those of modules, classes and functions, and the strings below constants and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, Documented) and (text := ast.get_docstring(node)):
            yield text
        if isinstance(node, ast.Module | ast.ClassDef):
            for above, below in pairwise(node.body):
                if isinstance(above, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
                    value = below.value
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


@pytest.mark.parametrize("package", PACKAGES)
def test_no_docstring_begins_with_a_question_word(package: str) -> None:
    files = sorted((ROOT / package / "src").rglob("*.py"))
    assert files
    found = [
        f"{path.relative_to(ROOT)}: {text.splitlines()[0]}"
        for path in files
        for text in _docstrings(ast.parse(path.read_text(encoding="utf-8")))
        if text.split()[0].rstrip(",:;?") in QUESTIONS
    ]
    assert found == []


def test_the_rule_finds_each_kind() -> None:
    tree = ast.parse(
        '"""What."""\nA = 1\n"""How much."""\n\n\nclass B:\n    """Fine."""\n\n    c: int\n    """Where."""\n'
    )
    assert [text.split()[0].rstrip(".") in QUESTIONS for text in _docstrings(tree)] == [True, True, False, True]
