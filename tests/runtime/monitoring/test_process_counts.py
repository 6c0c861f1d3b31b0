"""Counts of a cluster's processes add up to those of one, and ``tagship drift`` is what adds them up."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_runtime.arrow import scorer
from tagship_runtime.errors import InputValueError, UsageError

EARLIER = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
Command = Callable[..., Any]


@pytest.fixture
def table(article_run: Path) -> pyarrow.Table:
    """1,000 test rows of the run, without their labels."""
    rows = pyarrow.parquet.read_table(article_run / "rows" / "test.parquet").slice(0, 1000)
    return rows.select([name for name in rows.column_names if not name.startswith("label:")])


@pytest.fixture
def whole(artifact: Path, table: pyarrow.Table) -> Any:
    """Counts of all rows by one process."""
    model = tagship_runtime.load(artifact)
    drift = model.drift()
    drift.count(table, model.predict_proba(table))
    return drift.to_dict()


WORKER = """
import pickle, sys, pyarrow.parquet
score = pickle.load(open(sys.argv[1], "rb"))
rows = pyarrow.parquet.read_table(sys.argv[2]).slice(int(sys.argv[3]), int(sys.argv[4]))
list(score(rows.to_batches(max_chunksize=64)))
list(score(rows.slice(0, 0).to_batches()))
"""


def test_workers_add_up_to_one(
    tagship: Command, artifact: Path, table: pyarrow.Table, whole: Any, tmp_path: Path
) -> None:
    score = scorer(artifact, drift=tmp_path / "counts")
    (tmp_path / "score").write_bytes(pickle.dumps(score))
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    for start, size in ((0, 300), (300, 450)):
        arguments = map(str, (tmp_path / "score", tmp_path / "rows.parquet", start, size))
        subprocess.run([sys.executable, "-c", WORKER, *arguments], check=True)
    score(table.slice(750, 100))
    score(table.slice(850).combine_chunks().to_batches()[0])
    assert len(list((tmp_path / "counts").iterdir())) == 3  # two calls of this process are in one file
    done = tagship("drift", artifact, tmp_path / "counts", "--out", tmp_path / "fleet.json")
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "1,000 rows of 3 files",
        "nothing is distributed otherwise than before by more than chance",
    ]
    assert json.loads((tmp_path / "fleet.json").read_text()) == whole
    assert json.loads(tagship("drift", artifact, tmp_path / "fleet.json", "--json").out) == whole
    same = tmp_path / "counts" / ".." / "fleet.json"
    again = tagship("drift", artifact, tmp_path / "fleet.json", same, "--json")
    assert json.loads(again.out) == whole
    assert again.err == (
        f"tagship: note: {tmp_path / 'fleet.json'} is named more than once, and counted once: files are 1, not 2\n"
    )


def test_a_call_that_fails_or_is_left_counts_nothing(artifact: Path, table: pyarrow.Table, tmp_path: Path) -> None:
    """Its task is run again, and its rows would count twice."""
    name = table.column_names[0]
    cells = table[name].to_numpy().copy()
    cells[700] = np.nan
    score = scorer(artifact, drift=tmp_path / "counts")
    with pytest.raises(InputValueError):
        list(score(table.set_column(0, name, pyarrow.array(cells)).to_batches(max_chunksize=100)))
    next(score(table.to_batches(max_chunksize=100)))
    assert not (tmp_path / "counts").exists()


def test_rows_that_are_left_out_are_not_counted(artifact: Path, table: pyarrow.Table, tmp_path: Path) -> None:
    name = table.column_names[0]
    cells = table[name].to_numpy().copy()
    cells[700] = np.nan
    scorer(artifact, drift=tmp_path / "counts", on_error="skip")(table.set_column(0, name, pyarrow.array(cells)))
    (path,) = (tmp_path / "counts").iterdir()
    assert json.loads(path.read_text())["rows"] == 999


def test_tags_are_counted(artifact: Path, table: pyarrow.Table, whole: Any, tmp_path: Path) -> None:
    score = scorer(artifact, drift=tmp_path / "counts")
    score.tags(*(table[name].to_pandas() for name in score.columns or ()))
    (path,) = (tmp_path / "counts").iterdir()
    assert json.loads(path.read_text()) == whole


def test_nothing_to_compare_with_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="export it again with this version"):
        scorer(EARLIER, drift=tmp_path)


def test_what_is_shifted_is_said(tagship: Command, artifact: Path, table: pyarrow.Table, tmp_path: Path) -> None:
    name = table.column_names[0]
    moved = table.set_column(0, name, pyarrow.array(table[name].to_numpy() * 0.5))
    scorer(artifact, drift=tmp_path / "counts")(moved)
    done = tagship("drift", artifact, tmp_path / "counts")
    assert done.code == 0
    assert done.out.splitlines()[0] == "1,000 rows of 1 file"
    assert f"column {name!r} is distributed otherwise than in training: PSI" in done.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "counts.json: it is no JSON"),
        ("[]", "counts.json: it holds no counts"),
        ('{"tagship_drift": 1, "digest": "other"}', "counts.json: these are no counts of version 1 of the artifact"),
        (None, "counts.json does not exist; counts are needed"),
    ],
)
def test_what_holds_no_counts_is_named(
    tagship: Command, artifact: Path, tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "counts.json"
    if content is not None:
        path.write_text(content)
    done = tagship("drift", artifact, path, "--out", tmp_path / "fleet.json")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "fleet.json").exists()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty has no .json file" in tagship("drift", artifact, empty).err
