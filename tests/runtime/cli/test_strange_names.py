"""Names that a terminal, a spreadsheet or UTF-8 cannot take as they are."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tagship_runtime.container import attach, unpack

Command = Callable[..., Any]
NO_TEXT = os.fsdecode(b"m\xff")
LABELS = ("=HYPERLINK(1)", "@sum", "-5")

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="names of files are texts there")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("feature_5,feature_4,feature_3,feature_2,feature_1,feature_0\n8,8,4,0,23,6\n")
    return path


@pytest.fixture
def formulas(artifact: Path, tmp_path: Path) -> Path:
    """An artifact whose labels a spreadsheet would compute, two of them on for the row of the table."""
    format, payload, contract = unpack(artifact.read_bytes())
    assert contract is not None
    path = tmp_path / f"formulas.{format.name}"
    thresholds = (1e-6, 1e-6, 1 - 1e-6)
    path.write_bytes(attach(payload, replace(contract, labels=LABELS, thresholds=thresholds, golden=None)))
    return path


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ((), "'=HYPERLINK(1),'@sum,-5\n1,1,0\n"),
        (("--labels-only",), "labels\n'=HYPERLINK(1);'@sum\n"),
        (("--format", "jsonl"), '{"=HYPERLINK(1)": true, "@sum": true, "-5": false}\n'),
        (("--format", "jsonl", "--labels-only"), '{"labels": ["=HYPERLINK(1)", "@sum"]}\n'),
    ],
)
def test_no_label_is_a_formula(
    tagship: Command, formulas: Path, table: Path, options: tuple[str, ...], want: str
) -> None:
    done = tagship("predict", formulas, table, *options)
    assert (done.code, done.out) == (0, want), done.err


def test_no_label_is_a_formula_among_the_highest(tagship: Command, formulas: Path, table: Path, tmp_path: Path) -> None:
    done = tagship("predict", formulas, table, "--top-k", 3)
    header, cells = done.out.splitlines()
    assert header == "top:1,top:2,top:3"
    assert sorted(cells.split(",")) == sorted(["'=HYPERLINK(1)", "'@sum", "-5"])
    done = tagship("predict", formulas, table, "--top-k", 3, "--format", "jsonl")
    assert sorted(json.loads(done.out).values()) == sorted(LABELS)
    assert tagship("predict", formulas, table, "--top-k", 3, "--out", tmp_path / "out.parquet").code == 0
    (row,) = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert sorted(row.values()) == sorted(LABELS)


def test_ids_pass_through_as_they_are(tagship: Command, artifact: Path, table: Path) -> None:
    header, cells = table.read_text().splitlines()
    table.write_text(f"=id,{header}\n=1+1,{cells}\n")
    done = tagship("predict", artifact, table, "--id-column", "=id", "--labels-only")
    assert [line.partition(",")[0] for line in done.out.splitlines()] == ["=id", "=1+1"]


def test_files_whose_names_are_no_text(tagship: Command, artifact: Path, table: Path, tmp_path: Path) -> None:
    strange = tmp_path / f"{NO_TEXT}{artifact.suffix}"
    shutil.copy(artifact, strange)
    table.rename(tmp_path / f"{NO_TEXT}.csv")
    table = tmp_path / f"{NO_TEXT}.csv"
    commands: list[tuple[Any, ...]] = [
        ("inspect", strange),
        ("selftest", strange),
        ("benchmark", strange),
        ("predict", strange, table),
    ]
    for command in commands:
        done = tagship(*command)
        assert (done.code, done.err) == (0, ""), command
        done.out.encode()
    for name in ("benchmark", "inspect"):
        json.loads(tagship(name, strange, "--json").out.encode())
    for suffix in (".csv", ".jsonl.gz", ".parquet"):
        out = tmp_path / f"{NO_TEXT}-out{suffix}"
        done = tagship("predict", strange, table, "--out", out)
        assert (done.code, done.err) == (0, "")
        assert out.stat().st_size
    assert tagship("predict", strange, tmp_path / f"{NO_TEXT}-out.parquet").code == 2  # no features, and no traceback
    (json.loads(tagship("benchmark", strange, "--json").out.encode())[0]["artifact"]).encode("utf-8", "surrogateescape")
