"""Tables fit, whatever names are in them, and no figure is lost."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tagship_runtime.terminal.json import print_json
from tagship_runtime.terminal.table import cells, file_names, file_size, printable, table, wrap

HEADINGS = ("label", "positives", "F1", "95% interval")
FIGURES = ("1,371", "0.826", "0.811 to 0.841")
NAMES = {
    "short": ["a", "b"],
    "long": ["alpha" * 40, "beta" * 40],
    "alike but for the middle": [f"{'x' * 60}{middle}{'x' * 60}" for middle in "ab"],
    "wide": ["漢字仮名" * 20, "ひらがな" * 30],
    "spaces": ["a name with many words " * 9, "another"],
    "hostile": ["\x1b[2J\x1b[31mred\r\n\ttab", "[bold]markup[/bold] \u202egnp"],
    "empty": ["", "b"],
    "combining": ["e\u0301" * 80, "b"],
}


@pytest.mark.parametrize("width", [12, 20, 40, 60, 80, 200])
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_every_line_fits_and_keeps_its_figures(names: list[str], width: int) -> None:
    lines = table(HEADINGS, [(name, *FIGURES) for name in names], width)
    assert all(cell_len(line) <= width for line in lines), lines
    assert all(line.isprintable() for line in lines)
    squeezed = "".join(lines).replace(" ", "")
    for figure in FIGURES:
        assert squeezed.count(figure.replace(" ", "")) == len(names)


def test_names_that_lose_their_middle_can_still_be_told_apart() -> None:
    long, alike = (table(HEADINGS, [(name, *FIGURES) for name in NAMES[key]], 60) for key in list(NAMES)[1:3])
    assert len(long) == 3
    assert [line.count("…") for line in long] == [0, 1, 1]
    assert "…" not in "".join(alike)
    assert "".join(line.split()[0] for line in alike[1:]).startswith("x" * 60 + "a" + "x" * 60)


def test_names_that_are_typed_again_are_whole() -> None:
    name = "128-64-bins-of-quantiles-averaged"
    lines = table(HEADINGS, [(name, *FIGURES)], 60, whole=True)
    assert "…" in "".join(table(HEADINGS, [(name, *FIGURES)], 60))
    assert "".join(line.split()[0] for line in lines[1:]) == name


def test_figures_stand_below_each_other() -> None:
    lines = table(("name", "n"), [("a", "1"), ("bb", "1,000")], 80)
    assert lines == ["name      n", "a         1", "bb    1,000"]


@given(st.text(max_size=300), st.integers(12, 100))
def test_sentences_keep_every_character(text: str, width: int) -> None:
    lines = wrap(text, width=width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


@given(st.characters())
def test_no_character_is_wider_than_it_is_counted(character: str) -> None:
    shown = printable(character)
    assert shown.isprintable()
    assert cells(shown) >= cell_len(shown) or "\u2630" <= character <= "\u268f" or "\u4dc0" <= character <= "\u4dff"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (5_949, "5.9 KB"),
        (99_949, "99.9 KB"),
        (99_950, "100 KB"),
        (274_075, "274 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (12_345_678_901, "12.3 GB"),
    ],
)
def test_sizes(size: int, said: str) -> None:
    assert file_size(size) == said


def test_sizes_never_fall() -> None:
    units = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}
    told = [file_size(int(1.01**power)).split() for power in range(2600)]
    values = [float(value) * units[unit] for value, unit in told]
    assert all(first <= second for first, second in pairwise(values))


def test_files_are_named_without_their_folders_if_that_is_enough() -> None:
    assert file_names([str(Path("a", "x.onnx")), str(Path("b", "y.onnx"))]) == ["x.onnx", "y.onnx"]
    alike = [str(Path("a", "x.onnx")), str(Path("b", "x.onnx"))]
    assert file_names(alike) == alike


def test_json_has_null_where_a_number_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": -float("inf")}, "d": "é", "e": True, "f": None})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": [None, [None, 1.5]], "b": {"c": None}, "d": "é", "e": True, "f": None}
    assert "NaN" not in out
    assert "é" in out
