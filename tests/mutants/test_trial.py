"""One run of tests with a changed module: in a process of its own, with an end."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from mutants.areas import ROOT

TESTS = {
    "notices": "def test_it(): assert tagship_runtime.thresholds.__doc__",
    "hangs": "def test_it():\n    while not tagship_runtime.thresholds.__doc__: pass",
    "waits": "def test_it():\n    while not tagship_runtime.thresholds.__doc__: time.sleep(1)",
    "slow": "@pytest.fixture\ndef scaled_run(): pass\n@pytest.fixture\ndef made(scaled_run): pass\n"
    "def test_it(made): assert 0\n@pytest.mark.slow\ndef test_that(): assert 0\ndef test_there(): pass",
    "name_of_a_fixture": "@pytest.mark.parametrize('artifact', [1])\n"
    "def test_it(artifact): assert tagship_runtime.thresholds.__doc__",
    "imports_nothing": "def test_it(): pass",
}

SCRIPT = """
import ast, json, sys
from pathlib import Path
from mutants.areas import Area
from mutants.trial import run

folder, found = Path(sys.argv[1]), {}
for file in sorted(folder.glob("test_*.py")):
    area = Area("tagship_runtime.thresholds", (file,))
    source = area.path.read_text()
    tree = ast.parse(source)
    changed = ast.Module(tree.body[1:], [])  # without its docstring
    done = [run(area, module, folder, 3.0, 8.0 if "waits" in file.name else 200.0) for module in (tree, changed)]
    found[file.stem] = [[one.passed, one.loaded, one.seconds > 0, "passed" in one.output] for one in done]
    assert area.path.read_text() == source
assert not any(name.startswith("tagship") for name in sys.modules)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What each file's tests gave, of the module as it is and without its docstring."""
    folder = tmp_path_factory.mktemp("trials")
    for name, tests in TESTS.items():
        head = "import time, pytest\n" + ("" if name == "imports_nothing" else "import tagship_runtime.thresholds\n")
        (folder / f"test_{name}.py").write_text(head + tests)
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder)]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, check=True, timeout=600)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("tests", "passed", "loaded"),
    [
        ("notices", False, True),
        ("hangs", False, True),
        ("waits", False, True),
        ("slow", True, True),
        ("name_of_a_fixture", False, True),
        ("imports_nothing", True, False),
    ],
)
def test_a_trial(tests: str, passed: bool, loaded: bool, trials: Any) -> None:
    as_it_is, changed = trials[f"test_{tests}"]
    assert as_it_is == [True, loaded, True, True]
    assert changed[:3] == [passed, loaded, True]
