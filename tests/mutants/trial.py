"""One run of an area's tests, in a forked process, with a module as it is or changed."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import math
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import NoReturn

import pytest

from mutants.areas import ROOT, Area

TRAINED = frozenset({"article_run", "scaled_run"})
"""Fixtures that train a model; tests that need one, by way of whatever other fixture, are not fast."""

NOT_LOADED = 90
"""Exit code: the tests passed without ever importing the module."""

OPTIONS = (
    *("-o", "addopts=", "--import-mode=importlib", "--assert=plain", "-x", "-q"),
    *("-p", "no:cacheprovider", "-p", "no:xdist"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the tests ended.

    Attributes:
        passed: Whether they all passed.
        loaded: Whether they imported the module.
        seconds: Processor time that they took.
        output: What pytest printed.
    """

    passed: bool
    loaded: bool
    seconds: float
    output: str


class Loader(importlib.abc.InspectLoader):
    """Loads one module from a syntax tree, under its own name and path."""

    def __init__(self, tree: ast.Module, path: Path) -> None:
        self.tree, self.path = tree, path

    def get_source(self, fullname: str) -> str:
        """Return the source as it is on disk."""
        return self.path.read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> CodeType:
        """Compile the tree."""
        return compile(self.tree, str(self.path), "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds one module in a syntax tree and leaves the others alone."""

    def __init__(self, module: str, loader: Loader) -> None:
        self.module, self.loader = module, loader

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find the module."""
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.loader.path, loader=self.loader)


class FastAlone:
    """A pytest plugin that leaves out what needs a trained model."""

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the fast tests."""
        slow = [
            item
            for item in items
            if TRAINED & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("slow")
        ]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def run(area: Area, tree: ast.Module, folder: Path, seconds: float, clock: float) -> Outcome:
    """Run an area's tests with the module made from a tree.

    Args:
        area: The module and its tests.
        tree: The module's code.
        folder: For what is printed.
        seconds: Processor time after which the process ends.
        clock: Seconds after which it ends although it waits.
    """
    log = folder / "output.txt"

    def test() -> int:
        sys.meta_path.insert(0, Finder(area.module, Loader(tree, area.path)))
        code = pytest.main([*OPTIONS, *map(str, area.tests)], plugins=[FastAlone()])
        return int(code) or (0 if area.module in sys.modules else NOT_LOADED)

    code, spent = _in_a_fork(test, log, seconds, clock)
    output = log.read_text(encoding="utf-8", errors="replace")
    return Outcome(passed=code in (0, NOT_LOADED), loaded=code != NOT_LOADED, seconds=spent, output=output)


def _in_a_fork(call: Callable[[], int], log: Path, seconds: float, clock: float) -> tuple[int, float]:
    """Return what a call returned in a process of its own, and the processor time that this took."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _leave(call, log, seconds)
    until = time.monotonic() + clock
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        if time.monotonic() > until:  # it waits for something that never comes
            os.killpg(child, signal.SIGKILL)
            until = math.inf
        time.sleep(0.01)


def _leave(call: Callable[[], int], log: Path, seconds: float) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)  # so that its own children end with it
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.chdir(ROOT)
        code = call()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
