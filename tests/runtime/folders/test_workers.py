"""Workers end by themselves once there is nothing to do: a signal would come between what they take down."""

from __future__ import annotations

import importlib
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from tagship_runtime.folders.parts import Part
from tagship_runtime.folders.workers import run_parts

SLOW = """
import atexit, time

def name_of(part):
    return part.name

def prepared():
    atexit.register(time.sleep, 0.3)
    return name_of
"""


def test_an_idle_worker_ends_before_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_worker.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    codes: list[int | None] = []
    terminate = SpawnProcess.terminate

    def noted(self: SpawnProcess) -> None:
        codes.append(self.exitcode)
        terminate(self)

    monkeypatch.setattr(SpawnProcess, "terminate", noted)
    prepare = importlib.import_module("slow_worker").prepared
    part = Part(name="a.csv", source=str(tmp_path / "a.csv"))
    assert [answer for _, answer in run_parts([part], prepare, 1, print)] == ["a.csv"]
    assert codes == [0]
