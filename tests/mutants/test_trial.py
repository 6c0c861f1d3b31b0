"""One run of tests with a changed module: in a process of its own, with an end."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mutants.areas import ROOT

TESTS = {
    "notices": "def test_it(): assert tagship_runtime.thresholds.__doc__",
    "hangs": "def test_it():\n    while not tagship_runtime.thresholds.__doc__: pass",
    "waits": "def test_it():\n    while not tagship_runtime.thresholds.__doc__: time.sleep(1)",
    "slow": "def test_it(artifacts): assert 0\n@pytest.mark.slow\ndef test_that(): assert 0\ndef test_there(): pass",
    "imports nothing": "def test_it(): pass",
}

SCRIPT = """
import ast, sys
from pathlib import Path
from mutants.areas import Area
from mutants.trial import run

area = Area("tagship_runtime.thresholds", (Path(sys.argv[1]),))
source = area.path.read_text()
tree = ast.parse(source)
changed = ast.Module(tree.body[1:], [])  # without its docstring
for module in (tree, changed):
    done = run(area, module, Path(sys.argv[2]), 5.0, float(sys.argv[3]))
    print(done.passed, done.loaded, done.seconds > 0)
print("test_it" in done.output or "passed" in done.output)
print(area.path.read_text() == source, any(name.startswith("tagship") for name in sys.modules))
"""


@pytest.mark.parametrize(
    ("tests", "want"),
    [
        ("notices", ["True True", "False True"]),
        ("hangs", ["True True", "False True"]),
        ("waits", ["True True", "False True"]),
        ("slow", ["True True", "True True"]),
        ("imports nothing", ["True False", "True False"]),
    ],
)
def test_a_trial(tests: str, want: list[str], tmp_path: Path) -> None:
    head = "import time, pytest\n" + ("" if tests == "imports nothing" else "import tagship_runtime.thresholds\n")
    file = tmp_path / "test_made_up.py"
    file.write_text(head + TESTS[tests])
    clock = "4" if tests == "waits" else "100"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(file), str(tmp_path), clock],
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    lines = done.stdout.splitlines()
    assert [line.rpartition(" ")[0] for line in lines[:2]] == want
    assert [line.rpartition(" ")[2] for line in lines[:2]] == ["True", "True"]
    assert lines[3] == "True False"
