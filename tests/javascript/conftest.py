"""The npm package, compiled, and what runs it; each test is skipped with a reason where that is not on the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "runtime" / "javascript"
MODULES = SOURCES / "node_modules"
SCRIPTS = Path(__file__).parent
OLDEST_NODE = (20, 16)
"""As runtime/javascript/package.json says."""


def run(command: Sequence[object], *, cwd: Path | None = None, given: Any = None) -> str:
    """What a command prints; a failing test where it fails."""
    environment = os.environ | {"NO_COLOR": "1", "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=None if given is None else json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not on this machine; .ci/run installs it on Debian")
    version = run([found, "--version"]).strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < OLDEST_NODE:
        pytest.skip(f"node is {version}; {'.'.join(map(str, OLDEST_NODE))} or newer is needed")
    return found


@pytest.fixture(scope="session")
def modules(node: str) -> Path:
    """Where the package's development tools and the engines are."""
    if not (MODULES / ".bin" / "tsc").exists():
        pytest.skip("the tools of runtime/javascript are not installed; run: make javascript")
    return MODULES


@pytest.fixture(scope="session")
def package(node: str, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled package, installed beside the engines: its folder of ES modules and types."""
    folder = tmp_path_factory.mktemp("installed") / "node_modules" / "tagship"
    run([node, modules / ".bin" / "tsc", "--outDir", folder / "dist"], cwd=SOURCES)
    shutil.copy(SOURCES / "package.json", folder)
    for installed in modules.iterdir():
        (folder.parent / installed.name).symlink_to(installed)
    return folder / "dist"


@pytest.fixture(scope="session")
def ask(node: str, modules: Path, package: Path) -> Callable[..., Any]:
    """Run ask.mjs, which loads an artifact in Node and answers questions about it."""

    def ask(artifact: Path | None, engine: str, **questions: Any) -> Any:
        given = {"artifact": str(artifact), "engine": engine, "modules": str(modules), **questions}
        return json.loads(run([node, SCRIPTS / "ask.mjs", (package / "index.js").as_uri()], given=given))

    return ask
