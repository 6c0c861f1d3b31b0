"""Tables of a folder or a pattern, and the names of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tagship_runtime.errors import MissingFileError, UsageError
from tagship_runtime.files.several import is_several
from tagship_runtime.folders.parts import Part, plan_parts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tables in two folders, and files that are none."""
    for name in (
        "a.csv",
        "b.csv.gz",
        "c.jsonl",
        "in/d.parquet",
        "in/e.xlsx",
        "_SUCCESS",
        ".f.csv",
        "_in/g.csv",
        "h.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def names(data: str, kind: str | None = None) -> list[str]:
    return [part.name for part in plan_parts(data, kind)]


def test_a_folder_keeps_its_shape_and_leaves_out_what_is_no_table(folder: Path) -> None:
    assert names(str(folder)) == ["a.csv", "b.csv.gz", "c.jsonl", "in/d.parquet", "in/e.csv"]


@pytest.mark.parametrize(
    ("pattern", "want"),
    [
        ("**/*.csv", ["a.csv"]),
        ("*/*.csv", []),
        ("_in/*.csv", ["g.csv"]),
        ("_*/*.csv", ["_in/g.csv"]),
        (".*.csv", [".f.csv"]),
        ("[_a]*", ["a.csv"]),
    ],
)
def test_hidden_names_are_tables_where_the_pattern_spells_them(folder: Path, pattern: str, want: list[str]) -> None:
    if want:
        assert names(f"{folder}/{pattern}") == want
    else:
        with pytest.raises(MissingFileError):
            names(f"{folder}/{pattern}")


@pytest.mark.parametrize(
    ("kind", "want"),
    [
        (".jsonl", ["a.jsonl", "b.jsonl.gz", "c.jsonl", "in/d.jsonl", "in/e.jsonl"]),
        (".parquet", ["a.parquet", "b.parquet", "c.parquet", "in/d.parquet", "in/e.parquet"]),
    ],
)
def test_answers_of_one_kind(folder: Path, kind: str, want: list[str]) -> None:
    assert names(str(folder), kind) == want


def test_a_pattern_is_named_from_its_fixed_part(folder: Path) -> None:
    assert names(f"{folder}/*.csv") == ["a.csv"]
    assert names(f"{folder}/**/*.parquet") == ["in/d.parquet"]
    assert names(f"{folder}/in/*") == ["d.parquet", "e.csv"]


def test_several_are_a_folder_or_a_pattern_that_is_no_file(folder: Path) -> None:
    assert is_several(str(folder))
    assert is_several(f"{folder}/*.csv")
    assert not is_several(f"{folder}/a.csv")
    odd = folder / "x[1].csv"
    odd.write_bytes(b"x")
    assert not is_several(str(odd))


def test_two_tables_of_one_name_are_refused(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"would both be answered in a\.csv"):
        plan_parts(str(folder), ".csv")


def test_nothing_to_answer_is_refused(folder: Path) -> None:
    with pytest.raises(MissingFileError, match="no table is in"):
        plan_parts(f"{folder}/*.tsv", None)


def test_a_changed_table_has_another_fingerprint(folder: Path) -> None:
    part = Part(source=str(folder / "a.csv"), name="a.csv")
    before = part.fingerprint()
    assert part.fingerprint() == before
    (folder / "a.csv").write_bytes(b"xy")
    assert part.fingerprint()["bytes"] == before["bytes"] + 1
