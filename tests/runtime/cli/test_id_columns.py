"""Columns that pass through ``tagship predict`` unchanged, or are refused in one line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime.files.readers import csv_rows

NAMES = [f"feature_{i}" for i in range(6)]
FIRST = 8192
"""Rows of a batch of JSON Lines."""

Command = Callable[..., Any]


def json_file(path: Path, first: Any, later: Any) -> Path:
    row = dict.fromkeys(NAMES, 1.0)
    ids = [*[first] * FIRST, *[later] * 3]
    path.write_text("".join(json.dumps({"id": value, **row}) + "\n" for value in ids))
    return path


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (None, "a"),
        (None, 1),
        (1, "a"),
        (1, 1.5),
        (1, True),
        ("007", 7),
        (7, "007"),
        (1, 2**70),
        (1, [1]),
        ([], [1]),
        ({}, {}),
        ({"a": 1}, {"b": 1}),
    ],
)
def test_a_column_of_several_types_is_refused_for_parquet(
    tagship: Command, artifact: Path, tmp_path: Path, first: Any, later: Any
) -> None:
    data, out = json_file(tmp_path / "in.jsonl", first, later), tmp_path / "made" / "out.parquet"
    done = tagship("predict", artifact, data, "--id-column", "id", "--out", out)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "write .jsonl or .csv instead" in done.err
    assert list(out.parent.iterdir()) == []
    assert tagship("predict", artifact, data, "--id-column", "id", "--out", tmp_path / "out.jsonl").code == 0
    with (tmp_path / "out.jsonl").open() as lines:
        got = [json.loads(line)["id"] for line in lines]
    assert got == [first] * FIRST + [later] * 3


@pytest.mark.parametrize(("first", "later"), [(1, None), ("a", None), (1.5, 2), (True, False), ([1], [2, 3])])
def test_what_a_column_can_hold_is_written(
    tagship: Command, artifact: Path, tmp_path: Path, first: Any, later: Any
) -> None:
    data, out = json_file(tmp_path / "in.jsonl", first, later), tmp_path / "out.parquet"
    done = tagship("predict", artifact, data, "--id-column", "id", "--out", out)
    assert (done.code, done.err) == (0, "")
    assert pyarrow.parquet.read_table(out)["id"].to_pylist() == [first] * FIRST + [later] * 3


TIMES = {
    pyarrow.timestamp("s"): [0, 1],
    pyarrow.timestamp("ns"): [0, 1],
    pyarrow.timestamp("us", "UTC"): [0, 1],
    pyarrow.timestamp("s", None): [0, 400_000_000_000],  # a year that Python does not have
    pyarrow.time32("ms"): [0, 1],
    pyarrow.time64("ns"): [0, 1],
    pyarrow.date32(): [0, 1],
    pyarrow.duration("ns"): [0, 1],
    pyarrow.duration("s"): [0, 1],
}


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize(("kind", "values"), TIMES.items(), ids=str)
def test_times_pass_through(
    tagship: Command, artifact: Path, tmp_path: Path, kind: Any, values: list[int], out: str
) -> None:
    storage = pyarrow.int32() if kind.bit_width == 32 else pyarrow.int64()
    times = pyarrow.array(values, storage).view(kind)
    data, target = tmp_path / "in.parquet", tmp_path / out
    columns = {name: np.ones(2, np.float32) for name in NAMES}
    pyarrow.parquet.write_table(pyarrow.table({**columns, "id": times}), data)
    done = tagship("predict", artifact, data, "--id-column", "id", "--out", target)
    assert (done.code, done.err) == (0, "")
    if out == "out.parquet":
        assert (
            pyarrow.parquet.read_table(target)["id"]
            .combine_chunks()
            .equals(pyarrow.parquet.read_table(data)["id"].combine_chunks())
        )
        return
    with target.open(newline="") as lines:
        got = [row["id"] for row in (csv.DictReader(lines) if out == "out.csv" else map(json.loads, lines))]
    assert len(set(got)) == 2, got  # nothing is rounded away


@pytest.mark.parametrize("kind", [pyarrow.time64("ns"), pyarrow.timestamp("ns"), pyarrow.duration("ns")], ids=str)
def test_a_feature_is_no_time(tagship: Command, artifact: Path, tmp_path: Path, kind: Any) -> None:
    data = tmp_path / "in.parquet"
    columns = {name: np.ones(2, np.float32) for name in NAMES[1:]}
    pyarrow.parquet.write_table(
        pyarrow.table({**columns, NAMES[0]: pyarrow.array([0, 1], pyarrow.int64()).view(kind)}), data
    )
    done = tagship("predict", artifact, data, "--out", tmp_path / "out.csv")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert f"column '{NAMES[0]}' holds {kind}; numbers are needed" in done.err
    assert not (tmp_path / "out.csv").exists()


NUMBERS = ["94.2e-2", "1.50", "007", " 2", "1e3", "0", "-.5"]


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".parquet", "large.csv"])
def test_a_feature_that_passes_on_is_written_as_it_is_spelled(
    kind: str, tagship: Command, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model gets numbers, and the output what names the row."""
    monkeypatch.setattr(csv_rows, "LARGE", 1 if kind == "large.csv" else 1 << 30)
    name, plain = NAMES[0], tmp_path / "plain.csv"
    columns = {name: NUMBERS} | {other: ["1"] * len(NUMBERS) for other in NAMES[1:]}
    source = tmp_path / f"in{kind}"
    if kind == ".parquet":
        pyarrow.parquet.write_table(pyarrow.table(columns), source)
    elif kind == ".jsonl":
        cells = zip(*columns.values(), strict=True)
        source.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in cells))
    else:
        source.write_text("\n".join([",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]) + "\n")
    plain.write_text("\n".join([",".join(columns), *(f"{float(cell)},1,1,1,1,1" for cell in NUMBERS)]) + "\n")
    out = tmp_path / "out.jsonl"
    done = tagship("predict", artifact, source, "--id-column", name, "--scores", "--out", out)
    assert (done.code, done.err) == (0, "")
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row.pop(name) for row in rows] == NUMBERS
    done = tagship("predict", artifact, plain, "--scores", "--format", "jsonl")
    assert [json.loads(line) for line in done.out.splitlines()] == rows


def test_ids_of_rows_around_one_that_is_left_out(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    rows = [f"{cell},1,1,{'x' if row == 3 else 1},1,1" for row, cell in enumerate(NUMBERS)]
    (tmp_path / "in.csv").write_text("\n".join([",".join(NAMES), *rows]) + "\n")
    done = tagship("predict", artifact, tmp_path / "in.csv", "--id-column", NAMES[0], "--on-error", "skip")
    assert [row[0] for row in csv.reader(done.out.splitlines())][1:] == NUMBERS[:3] + NUMBERS[4:]
