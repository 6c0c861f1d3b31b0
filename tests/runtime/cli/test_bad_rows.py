"""Rows that cannot be read: each is refused with its number, or left out, and those after it are answered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime

NAMES = [f"feature_{i}" for i in range(6)]
GOOD = ([1, 2, 3, 4, 5, 6], [6, 23, 0, 4, 8, 8])
Command = Callable[..., Any]
COMMAND = (sys.executable, "-m", "tagship_runtime", "predict")


def csv_line(name: str, row: list[int]) -> bytes:
    return f"{name},{','.join(map(str, row))}".encode()


def json_line(name: str, row: list[int]) -> bytes:
    return json.dumps({"id": name, **dict(zip(NAMES, row, strict=True))}).encode()


SPOILED: dict[str, dict[str, tuple[bytes, str | None]]] = {
    "csv": {
        "a byte that is not UTF-8": (csv_line("X", GOOD[0]).replace(b"X", b"\xff"), "is not text in UTF-8"),
        "a long cell": (csv_line("x" * 2_200_000, GOOD[0]), "a cell has more than 2,097,152 characters"),
        "a carriage return": (csv_line("x", GOOD[0]).replace(b"3", b"3\r3"), None),
        "a cell too few": (b"x,1,2,3,4,5", "has 6 cells, the header has 7"),
    },
    "jsonl": {
        "a byte that is not UTF-8": (json_line("X", GOOD[0]).replace(b"X", b"\xff"), "is not text in UTF-8"),
        "half of a pair": (json_line("\ud800", GOOD[0]), "half of a surrogate pair"),
        "half of a pair as a name": (json_line("x", GOOD[0])[:-1] + b', "\\uDFff": 1}', "half of a surrogate pair"),
        "no object": (b"[1]", "an object is needed"),
        "a key twice": (
            json_line("x", GOOD[0])[:-1] + b', "feature_1": 9}',
            "the key 'feature_1' stands in it more than once",
        ),
    },
}
ALONE = {
    "a quotation mark at the start": csv_line('"x', GOOD[0]),
    "a quotation mark at the end": csv_line("x", [*GOOD[0][:5], 0]).replace(b",0", b',"6'),
}
"""Spoils one line where lines are read one by one; in a file, a cell may have several lines."""

CASES = [(kind, name) for kind, spoiled in SPOILED.items() for name in spoiled]
STREAMS = [(kind, name, live) for kind, name in CASES for live in (True, False)]
STREAMS += [("csv", name, True) for name in ALONE]


def content(kind: str, spoiled: bytes) -> bytes:
    line = {"csv": csv_line, "jsonl": json_line}[kind]
    lines = [line("first", GOOD[0]), spoiled, line("größe 😀", GOOD[1])]
    return b"".join(line + b"\n" for line in ([",".join(["id", *NAMES]).encode()] if kind == "csv" else []) + lines)


def answers(out: Path) -> list[tuple[str, ...]]:
    if out.suffix == ".parquet":
        import pyarrow.parquet

        return [(row["id"], *row["labels"]) for row in pyarrow.parquet.read_table(out).to_pylist()]
    lines = out.read_text(encoding="utf-8").splitlines()
    if out.suffix == ".jsonl":
        return [(row["id"], *row["labels"]) for row in map(json.loads, lines)]
    return [(name, *(labels.split(";") if labels else ())) for name, _, labels in (x.partition(",") for x in lines[1:])]


def wanted(artifact: Path) -> list[tuple[str, ...]]:
    names = tagship_runtime.load(artifact).predict_labels(list(GOOD))
    return [("first", *names[0]), ("größe 😀", *names[1])]


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_in_a_file(tagship: Command, artifact: Path, tmp_path: Path, kind: str, name: str, out: str) -> None:
    spoiled, said = SPOILED[kind][name]
    data, target = tmp_path / f"in.{kind}", tmp_path / "made" / out
    data.write_bytes(content(kind, spoiled))
    command = ("predict", artifact, data, "--id-column", "id", "--labels-only", "--out", target)
    stopped = tagship(*command)
    assert (stopped.code, stopped.out, len(stopped.err.splitlines())) == (2, "", 1)
    assert f"{data}, line {3 if kind == 'csv' else 2}" in stopped.err
    assert said is None or said in stopped.err
    assert not target.parent.exists() or list(target.parent.iterdir()) == []
    done = tagship(*command, "--on-error", "skip")
    assert done.code == 0, done.err
    assert done.err.startswith("tagship: left out ")
    assert answers(target) == wanted(artifact)


@pytest.mark.parametrize(("kind", "name", "live"), STREAMS)
def test_in_a_stream(artifact: Path, tmp_path: Path, kind: str, name: str, live: bool) -> None:
    spoiled = ALONE[name] if name in ALONE else SPOILED[kind][name][0]
    out = tmp_path / f"out.{kind}"
    command = [
        *COMMAND,
        str(artifact),
        "-",
        "--id-column",
        "id",
        "--labels-only",
        "--format",
        kind,
        "--on-error",
        "skip",
    ]
    with out.open("wb") as stream:
        done = subprocess.run(
            [*command, *(["--follow"] if live else [])],
            input=content(kind, spoiled),
            stdout=stream,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert answers(out) == wanted(artifact)
    if live:
        assert done.stderr.startswith(b"tagship: left out 1 of 3 rows; the first: standard input, line ")


def test_a_clash_of_columns_is_refused_before_anything_is_written(
    tagship: Command, artifact: Path, tmp_path: Path
) -> None:
    """A label may be called like the scores of another."""
    from tagship_runtime import container

    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    renamed, data = tmp_path / artifact.name, tmp_path / "in.csv"
    renamed.write_bytes(container.attach(payload, replace(contract, labels=("a", "score:a", "b"), golden=None)))
    data.write_bytes(content("csv", csv_line("x", GOOD[0])))
    done = tagship("predict", renamed, data, "--scores", "--out", tmp_path / "out.csv")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tagship: error: label 'score:a' and --scores ask for a column of the same name")
    assert not (tmp_path / "out.csv").exists()
    for options in ((), ("--scores", "--labels-only"), ("--scores", "--top-k", 2)):
        assert tagship("predict", renamed, data, *options).code == 0
