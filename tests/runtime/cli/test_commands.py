"""``tagship predict``, ``inspect``, ``selftest`` and ``benchmark`` from the outside."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.typing import Features

NAMES = [f"feature_{i}" for i in range(6)]
Command = Callable[..., Any]


def table(rows: Features, names: list[str] = NAMES) -> str:
    lines = [",".join([*names[::-1], "note"])]
    lines += [",".join([*(f"{value:g}" for value in row[::-1]), "x"]) for row in rows]
    return "\n".join(lines) + "\n"


@pytest.fixture
def csv_file(rows: Features, tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(table(rows[:20]))
    return path


def test_decisions_by_name(tagship: Command, artifact: Path, csv_file: Path, rows: Features) -> None:
    done = tagship("predict", artifact, csv_file)
    assert done.code == 0
    got = list(csv.DictReader(io.StringIO(done.out)))
    want = tagship_runtime.load(artifact).predict(rows[:20])
    assert [[int(row[f"class_{i}"]) for i in range(3)] for row in got] == want.astype(int).tolist()


def test_scores_and_names(tagship: Command, artifact: Path, csv_file: Path, rows: Features) -> None:
    done = tagship("predict", artifact, csv_file, "--scores", "--labels-only", "--threshold", "class_0=0.9")
    got = list(csv.DictReader(io.StringIO(done.out)))
    model = tagship_runtime.load(artifact, thresholds={"class_0": 0.9})
    scores = np.array([[float(row[f"score:class_{i}"]) for i in range(3)] for row in got], np.float32)
    np.testing.assert_array_equal(scores, model.predict_proba(rows[:20]))
    assert [row["labels"] for row in got] == [";".join(names) for names in model.predict_labels(rows[:20])]


@pytest.mark.parametrize("suffix", [".csv.gz", ".parquet", ".jsonl"])
def test_other_tables(tagship: Command, artifact: Path, csv_file: Path, rows: Features, suffix: str) -> None:
    path = csv_file.with_name(f"other{suffix}")
    columns = {name: rows[:20, i] for i, name in enumerate(NAMES)}
    match suffix:
        case ".csv.gz":
            path.write_bytes(gzip.compress(csv_file.read_bytes()))
        case ".parquet":
            pyarrow.parquet.write_table(pyarrow.table(columns), path)
        case ".jsonl":
            lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in rows[:20].tolist()]
            path.write_text("\n".join(lines) + "\n\n")
    assert tagship("predict", artifact, path).out == tagship("predict", artifact, csv_file).out


def test_out_is_written_whole(tagship: Command, artifact: Path, csv_file: Path) -> None:
    out = csv_file.with_name("decisions.csv")
    done = tagship("predict", artifact, csv_file, "--out", out)
    assert (done.code, done.out) == (0, "")
    assert out.read_text() == tagship("predict", artifact, csv_file).out


def test_a_failure_leaves_no_half_file(tagship: Command, artifact: Path, tmp_path: Path, rows: Features) -> None:
    spoiled = tmp_path / "spoiled.csv"
    spoiled.write_text(table(np.tile(rows, (2, 1))) + "1,2,3,x,5,6,note\n")  # in the second batch
    out = tmp_path / "out" / "decisions.csv"
    done = tagship("predict", artifact, spoiled, "--out", out)
    assert done.code == 2
    assert "row 10000, column 'feature_2': 'x' is not a number" in done.err
    assert list(out.parent.iterdir()) == []


def test_stdin_and_a_closed_pipe(artifact: Path, rows: Features) -> None:
    command = [sys.executable, "-m", "tagship_runtime", "predict", str(artifact), "-"]
    done = subprocess.run(command, input=table(rows[:3]), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 4
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(table(np.repeat(rows, 4, axis=0)).encode())
        assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("feature_0,feature_1\n1,2\n", "missing columns 'feature_2'"),
        (",".join(NAMES) + "\n1,2,,4,5,6\n", "row 0, column 'feature_2': the value is missing (NaN)"),
        (",".join(NAMES) + "\n1,2,3\n", "has 3 cells, the header has 6"),
        (",".join([*NAMES, NAMES[0]]) + "\n", "more than one column"),
        ("\x00PNG", "missing columns"),
    ],
)
def test_bad_tables(tagship: Command, artifact: Path, tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    done = tagship("predict", artifact, path)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))


def test_bad_files(tagship: Command, artifact: Path, csv_file: Path, tmp_path: Path) -> None:
    png, empty = tmp_path / "picture.png", tmp_path / "empty.tflite"
    for picture in (png, png.with_suffix(".csv")):
        picture.write_bytes(PNG)
    empty.write_bytes(b"")
    bare = tmp_path / f"bare{artifact.suffix}"
    bare.write_bytes(container.unpack(artifact.read_bytes()).payload)
    cases = {
        ("predict", tmp_path / "absent.tflite", csv_file): "does not exist",
        ("predict", tmp_path, csv_file): "is a folder",
        ("predict", png, csv_file): "a .tflite or .onnx model is needed",
        ("predict", empty, csv_file): "an empty file",
        ("predict", bare, csv_file): "--labels",
        ("predict", artifact, png): "do not know this kind of table",
        ("predict", artifact, png.with_suffix(".csv")): "not text in UTF-8",
        ("predict", artifact, tmp_path): "is a folder",
        ("predict", artifact, tmp_path / "absent.csv"): "does not exist",
        ("predict", artifact, csv_file, "--threshold", "class_7=0.5"): "no label is called 'class_7'",
        ("predict", artifact, csv_file, "--threshold", "high"): "--threshold is 'high'",
        ("predict", artifact, "sample:nothing"): "sample:synthetic",
        ("inspect", bare): "no tagship contract",
        ("selftest", png): "a .tflite or .onnx model is needed",
    }
    for arguments, said in cases.items():
        done = tagship(*arguments)
        assert (done.code, done.out) == (2, ""), arguments
        assert said in done.err, arguments
        assert len(done.err.splitlines()) == 1, done.err


def test_labels_for_a_file_without_contract(tagship: Command, artifact: Path, tmp_path: Path, rows: Features) -> None:
    bare = tmp_path / f"bare{artifact.suffix}"
    bare.write_bytes(container.unpack(artifact.read_bytes()).payload)
    in_order = tmp_path / "in-order.csv"
    in_order.write_text("a,b,c,d,e,f\n" + "\n".join(",".join(f"{v:g}" for v in row) for row in rows[:9]) + "\n")
    done = tagship("predict", bare, in_order, "--labels", "x,y,z", "--threshold", "0.3")
    assert done.code == 0, done.err
    want = tagship_runtime.load(artifact).predict_proba(rows[:9]) >= np.float32(0.3)
    assert done.out.splitlines() == ["x,y,z"] + [",".join(str(int(on)) for on in row) for row in want]
    quoted = tagship("predict", bare, in_order, "--labels", '"a; b", "c, d",e', "--threshold", "0.3")
    assert quoted.out.splitlines() == ['a; b,"c, d",e', *done.out.splitlines()[1:]]
    joined = tagship("predict", bare, in_order, "--labels", '"a; b", "c, d",e', "--labels-only")
    assert (joined.code, joined.out) == (2, "")
    assert "label 'a; b' holds a ';'" in joined.err
    apart = tagship("predict", bare, in_order, "--labels", '"a; b", "c, d",e', "--labels-only", "--format", "jsonl")
    assert {name for line in apart.out.splitlines() for name in json.loads(line)["labels"]} == {"a; b", "e"}


def test_inspect_and_selftest(tagship: Command, artifact: Path) -> None:
    shown = tagship("inspect", artifact)
    assert shown.code == 0
    assert "class_1" in shown.out
    assert json.loads(tagship("inspect", artifact, "--json").out)["tagship"] == 1
    replayed = tagship("selftest", artifact, "--json")
    assert replayed.code == 0
    assert json.loads(replayed.out)["passed"] is True


def test_benchmark(tagship: Command, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagship_runtime.cli.benchmark.ONE_ROW_CALLS", 5)
    (speed,) = json.loads(tagship("benchmark", artifact, "--json").out)
    assert speed["bytes"] == artifact.stat().st_size
    assert speed["one_row_us"] > 0
    assert speed["selftest"] is True
    assert "rows/s" in tagship("benchmark", artifact).out


def test_benchmark_recommends(
    tagship: Command, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagship_runtime.cli.benchmark.ONE_ROW_CALLS", 5)
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    assert contract.golden is not None
    wrong, small = tmp_path / "wrong.bin", tmp_path / "small.bin"
    scores = tuple(tuple(0.5 for _ in row) for row in contract.golden.scores)
    wrong.write_bytes(container.attach(payload, replace(contract, golden=replace(contract.golden, scores=scores))))
    small.write_bytes(container.attach(payload, replace(contract, golden=None)))
    lines = tagship("benchmark", artifact, wrong, small).out.splitlines()
    assert [(line.split()[0], line.split()[-1]) for line in lines[1:4]] == [
        (artifact.name, "passed"),
        ("wrong.bin", "FAILED"),
        ("small.bin", "none"),
    ]
    assert lines[4] == "not wrong.bin: it fails its self-test on this machine"
    assert [line.partition(":")[0] for line in lines[5:]] == [
        "for one row at a time",
        "for batches",
        "for a quick start",
        "smallest",
    ]
    assert not [line for line in lines[5:] if wrong.name in line]
    assert lines[8] == "smallest: small.bin"


def test_help_names_every_command(tagship: Command) -> None:
    done = tagship("--help")
    assert done.code == 0
    for command in ("predict", "inspect", "selftest", "benchmark", "train", "export", "verify"):
        assert command in done.out
    assert tagship("predict", "--help").out.count("tagship predict") >= 3
    assert tagship("prdict").code == 2
    assert tagship().code == 2


def test_all_columns_passed_on_leave_none_for_the_input(tagship: Command, artifact: Path, tmp_path: Path) -> None:
    bare, table = tmp_path / f"bare{artifact.suffix}", tmp_path / "rows.csv"
    bare.write_bytes(container.unpack(artifact.read_bytes()).payload)
    table.write_text("a,b\n1,2\n")
    done = tagship("predict", bare, table, "--labels", "x,y,z", "--id-column", "a", "--id-column", "b")
    assert (done.code, done.out) == (2, "")
    assert "of the columns 'a', 'b' none is left for the model" in done.err
