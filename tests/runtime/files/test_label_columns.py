"""Label columns are found by one rule, and those that are nearly so are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_runtime.files.label_columns import feature_columns, label_column, misspelled, truth_columns

Command = Callable[..., Any]


def test_the_rule() -> None:
    assert label_column("a", ["x", "label:a", "a"]) == "label:a"
    assert label_column("a", ["x", "a"]) == "a"
    assert label_column("a", ["x"]) is None
    assert feature_columns(["x", "label:a", "b", "y"], ["a", "b"]) == ["x", "y"]


@pytest.mark.parametrize(
    ("names", "want"),
    [
        (["label:a", "x", "b"], ["label:a", "b"]),
        (["a", "x", "label:a", "b"], ["a", "label:a", "b"]),
        (["label:a", "x"], []),  # the truth of all labels, or features that are called alike
        (["b", "a"], []),  # something has to be left
        (["x", "y"], []),
    ],
)
def test_the_truth_in_a_table_without_known_features(names: list[str], want: list[str]) -> None:
    assert truth_columns(names, ["a", "b"]) == want


def test_a_label_that_begins_as_the_prefix_does() -> None:
    assert truth_columns(["label:label:a", "x"], ["label:a"]) == ["label:label:a"]
    assert truth_columns(["label:a", "x"], ["label:a"]) == ["label:a"]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("label:a", None),
        ("label:two words", None),
        ("labels", None),
        ("my label:a", None),
        ("Label:B", "label:B"),
        ("LABEL:b", "label:b"),
        ("label: A", "label:A"),
        (" label:a", "label:a"),
        ("label :a", "label:a"),
        ("label:a ", "label:a"),
    ],
)
def test_names_that_are_nearly_so(name: str, right: str | None) -> None:
    assert misspelled([name]) == ({} if right is None else {name: right})


def test_another_prefix() -> None:
    assert misspelled(["Y_a", "y_b", "x"], "y_") == {"Y_a": "y_a"}
    assert misspelled(["a", " b"], "") == {}


@pytest.mark.parametrize(("name", "right"), [("Label:B", "label:B"), ("label: A", "label:A")])
def test_training_refuses_them(tagship: Command, tmp_path: Path, name: str, right: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"x,label:C,{name}\n" + "".join(f"{row},{row % 2},{row % 3 % 2}\n" for row in range(40)))
    done = tagship("train", table, "--out", tmp_path / "run", "--epochs", 1)
    assert done.code == 2
    assert f"column {name!r} is spelled otherwise than label columns are; rename it to {right!r}" in done.err


def test_verifying_refuses_them(tagship: Command, article_run: Path, artifact: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    header = ",".join([*(f"feature_{place}" for place in range(6)), "Label:class_0", "label:class_1", "label:class_2"])
    table.write_text(f"{header}\n1,2,3,4,5,6,0,1,0\n")
    done = tagship("verify", article_run, artifact, "--data", table)
    assert done.code == 2
    assert "column 'Label:class_0' is spelled otherwise than a label's; rename it to 'label:class_0'" in done.err
