"""Mutants are run against tests, never in the work tree, and counted."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mutants import study as studies
from mutants.areas import ROOT, Area, areas
from mutants.changes import Mutant, mutants
from mutants.equivalent import read
from mutants.study import Study, sample, study
from mutants.table import show
from mutants.trial import Outcome

MODULE = "a = 1\nb = a < 2\nc(b)\n"


def mutant(number: int) -> Mutant:
    return Mutant(number=number, line=number, where="f", was=f"a = {number}", now=f"a = {number + 1}")


def test_a_sample_is_seeded_and_outlives_new_lines() -> None:
    found = [mutant(number) for number in range(100)]
    drawn = sample(found, 20, "0")
    assert len(drawn) == 20
    assert drawn == sample(found, 20, "0")
    assert drawn != sample(found, 20, "1")
    assert sample(found, 0, "0") == found
    moved = [replace(mutant, line=mutant.line + 7) for mutant in found]
    assert [mutant.key for mutant in sample(moved, 20, "0")] == [mutant.key for mutant in drawn]
    fewer = [mutant for mutant in found if mutant not in drawn[:3]]
    assert set(drawn[3:]) <= set(sample(fewer, 20, "0"))


@pytest.fixture
def noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Study]:
    """Study a module whose tests notice some of its mutants."""

    class Module(Area):
        path = tmp_path / "module.py"

    Module.path.write_text(MODULE)

    def run(noticed: set[str], reasons: dict[tuple[str, str, str, str], str], base: bool = True) -> Study:
        def trial(area: Area, tree: ast.Module, folder: Path, seconds: float, clock: float) -> Outcome:
            changed = set(ast.unparse(tree).splitlines()) - set(MODULE.splitlines())
            passed = base if not changed else not changed & noticed
            return Outcome(passed=passed, loaded=True, seconds=1.0, output="what pytest said")

        monkeypatch.setattr(studies, "run", trial)
        return study(Module("m", ()), 0, "0", reasons, tmp_path)

    return run


def test_killed_survived_equivalent(noticed: Callable[..., Study]) -> None:
    made = noticed({"a = 2", "b = a < 3", "pass"}, {("m", "", "b = a < 2", "b = a <= 2"): "a is 1"})
    assert [mutant.now for mutant in made.killed] == ["a = 2", "b = a < 3", "pass"]
    assert [mutant.now for mutant in made.equivalent] == ["b = a <= 2"]
    assert [mutant.now for mutant in made.survivors] == ["b = a >= 2"]
    assert made.stale == ()
    text, good = show([made], 0.6)
    assert good
    assert text.splitlines()[1].split() == ["m", "5", "3", "1", "1"]
    assert text.splitlines()[2].split() == ["all", "5", "3", "1", "1"]
    assert "  - b = a < 2\n  + b = a >= 2" in text
    assert "b = a <= 2" not in text
    assert text.endswith("60.0% killed, 60% needed")
    assert not show([made], 0.61)[1]


def test_reasons_that_are_out_of_date(noticed: Callable[..., Study]) -> None:
    reasons = {("m", "", "a = 1", "a = 2"): "killed", ("m", "", "a = 9", "a = 10"): "gone", ("n", "", "", ""): "other"}
    made = noticed({"a = 2", "b = a <= 2", "b = a >= 2", "b = a < 3", "pass"}, reasons)
    assert len(made.killed) == 5
    gone, killed = sorted(made.stale, reverse=True)
    assert "no such change" in gone
    assert "a = 9" in gone
    assert "a test notices" in killed
    assert "a = 2" in killed
    text, good = show([made], 0.5)
    assert not good
    assert killed in text


def test_tests_that_fail_as_things_are(noticed: Callable[..., Study]) -> None:
    with pytest.raises(SystemExit, match=r"m as it is: its tests fail\nwhat pytest said"):
        noticed(set(), {}, base=False)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (['reason = " "'], "no reason is given"),
        (['reason = "a"', 'reason = "b"'], "is there twice"),
    ],
)
def test_reasons_are_needed_once(tmp_path: Path, entries: list[str], said: str) -> None:
    key = 'module = "m"\nwhere = ""\nwas = "a"\nnow = "b"\n'
    path = tmp_path / "reasons.toml"
    path.write_text("".join(f"[[mutant]]\n{key}{entry}\n" for entry in entries))
    with pytest.raises(ValueError, match=said):
        read(path)


def test_each_area_has_a_module_and_tests() -> None:
    for area in areas():
        assert area.path.is_file(), area
        assert area.tests, area
        assert all(test.is_file() for test in area.tests), area
        assert area.path.is_relative_to(ROOT)


def test_changes_that_are_called_equivalent_are_there() -> None:
    """Without running them, which `make mutants` does: an entry about code that is gone is out of date."""
    reasons = read(Path(__file__).parent / "equivalent.toml")
    paths = {area.module: area.path for area in areas()}
    for module in sorted({module for module, *_ in reasons}):
        there = {mutant.key for mutant in mutants(paths[module].read_text(encoding="utf-8"))}
        assert {key[1:] for key in reasons if key[0] == module} <= there, module
