"""A contract beside an artifact is never there without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tagship_runtime.files.sidecar import contract_beside, write_artifact


class StoppedError(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("names", [0, 1, 2])
def test_wherever_the_process_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: int) -> None:
    artifact = tmp_path / "a.onnx"
    contract = contract_beside(artifact)
    write_artifact(artifact, b"old", {contract: b"of old"})
    assert (artifact.read_bytes(), contract.read_bytes()) == (b"old", b"of old")
    replace = Path.replace
    given: list[Path] = []

    def counted(path: Path, target: Path) -> Path:
        if len(given) == names:
            raise StoppedError
        given.append(target)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", counted)
    if names < 2:
        with pytest.raises(StoppedError):
            write_artifact(artifact, b"new", {contract: b"of new"})
    else:
        write_artifact(artifact, b"new", {contract: b"of new"})
    there = (artifact.read_bytes(), contract.read_bytes() if contract.exists() else None)
    assert there == [(b"old", None), (b"new", None), (b"new", b"of new")][names]


def test_nothing_changes_where_one_cannot_be_written(tmp_path: Path) -> None:
    artifact = tmp_path / "a.onnx"
    contract = contract_beside(artifact)
    write_artifact(artifact, b"old", {contract: b"of old"})
    with pytest.raises(TypeError):
        write_artifact(artifact, "no bytes", {contract: b"of new"})  # type: ignore[arg-type]
    assert (artifact.read_bytes(), contract.read_bytes()) == (b"old", b"of old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.onnx", "a.onnx.json"]
