"""What README and docs show is true of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_python_blocks_run(
    document: Path, artifacts: dict[tuple[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder where the artifacts that they name are, each document's blocks one after the other."""
    folder = artifacts["plain", "tflite"].parent
    for name in ("float32.tflite", "artifacts/float32.tflite"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(folder / "float32.tflite")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in PYTHON.findall(document.read_text()):
        exec(compile(block, str(document), "exec"), names)  # noqa: S102


def test_commands_in_the_documents_exist() -> None:
    from tagship_runtime.cli import ELSEWHERE, OWN

    found = {name for path in DOCUMENTS for name in re.findall(r"^(?:\$ )?tagship (\w+)", path.read_text(), re.M)}
    assert found
    assert found <= {*OWN, *ELSEWHERE}
