"""A line of C++ is left out of stderr, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tagship_runtime.terminal.stderr_lines import without

LINE = b"INFO: hello."


def test_only_the_line_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    with without(LINE) as left_out:
        os.write(2, b"before\nINFO: hello.\nINFO: hello. And more\nlast")
    os.write(2, b", after\n")
    assert capfd.readouterr().err == "before\nINFO: hello. And more\nlast, after\n"
    assert left_out == [b"INFO: hello.\n"]


def test_an_error_in_between_is_told_like_any_other(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), without(LINE):
        os.write(2, b"why\n")
        raise ValueError("broken")
    os.write(2, b"then\n")
    assert capfd.readouterr().err == "why\nthen\n"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list a process' descriptors")
def test_no_descriptor_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with without(LINE):
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_threads_do_not_take_each_others_file_for_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    def speak() -> None:
        for _ in range(200):
            with without(LINE):
                os.write(2, b"one\n")

    threads = [threading.Thread(target=speak) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capfd.readouterr().err == "one\n" * 800


@pytest.mark.parametrize("stderr", ["open", "closed"])
def test_loading_litert_prints_nothing(stderr: str, artifacts: dict[tuple[str, str], Path]) -> None:
    path = str(artifacts["plain", "tflite"])
    code = f"import tagship_runtime; print(tagship_runtime.load({path!r}).selftest().passed)"
    close = " 2>&-" if stderr == "closed" else ""
    command = ["/bin/sh", "-c", f'"$0" -c "$1"{close}', sys.executable, code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_model_that_is_refused_does_not_leave_the_greeting_to_the_next(
    artifacts: dict[tuple[str, str], Path],
) -> None:
    path = str(artifacts["plain", "tflite"])
    code = (
        "import tagship_runtime\nfrom tagship_runtime.engines import litert\n"
        "try: litert.load(b'no model')\nexcept tagship_runtime.EngineError: pass\n"
        f"tagship_runtime.load({path!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
