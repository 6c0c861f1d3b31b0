"""The changes that are made to code, and only those."""

from __future__ import annotations

import ast
import textwrap

import pytest

from mutants.changes import Mutant, mutants, mutated


def changes(source: str) -> set[str]:
    """What statements become."""
    return {mutant.now for mutant in mutants(textwrap.dedent(source))}


@pytest.mark.parametrize(
    ("source", "want"),
    [
        ("y = a < b", {"y = a <= b", "y = a >= b"}),
        ("y = a == b", {"y = a != b"}),
        ("y = a is not None", {"y = a is None"}),
        ("y = kind in 'fi'", {"y = kind not in 'fi'", "y = kind in 'f'", "y = kind in 'i'"}),
        ("y = kind in (A, B)", {"y = kind not in (A, B)", "y = kind in (A,)", "y = kind in (B,)"}),
        ("y = a + b", {"y = a - b"}),
        ("y = a // b", {"y = a * b"}),
        ("y = a and b", {"y = a or b", "y = a", "y = b"}),
        ("y = a or b or c", {"y = a and b and c", "y = b or c", "y = a or c", "y = a or b"}),
        ("y = not a", {"y = a"}),
        ("y = x[~a]", {"y = x[a]"}),
        ("y = 3", {"y = 4"}),
        ("y = 0.5", {"y = 1.0"}),
        ("y = 0.0", {"y = 1.0"}),
        ("y = f(flag=True)", {"y = f(flag=False)"}),
        ("y = x.reshape(-1)", set()),
        ("y = np.max(x)", {"y = np.min(x)"}),
        ("y = x.sum()", {"y = x.max()"}),
        ("y = np.abs(a)", {"y = a"}),
        ("y = np.clip(a, low, high)", {"y = np.clip(a, high, low)"}),
        ("y = a if b else c", {"y = a if not b else c"}),
        ("y = [a for a in b if a]", {"y = [a for a in b if not a]"}),
        ("Y = frozenset({'a', 'b'})", {"Y = frozenset({'a'})", "Y = frozenset({'b'})"}),
        ("Y = {'a': f, 'b': g}", {"Y = {'a': f}", "Y = {'b': g}"}),
        ("x[1:] = a", {"pass", "x[2:] = a"}),
        ("call(a)", {"pass"}),
        ("if a: b = c", {"if not a:"}),
        ("while a < b: c = d", {"while a <= b:", "while a >= b:"}),
        ("for a in range(1): b = c", {"for a in range(2):"}),
        ("def f(a=1): return a", {"def f(a=2):"}),
        ("try:\n  a = b\nexcept E:\n  raise", {"pass"}),
        ("match a:\n  case 1:\n    b = c + d", {"b = c - d"}),
    ],
)
def test_each_place_is_changed(source: str, want: set[str]) -> None:
    assert changes(source) == want


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "import a",
        "from a import b",
        "if TYPE_CHECKING: a = 1",
        "__slots__ = ('a', 'b')",
        "a: Literal[1] | None = b",
        "def f(a: int | None) -> int | str: return a",
        "@dataclass(frozen=True)\nclass A: b: int",
        "raise_ = f'{a + 1:.3f}'",
        "b = zip(c, d, strict=True)",
        "a, b = c, d",
        "return_ = (A, B)[c]",
    ],
)
def test_what_decides_nothing_is_left_alone(source: str) -> None:
    assert changes(source) == set()


def test_a_mutant_says_where_it_is() -> None:
    source = """
        class A:
            def b(self):
                self.c = d
                if e > f:
                    raise G
    """
    found = mutants(textwrap.dedent(source))
    assert [(mutant.line, mutant.where, mutant.was, mutant.now) for mutant in found] == [
        (4, "A.b", "self.c = d", "pass"),
        (5, "A.b", "if e > f:", "if e >= f:"),
        (5, "A.b", "if e > f:", "if e <= f:"),
        (6, "A.b", "raise G", "pass"),
    ]
    assert found[0] == Mutant(number=0, line=4, where="A.b", was="self.c = d", now="pass")


def test_the_tree_of_a_mutant_has_its_change_alone() -> None:
    source = "a = 1\nb = a < 2\nc(b)\n"
    trees = [ast.unparse(mutated(source, mutant.number)).splitlines() for mutant in mutants(source)]
    assert trees == [
        ["a = 2", "b = a < 2", "c(b)"],
        ["a = 1", "b = a <= 2", "c(b)"],
        ["a = 1", "b = a >= 2", "c(b)"],
        ["a = 1", "b = a < 3", "c(b)"],
        ["a = 1", "b = a < 2", "pass"],
    ]


def test_an_attribute_is_not_left_out_where_it_is_made() -> None:
    assert changes("class A:\n  def __init__(self):\n    self.b = c") == set()
