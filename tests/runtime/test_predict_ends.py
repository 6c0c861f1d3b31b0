"""``tagship predict`` that does not come to its end: signals, full disks, devices as output."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_runtime.arrays import Features

NAMES = [f"feature_{i}" for i in range(6)]
Command = Callable[..., Any]
COMMAND = (sys.executable, "-m", "tagship_runtime", "predict")


def write(rows: Features, path: Path) -> Path:
    lines = [",".join(NAMES), *(",".join(map(str, row)) for row in rows.tolist())]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [(signal.SIGINT, 130, b"tagship: error: interrupted\n"), (signal.SIGTERM, 143, b"")],
)
def test_ended_it_leaves_no_half_file(
    artifact: Path, tmp_path: Path, sent: signal.Signals, code: int, said: bytes
) -> None:
    out = tmp_path / "out" / "decisions.csv"
    command = [*COMMAND, str(artifact), "-", "--out", str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(f"{','.join(NAMES)}\n".encode() + b"1,2,3,4,5,6\n" * 40_000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not (out.parent.exists() and list(out.parent.iterdir())):  # it is writing by now
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(sent)
        _, err = process.communicate()
    assert process.returncode == code
    assert err == said
    assert list(out.parent.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line(artifact: Path, tmp_path: Path, rows: Features) -> None:
    data = write(rows, tmp_path / "in.csv")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, artifact, data], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "tagship: error: [Errno 28] No space left on device\n")


@pytest.mark.parametrize("suffix", ["csv", "jsonl.gz", "parquet"])
def test_a_full_disk_leaves_no_half_file(artifact: Path, tmp_path: Path, rows: Features, suffix: str) -> None:
    """A limit on the size of files stands for the disk."""
    data, out = write(np.resize(rows, (50_000, 6)), tmp_path / "in.csv"), tmp_path / "out" / f"x.{suffix}"

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [*COMMAND, artifact, data, "--scores", "--out", out],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr == f"tagship: error: cannot write {out}: File too large\n"
    assert list(out.parent.iterdir()) == []


def test_a_device_is_written_to_and_not_replaced(
    tagship: Command, artifact: Path, tmp_path: Path, rows: Features
) -> None:
    data, pipe = write(rows[:20], tmp_path / "in.csv"), tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:  # noqa: S607
        assert tagship("predict", artifact, data, "--out", pipe).code == 0
        out, _ = reader.communicate()
    assert pipe.is_fifo()
    assert out.decode() == tagship("predict", artifact, data).out
