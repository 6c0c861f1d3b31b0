"""``tagship predict`` over folders and patterns: every row once, whatever happens in between."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest

from tagship_runtime.cli.predict import add_arguments
from tagship_runtime.cli.predict_folder import DECIDING
from tagship_runtime.folders.journal import NAME

PARCELS = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
Command = Callable[..., Any]
ROWS = 300


def make(folder: Path, parts: int = 4, rows: int = ROWS) -> Path:
    """A folder of Parquet files with ``id`` counted through."""
    random = np.random.default_rng(3)
    folder.mkdir(parents=True)
    for part in range(parts):
        table = pyarrow.table(
            {
                "id": np.arange(part * rows, (part + 1) * rows),
                "weight": random.uniform(0, 20, rows),
                "humidity": random.uniform(0, 100, rows),
                "surface": random.choice(["steel", "ice"], rows).tolist(),
            }
        )
        pyarrow.parquet.write_table(table, folder / f"part-{part}.parquet")
    return folder


def ids(folder: Path) -> list[int]:
    return [
        row for path in sorted(folder.rglob("*.parquet")) for row in pyarrow.parquet.read_table(path)["id"].to_pylist()
    ]


def answers(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {NAME}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pattern_gives_what_single_files_give(tagship: Command, tmp_path: Path, workers: int) -> None:
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    options = ("--id-column", "id", "--scores")
    done = tagship("predict", PARCELS, f"{rows}/*.parquet", "--out", out, "--workers", workers, *options)
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines()[0] == f"tagship: 1,200 rows of 4 tables: {out}"
    assert done.err.splitlines()[1].endswith("of 1,200 cells of 'surface' hold a word that the model does not know")
    assert answers(out) == {f"part-{part}.parquet" for part in range(4)}
    for part in range(4):
        single = tmp_path / "single.parquet"
        assert tagship("predict", PARCELS, rows / f"part-{part}.parquet", "--out", single, *options).code == 0
        assert single.read_bytes() == (out / f"part-{part}.parquet").read_bytes()


def test_a_folder_keeps_its_shape(tagship: Command, tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows" / "day=1"), tmp_path / "out"
    make(tmp_path / "rows" / "day=2", parts=1)
    (tmp_path / "rows" / "_SUCCESS").touch()
    (tmp_path / "rows" / ".part.crc").touch()
    (tmp_path / "rows" / "notes.md").touch()
    table = pyarrow.parquet.read_table(rows / "part-0.parquet")
    pyarrow.csv.write_csv(table, rows / "more.csv")
    assert tagship("predict", PARCELS, tmp_path / "rows", "--out", out).code == 0
    assert answers(out) == {
        *(f"day=1/part-{part}.parquet" for part in range(4)),
        "day=2/part-0.parquet",
        "day=1/more.csv",
    }
    other = tmp_path / "lines"
    assert tagship("predict", PARCELS, f"{tmp_path}/rows/**/*.parquet", "--out", other, "--format", "jsonl").code == 0
    assert answers(other) == {*(f"day=1/part-{part}.jsonl" for part in range(4)), "day=2/part-0.jsonl"}
    assert json.loads((other / "day=2" / "part-0.jsonl").read_text().splitlines()[0]).keys() == {
        "fragile",
        "heavy",
        "humid",
    }


def test_finished_parts_are_skipped(tagship: Command, tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    command = ("predict", PARCELS, rows, "--out", out, "--id-column", "id")
    first = tagship(*command)
    made = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    again = tagship(*command)
    assert again.err.replace(", 4 of them before", "") == first.err
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")} == made

    (out / "part-1.parquet").unlink()  # lost
    (out / "part-2.parquet").write_bytes(b"")  # cut short
    os.utime(rows / "part-3.parquet", ns=(1, 1))  # another table since
    third = tagship(*command)
    assert ", 1 of them before" in third.err
    assert ids(out) == list(range(4 * ROWS))
    changed = {path.name for path, stamp in made.items() if path.stat().st_mtime_ns != stamp}
    assert changed == {"part-1.parquet", "part-2.parquet", "part-3.parquet"}


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b'{"made_by": {',
        b'{"part": "part-0.par',
        b'{"part": "part-0.parquet"}',
        b'{"part": "\xff"}',
        b'{"part": []}\n[1]',
    ],
)
def test_a_journal_that_is_cut_short(tagship: Command, tmp_path: Path, cut: bytes) -> None:
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    command = ("predict", PARCELS, rows, "--out", out, "--id-column", "id")
    assert tagship(*command).code == 0
    lines = (out / NAME).read_bytes().splitlines(keepends=True)
    (out / NAME).write_bytes((lines[0] if cut.startswith(b'{"part') else b"") + cut)
    assert tagship(*command).code == 0
    assert ids(out) == list(range(4 * ROWS))
    assert len((out / NAME).read_bytes().splitlines()) == 5


def test_answers_of_other_makers_are_not_mixed(tagship: Command, tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    assert tagship("predict", PARCELS, rows, "--out", out).code == 0
    before = {path: path.read_bytes() for path in out.iterdir()}
    done = tagship("predict", PARCELS, rows, "--out", out, "--scores", "--threshold", "heavy=0.9")
    assert (done.code, done.err) == (
        2,
        f"tagship: error: {out} holds answers that were made with another scores and threshold; give another --out, or "
        "empty it\n",
    )
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_every_option_that_may_change_answers_is_one_of_their_makers() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    others = {
        "artifact", "data", "out", "drift", "follow", "threads", "workers", "sha256", "public_key", "allow_loops",
    }  # fmt: skip
    assert vars(parser.parse_args(["M", "rows"])).keys() - others == set(DECIDING)


def test_a_bad_row_names_its_table(tagship: Command, tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    table = pyarrow.parquet.read_table(rows / "part-2.parquet")
    weight = [None if row == 17 else cell for row, cell in enumerate(table["weight"].to_pylist())]
    bad = table.set_column(1, "weight", pyarrow.array(weight, pyarrow.float64()))
    pyarrow.parquet.write_table(bad, rows / "part-2.parquet")
    command = ("predict", PARCELS, rows, "--out", out, "--id-column", "id")
    done = tagship(*command)
    assert done.code == 2
    place, said = (
        f"{rows}/part-2.parquet: row 17, column 'weight'",
        "the value is missing (NaN); this feature has no fill",
    )
    assert done.err.startswith(f"tagship: error: {place}: {said}")
    assert done.err.count("\n") == 1
    assert answers(out) == {"part-0.parquet", "part-1.parquet"}
    pyarrow.parquet.write_table(table, rows / "part-2.parquet")
    assert ", 2 of them before" in tagship(*command).err
    assert ids(out) == list(range(4 * ROWS))

    pyarrow.parquet.write_table(bad, rows / "part-2.parquet")
    left_out = tagship(*command[:-4], "--out", tmp_path / "skip", "--id-column", "id", "--on-error", "skip")
    assert left_out.code == 0
    assert f"left out 1 of 1,200 rows; the first: {place}" in left_out.err
    assert ids(tmp_path / "skip") == [row for row in range(4 * ROWS) if row != 2 * ROWS + 17]


@pytest.mark.parametrize("row", [0, 63, 64, 4000, 4999])
def test_a_bad_row_in_one_of_many_row_groups(tagship: Command, tmp_path: Path, row: int) -> None:
    """No row is lost beside it, and none is there twice."""
    (path,) = make(tmp_path / "rows", parts=1, rows=5000).iterdir()
    table = pyarrow.parquet.read_table(path)
    weight = [None if number == row else cell for number, cell in enumerate(table["weight"].to_pylist())]
    bad = table.set_column(1, "weight", pyarrow.array(weight, pyarrow.float64()))
    pyarrow.parquet.write_table(bad, path, row_group_size=64)
    (tmp_path / "out").mkdir()
    command = ("predict", PARCELS, path, "--out", tmp_path / "out" / "a.parquet", "--id-column", "id")
    done = tagship(*command)
    assert done.code == 2
    assert f"row {row}, column 'weight': the value is missing" in done.err
    assert list((tmp_path / "out").iterdir()) == []
    assert tagship(*command, "--on-error", "skip").code == 0
    assert ids(tmp_path / "out") == [number for number in range(5000) if number != row]


def run(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tagship_runtime", "predict", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


def finish(*arguments: object) -> None:
    with run(*arguments) as process:
        _, err = process.communicate()
    assert process.returncode == 0, err


def children(process: subprocess.Popen[str]) -> list[int]:
    """Workers; multiprocessing has a process of its own besides."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in map(int, found) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


LARGE = {"parts": 6, "rows": 120_000}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers in /proc")
def test_a_killed_worker_costs_no_row(tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows", **LARGE), tmp_path / "out"
    with run(PARCELS, rows, "--out", out, "--id-column", "id", "--workers", 2) as process:
        wait_for(lambda: list(out.glob("*.parquet")))
        os.kill(children(process)[0], signal.SIGKILL)
        _, err = process.communicate()
    assert process.returncode == 0, err
    assert "a worker ended by SIGKILL (out of memory?) while it answered" in err
    assert ids(out) == list(range(LARGE["parts"] * LARGE["rows"]))
    assert answers(out) == {f"part-{part}.parquet" for part in range(6)}  # nothing half-written is left


KILLED = """
import os, signal, sys
from tagship_runtime.cli import predict_folder
from tagship_runtime.cli.main import main

class Deadly(predict_folder.Answer):
    def __call__(self, part):
        if part.source.endswith("part-1.parquet"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(part)

if __name__ == "__main__":
    predict_folder.Answer = Deadly
    sys.exit(main(sys.argv[1:]))
"""


def test_a_table_that_kills_workers_is_named(tmp_path: Path) -> None:
    rows, out, program = make(tmp_path / "rows"), tmp_path / "out", tmp_path / "program.py"
    program.write_text(KILLED)
    command = list(map(str, (sys.executable, program, "predict", PARCELS, rows, "--out", out, "--id-column", "id")))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"tagship: error: two workers died over {rows}/part-1.parquet, the last one by SIGKILL (out of memory?); what "
        "is finished stays, and the same command goes on from there: give fewer --workers, or divide the table"
    )
    assert answers(out) == {"part-0.parquet"}
    finish(PARCELS, rows, "--out", out, "--id-column", "id")
    assert ids(out) == list(range(4 * ROWS))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers in /proc")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_ended_it_goes_on_where_it_was(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    rows, out = make(tmp_path / "rows", **LARGE), tmp_path / "out"
    command = (PARCELS, rows, "--out", out, "--id-column", "id", "--workers", 2)
    with run(*command) as process:
        wait_for(lambda: (out / NAME).exists() and len((out / NAME).read_text().splitlines()) > 1)
        workers = children(process)
        process.send_signal(sent)
        process.communicate()
    assert process.returncode == code
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    for path in out.glob("*.parquet"):
        assert pyarrow.parquet.read_table(path).num_rows == LARGE["rows"]
    if sent != signal.SIGKILL:
        assert not [path for path in out.iterdir() if path.suffix == ".tmp"]
    finish(*command)
    assert ids(out) == list(range(LARGE["parts"] * LARGE["rows"]))
    assert answers(out) == {f"part-{part}.parquet" for part in range(6)}


def test_one_process_at_a_time(tagship: Command, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="no locks of folders on this system")
    rows, out = make(tmp_path / "rows"), tmp_path / "out"
    out.mkdir()
    held = os.open(out, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    done = tagship("predict", PARCELS, rows, "--out", out)
    os.close(held)
    assert (done.code, done.err.count("another process is writing")) == (2, 1)
    assert tagship("predict", PARCELS, rows, "--out", out).code == 0


def test_what_does_not_fit_is_refused_before_anything_is_written(tagship: Command, tmp_path: Path) -> None:
    rows, out = make(tmp_path / "rows", parts=1), tmp_path / "out"
    pyarrow.csv.write_csv(pyarrow.parquet.read_table(rows / "part-0.parquet"), rows / "part-0.csv")
    single = rows / "part-0.parquet"
    for arguments, message in {
        (rows,): "name a folder for their answers with --out",
        (f"{rows}/*.xlsx", "--out", out): "no table is in",
        (rows, "--out", out, "--workers", 0): "--workers is 0",
        (rows, "--out", out, "--format", "csv"): "would both be answered in part-0.csv",
        (rows, "--out", tmp_path): f"--out is {tmp_path}, in which {rows}/part-0.csv is",
        (rows, "--out", rows): "give a folder without tables to answer",
        (rows, "--out", out, "--follow"): "--follow answers rows on standard input",
        (single, "--workers", 2): "is one table",
        (single, "--format", "parquet"): "Parquet cannot be written to stdout",
        (f"{rows}/*.parquet", "--out", single): "which is a file",
        (rows, "--out", out, "--sha256", "0" * 64): "has SHA-256",
        (rows, "--out", out, "--top-k", 4): "k is 4; a whole number from 1 to 3",
    }.items():
        done = tagship("predict", PARCELS, *arguments)
        assert done.code == 2, arguments
        assert message in done.err, done.err
        assert done.err.count("\n") == 1, done.err
    assert not out.exists()
