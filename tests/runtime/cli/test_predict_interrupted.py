"""``tagship predict`` that does not come to its end: signals, full disks, devices as output."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_runtime.typing import Features

NAMES = [f"feature_{i}" for i in range(6)]
Command = Callable[..., Any]
COMMAND = (sys.executable, "-m", "tagship_runtime", "predict")


def write(rows: Features, path: Path) -> Path:
    lines = [",".join(NAMES), *(",".join(map(str, row)) for row in rows.tolist())]
    path.write_text("\n".join(lines) + "\n")
    return path


# Whoever runs the tests may ignore signals, as nohup does, and children inherit that; so it is undone for them.


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [(signal.SIGINT, 130, b"tagship: error: interrupted\n"), (signal.SIGTERM, 143, b""), (signal.SIGHUP, 129, b"")],
)
def test_ended_it_leaves_no_half_file(
    artifact: Path, tmp_path: Path, sent: signal.Signals, code: int, said: bytes
) -> None:
    out = tmp_path / "out" / "decisions.csv"
    command = [*COMMAND, str(artifact), "-", "--out", str(out)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=partial(signal.signal, sent, signal.SIG_DFL)
    ) as process:
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


SWALLOWING = """
import os, signal, sys
from tagship_runtime.cli.main import main
from tagship_runtime.predictor import Predictor

compute = Predictor.predict_proba

def swallow(*arguments, **options):
    {begin}
        os.kill(os.getpid(), signal.{sent})
    {end}
    return compute(*arguments, **options)

Predictor.predict_proba = swallow
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("sent", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize(
    ("begin", "end"),
    [("try:", "except BaseException: pass"), ("try:", "except BaseException as error: raise OSError('x') from error")],
    ids=["nothing", "another error"],
)
def test_a_signal_that_a_library_swallows_ends_it(
    artifact: Path, tmp_path: Path, rows: Features, sent: str, code: int, begin: str, end: str
) -> None:
    data, out = write(rows, tmp_path / "in.csv"), tmp_path / "out" / "x.csv"
    program = SWALLOWING.format(begin=begin, end=end, sent=sent)
    command = [sys.executable, "-c", program, "predict", str(artifact), str(data), "--out", str(out)]
    heeded = partial(signal.signal, getattr(signal, sent), signal.SIG_DFL)
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=heeded)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == ("tagship: error: interrupted\n" if sent == "SIGINT" else "")
    assert not out.parent.exists() or list(out.parent.iterdir()) == []


def test_what_is_ignored_stays_ignored(artifact: Path, tmp_path: Path) -> None:
    """As under nohup."""
    out = tmp_path / "x.csv"
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # noqa: E731
    with subprocess.Popen(
        [*COMMAND, str(artifact), "-", "--out", str(out)], stdin=subprocess.PIPE, preexec_fn=ignore
    ) as process:
        assert process.stdin is not None
        process.stdin.write(f"{','.join(NAMES)}\n".encode() + b"1,2,3,4,5,6\n" * 40_000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not list(tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGHUP)
        process.communicate()
    assert process.returncode == 0
    assert len(out.read_text().splitlines()) == 40_001


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl.gz", "x.parquet"])
def test_a_file_keeps_its_mode_and_a_link_its_target(
    tagship: Command, artifact: Path, tmp_path: Path, rows: Features, name: str
) -> None:
    data = write(rows[:5], tmp_path / "in.csv")
    target, link = tmp_path / "private" / name, tmp_path / name
    target.parent.mkdir()
    for mode in (0o600, 0o664, 0o444):
        target.touch()
        target.chmod(mode)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        assert tagship("predict", artifact, data, "--out", link).code == 0
        assert link.is_symlink()
        assert target.stat().st_mode & 0o777 == mode
        assert target.stat().st_size > 0
        assert [path.name for path in target.parent.iterdir()] == [name]


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
