"""``tagship predict`` as a stream: every kind of file in and out, bad rows, standard input."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.typing import Features

NAMES = [f"feature_{i}" for i in range(6)]
Command = Callable[..., Any]
COMMAND = (sys.executable, "-m", "tagship_runtime", "predict")


def table(rows: Features) -> pyarrow.Table:
    columns = {name: rows[:, i] for i, name in reversed(list(enumerate(NAMES)))}
    return pyarrow.table(columns | {"part": [f"part-{i}" for i in range(len(rows))]})


def write(table: pyarrow.Table, path: Path) -> Path:
    if ".csv" in path.suffixes:
        text = ",".join(table.column_names) + "\n"
        text += "".join(",".join(map(str, row.values())) + "\n" for row in table.to_pylist())
    elif path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=1000)
        return path
    else:
        text = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def read(path: Path) -> list[dict[str, Any]]:
    match path.name.removesuffix(".gz").rpartition(".")[2]:
        case "parquet":
            return list(pyarrow.parquet.read_table(path).to_pylist())
        case "jsonl":
            return list(pyarrow.json.read_json(pyarrow.input_stream(path)).to_pylist())
        case _:
            rows = pyarrow.csv.read_csv(pyarrow.input_stream(path)).to_pylist()
            return [{k: bool(v) if k.startswith("class") else v for k, v in row.items()} for row in rows]


@pytest.mark.parametrize("size", [0, 1, 9000])
@pytest.mark.parametrize("out", ["out.csv", "out.csv.gz", "out.jsonl", "out.jsonl.gz", "out.parquet"])
@pytest.mark.parametrize("source", ["in.csv", "in.csv.gz", "in.jsonl", "in.ndjson", "in.parquet"])
def test_every_kind_of_file_in_and_out(
    tagship: Command, artifact: Path, rows: Features, tmp_path: Path, source: str, out: str, size: int
) -> None:
    many = np.resize(rows, (size, 6))
    data, target = write(table(many), tmp_path / source), tmp_path / "made" / out
    done = tagship("predict", artifact, data, "--out", target, "--scores", "--id-column", "part")
    said = "" if size else "tagship: nothing was predicted, as the table has no rows\n"
    assert (done.code, done.out, done.err) == (0, "", said)
    assert [path.name for path in target.parent.iterdir()] == [out]
    if size == 0 and "jsonl" in out:
        assert (gzip.decompress if out.endswith(".gz") else bytes)(target.read_bytes()) == b""
        return
    got = read(target)
    model = tagship_runtime.load(artifact)
    scores, decisions = model.predict_proba(many), model.predict(many)
    assert [row["part"] for row in got] == [f"part-{i}" for i in range(size)]
    np.testing.assert_array_equal(
        np.array([[row[label] for label in model.labels] for row in got], bool).reshape(-1, 3), decisions
    )
    found = np.array([[row[f"score:{label}"] for label in model.labels] for row in got], np.float32).reshape(-1, 3)
    np.testing.assert_array_equal(found, scores)


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
def test_names_and_the_highest_scores(
    tagship: Command, artifact: Path, rows: Features, tmp_path: Path, out: str
) -> None:
    data, model = write(table(rows[:50]), tmp_path / "in.csv"), tagship_runtime.load(artifact)
    assert tagship("predict", artifact, data, "--labels-only", "--out", tmp_path / out).code == 0
    want: list[Any] = [list(names) for names in model.predict_labels(rows[:50])]
    if out.endswith(".csv"):
        with (tmp_path / out).open() as stream:
            got: list[Any] = [[name for name in row["labels"].split(";") if name] for row in csv.DictReader(stream)]
    else:
        got = [row["labels"] for row in read(tmp_path / out)]
    assert got == want
    assert tagship("predict", artifact, data, "--top-k", 2, "--scores", "--out", tmp_path / out).code == 0
    for row, highest in zip(read(tmp_path / out), model.top_k(rows[:50], 2), strict=True):
        assert list(row) == ["top:1", "top_score:1", "top:2", "top_score:2"]
        assert [row["top:1"], row["top:2"]] == [name for name, _ in highest]
        np.testing.assert_array_equal(
            np.array([row["top_score:1"], row["top_score:2"]], np.float32), [score for _, score in highest]
        )


BAD = {3: {"feature_2": "x"}, 4: {"feature_0": ""}, 77: {"feature_5": "1e39"}, 8500: {"feature_1": "nan"}}


@pytest.mark.parametrize("source", ["in.csv", "in.jsonl"])
def test_bad_rows_are_named_or_left_out(
    tagship: Command, artifact: Path, rows: Features, tmp_path: Path, source: str
) -> None:
    many = np.resize(rows, (9000, 6))
    records = [row | BAD.get(number, {}) for number, row in enumerate(table(many).to_pylist())]
    if source == "in.csv":
        lines = [",".join(records[0])] + [",".join(map(str, row.values())) for row in records]
        lines[101] = "1,2,3"  # row 100
    else:
        lines = [json.dumps(row) for row in records]
        lines[100] = "{half"
    data = tmp_path / source
    data.write_text("\n".join(lines) + "\n")
    stopped = tagship("predict", artifact, data, "--out", tmp_path / "out.csv")
    assert (stopped.code, stopped.out) == (2, "")
    assert "row 4, column 'feature_0': the value is missing" in stopped.err  # the first column that has a bad cell
    assert not (tmp_path / "out.csv").exists()
    done = tagship("predict", artifact, data, "--id-column", "part", "--on-error", "skip", "--labels-only")
    assert done.code == 0
    assert done.err == (
        "tagship: left out 5 of 9,000 rows; the first: row 3, column 'feature_2': 'x' is not a number; "
        "a finite number is needed\n"
    )
    kept = [number for number in range(9000) if number not in (*BAD, 100)]
    got = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["part"] for row in got] == [f"part-{number}" for number in kept]
    names = tagship_runtime.load(artifact).predict_labels(many[kept])
    assert [row["labels"] for row in got] == [";".join(labels) for labels in names]


def test_a_row_of_wrong_length_is_named(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    data = tmp_path / "in.csv"
    data.write_text(",".join(NAMES) + "\n1,2,3,4,5,6\n\n1,2\n")
    done = tagship("predict", artifact, data)
    assert done.code == 2
    assert "line 4 (row 1): has 2 cells, the header has 6" in done.err


@pytest.mark.parametrize("spoil", ["", " 7 ", "true", "1_000", "x"])
def test_pyarrow_and_the_plain_reader_agree(
    tagship: Command, artifact: Path, rows: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    monkeypatch.setattr("tagship_runtime.files.readers.csv_rows.LARGE", 1 << 60)
    data = write(table(np.resize(rows, (60_000, 6))), tmp_path / "in.csv")
    lines = data.read_text().splitlines(keepends=True)
    if spoil:
        lines[50_001] = ",".join([spoil, *lines[50_001].split(",")[1:]])
    data.write_text("".join(lines))
    command = ("predict", artifact, data, "--scores", "--id-column", "part", "--on-error", "skip")
    plain = tagship(*command)
    monkeypatch.setattr("tagship_runtime.files.readers.csv_rows.LARGE", 0)
    fast = tagship(*command)
    assert (fast.code, fast.err) == (plain.code, plain.err)
    assert fast.out == plain.out
    assert plain.err.count("row 50000") == (spoil in ("x", "1_000"))


def stranger(artifact: Path, folder: Path) -> Path:
    """The reference classifier, its last four features the values of two categories."""
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    features = (
        NumericFeature(name="a"),
        NumericFeature(name="b", fill=3.0),
        CategoryFeature(name="colour", values=("red", "green")),
        CategoryFeature(name="size", values=("s", "")),
    )
    path = folder / f"mixed{artifact.suffix}"
    path.write_bytes(container.attach(payload, replace(contract, features=features, golden=None)))
    return path


def test_unknown_words_are_counted(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    mixed = stranger(artifact, tmp_path)
    data = tmp_path / "in.csv"
    data.write_text("a,b,colour,size\n1,2,red,s\n1,,blue,\n1,2,,xl\n1,2,Red,s\nx,2,blue,s\n")
    done = tagship("predict", mixed, data, "--on-error", "skip")
    assert done.code == 0
    assert done.err.splitlines()[1:] == [
        "tagship: 2 of 4 cells of 'colour' hold a word that the model does not know; 'Red' is 'red' in training",
        "tagship: 1 of 4 cells of 'size' hold a word that the model does not know",
    ]


def test_a_header_without_rows_is_told(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(",".join(NAMES) + "\n")
    done = tagship("predict", artifact, tmp_path / "in.csv")
    assert (done.code, done.err.splitlines()) == (
        0,
        ["tagship: nothing was predicted, as the table has no rows"],
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (",".join(NAMES).upper(), "'FEATURE_0' was called 'feature_0' in training, so rename it"),
        (",".join(NAMES).replace("feature_3", " feature_3 "), "' feature_3 ' was called 'feature_3' in training"),
        (
            "# Export 2024",
            "line 2 (row 0): has 6 cells, the header has 1; they have to match; if '# Export 2024' is no",
        ),
        ("Parts, hall 3\n" + ",".join(NAMES), "if 'Parts' is no column but a line above their names, remove it"),
        (",".join(NAMES[:4]), "has 6 cells, the header has 4; they have to match; if some are halves of a number"),
        (
            ",".join(NAMES[:2]),
            "line 2 (row 0): has 6 cells, the header has 2; they have to match; if 'feature_0' is no",
        ),
        (
            ";".join(NAMES) + "\n[mm]" + ";[g]" * 5,
            "'[mm]' is not a number; a finite number is needed; if this is a row",
        ),
        (",".join(NAMES) + "\n1,2,3 mm,4,5,6", "'3 mm' is not a number; a finite number without a unit is needed"),
        ('Parts\n"' + ",".join(NAMES) + '"', "if the line 'Parts' stands above the names of the columns, remove it"),
    ],
)
def test_what_is_wrong_with_a_header_is_named(
    header: str, said: str, tagship: Command, artifact: Path, tmp_path: Path
) -> None:
    row = "1;2;3;4;5;6" if ";" in header else '"1,2,3,4,5,6"' if '"' in header else "1,2,3,4,5,6"
    (tmp_path / "in.csv").write_text(f"{header}\n{row}\n")
    done = tagship("predict", artifact, tmp_path / "in.csv")
    assert done.code == 2
    assert said in done.err


FOLLOWED = {
    "csv": [",".join(NAMES), "1,2,3,4,5,6", "6,23,0,4,8,8"],
    "jsonl": [json.dumps(dict(zip(NAMES, row, strict=True))) for row in ((1, 2, 3, 4, 5, 6), (6, 23, 0, 4, 8, 8))],
}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_follow_answers_each_row_as_it_comes(artifact: Path, kind: str) -> None:
    command = [*COMMAND, str(artifact), "-", "--follow", "--labels-only", "--on-error", "skip", "--format", kind]
    want = tagship_runtime.load(artifact).predict_labels([[1, 2, 3, 4, 5, 6], [6, 23, 0, 4, 8, 8]])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers: list[str] = []
        lines = list(FOLLOWED[kind])
        if kind == "csv":
            process.stdin.write(f"{lines.pop(0)}\n".encode())
        for line in lines:
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            if kind == "csv" and not answers:
                assert process.stdout.readline() == b"labels\n"
            answers.append(process.stdout.readline().decode().strip())  # it hangs if the answer waits for more rows
            process.stdin.write(b"not a row\n")
            process.stdin.flush()
        _, err = process.communicate()
    assert process.returncode == 0
    shown = [";".join(names) if kind == "csv" else json.dumps({"labels": list(names)}) for names in want]
    assert answers == shown
    assert b"left out 2 of 4 rows" in err


def test_usage_errors(tagship: Command, artifact: Path, tmp_path: Path, rows: Features) -> None:
    data = write(table(rows[:3]), tmp_path / "in.csv")
    cases = {
        ("--follow",): "give - instead",
        ("--top-k", 0): "from 1 to 3",
        ("--top-k", 4): "from 1 to 3",
        ("--top-k", 1, "--labels-only"): "give one of them",
        ("--id-column", "absent"): "missing column 'absent'",
        ("--id-column", "class_0"): "the predictions have a column of that name",
        ("--out", tmp_path / "x.txt"): "a name that ends in .csv",
        ("--out", tmp_path / "x.csv", "--format", "csv"): "--format is for stdout",
        ("--threads", 0): "at least 1",
        ("--sha256", "ab"): "64 hex digits",
        ("--sha256", "0" * 64): "the one that is wanted",
    }
    for options, said in cases.items():
        done = tagship("predict", artifact, data, *options)
        assert (done.code, done.out) == (2, ""), options
        assert said in done.err, (options, done.err)
        assert len(done.err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_thresholds_add_up(tagship: Command, artifact: Path, tmp_path: Path, rows: Features) -> None:
    data = write(table(rows[:200]), tmp_path / "in.csv")
    done = tagship("predict", artifact, data, "--threshold", "class_0=0.9", "--threshold", "class_1=0.1")
    want = tagship_runtime.load(artifact, thresholds={"class_0": 0.9, "class_1": 0.1}).predict(rows[:200])
    assert done.out.splitlines()[1:] == [",".join(str(int(on)) for on in row) for row in want]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(artifact: Path, tmp_path: Path, rows: Features, terminal: bool) -> None:
    data = write(table(rows), tmp_path / "in.csv")
    command = [*COMMAND, str(artifact), str(data), "--out", str(tmp_path / "out.csv")]
    if not terminal:
        assert subprocess.run(command, capture_output=True, check=True).stderr == b""
        return
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while process.poll() is None or b"rows/s" not in shown:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the other side has gone
                break
    os.close(ours)
    assert process.returncode == 0
    assert b"5,000 rows, " in shown
    assert shown.endswith(b"\r\x1b[K")


def test_memory_is_constant(artifact: Path, tmp_path: Path, rows: Features) -> None:
    peaks = []
    for size in (100_000, 400_000):
        data = tmp_path / "in.csv"
        data.write_text(",".join(NAMES) + "\n" + "1,2,3,4,5,6\n" * size)
        measure = "import resource, sys; from tagship_runtime.cli.main import main; main(sys.argv[1:]); "
        measure += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        command = [
            sys.executable,
            "-c",
            measure,
            "predict",
            str(artifact),
            str(data),
            "--out",
            str(tmp_path / "out.csv"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] < peaks[0] + 30  # MB; all rows at once would take 200 more


def test_json_rows_may_lack_what_the_first_had(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    mixed, data = stranger(artifact, tmp_path), tmp_path / "in.jsonl"
    data.write_text('{"a": 1, "b": 2, "colour": "red", "size": "s"}\n\n{"a": 1, "size": null}\n')
    assert tagship("predict", mixed, data).code == 0
    data.write_text('{"a": 1, "b": 2, "colour": "red"}\n')
    done = tagship("predict", mixed, data)
    assert done.code == 2
    assert "missing column 'size'" in done.err
