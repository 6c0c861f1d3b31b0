"""Exports that are proved in Node as well."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.onnx.node_runner import ENGINES, NodeRunner
from tagship_export.targets.onnx.target import OnnxTarget
from tagship_runtime.typing import Features, Scores

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(package: Path) -> Path:
    """Where npm has installed the package, and onnxruntime-node beside it."""
    return package.parents[2]


def exported(tagship: Command, run: Path, out: Path, *more: object) -> tuple[int, list[dict[str, Any]]]:
    done = tagship("export", run, "--out", out, "--json", *more)
    return done.code, json.loads(done.out)


def test_each_engine_is_told(tagship: Command, folder: Path, runs: dict[str, Path], tmp_path: Path) -> None:
    code, made = exported(tagship, runs["plain"], tmp_path / "out", "--node", folder, "--recipes", "float32,int8")
    assert code == 0
    for one in made:
        told = [note for note in one["notes"] if "in Node" in note]
        name = Path(one["path"]).name
        if name.endswith(".tflite"):
            assert told == []
            continue
        assert [note.split(":")[0] for note in told] == [f"{engine} in Node" for engine in ENGINES]
        assert all("flips on 3,300 rows" in note for note in told)


class Shifted:
    """Scores of Node, and 0.2 besides."""

    def __init__(self, runner: NodeRunner) -> None:
        self.runner, self.input, self.output, self.one_row = runner, runner.input, runner.output, runner.one_row

    def scores(self, matrix: Features) -> Scores:
        return (self.runner.scores(matrix) + 0.2).clip(0, 1)

    def close(self) -> None:
        self.runner.close()


def test_what_decides_otherwise_in_node_is_rejected(
    tagship: Command, folder: Path, runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = OnnxTarget.in_node

    def shifted(
        target: OnnxTarget, artifact: OpenArtifact, data: bytes, folder: Path, on_skip: Callable[[str], None]
    ) -> Iterator[OpenArtifact]:
        for one in whole(target, artifact, data, folder, on_skip):
            assert isinstance(one.runner, NodeRunner)
            yield replace(one, runner=Shifted(one.runner))

    monkeypatch.setattr(OnnxTarget, "in_node", shifted)
    code, made = exported(tagship, runs["plain"], tmp_path / "out", "--node", folder)
    assert code == 1
    passed = {Path(one["path"]).parent.name: one["passed"] for one in made}
    assert passed == {"out": True, "rejected": False}
    (wrong,) = (one for one in made if not one["passed"])
    assert {fault.split(":")[0] for fault in wrong["faults"]} == {f"{engine} in Node" for engine in ENGINES}


def test_what_is_not_run_is_told(tagship: Command, package: Path, runs: dict[str, Path], tmp_path: Path) -> None:
    """An engine that is not installed, and a format that Node does not run."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "tagship").symlink_to(package.parent)
    done = tagship("export", runs["plain"], "--out", tmp_path / "out", "--node", tmp_path)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    reason = f"{tmp_path} has no npm package onnxruntime-node; run there: npm install onnxruntime-node"
    assert f"float32.onnx: onnxruntime-node in Node: not run, {reason}" in text
    assert "float32.onnx: plain in Node: scores within" in text
    assert "not run in Node, which runs .onnx: float32.tflite" in text
    document = json.loads((tmp_path / "out" / "export.json").read_text())
    (notes,) = (one["notes"] for one in document["artifacts"] if one["format"] == "onnx")
    assert [note.split(",")[0].partition(": ")[0] for note in notes] == ["plain in Node", "onnxruntime-node in Node"]


def test_what_is_not_there_is_told_before_anything_is_made(
    tagship: Command, node: str, folder: Path, runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    done = tagship("export", runs["plain"], "--out", out, "--node", tmp_path)
    assert done.code == 2
    assert "npm install tagship" in done.err
    done = tagship("export", runs["plain"], "--out", out, "--formats", "tflite", "--node", folder)
    assert done.code == 2
    assert "Node runs none of the formats tflite; add onnx, or leave --node out" in done.err
    monkeypatch.setenv("PATH", str(tmp_path))
    done = tagship("export", runs["plain"], "--out", out, "--node", folder)
    assert done.code == 2
    assert "node is not on this machine" in done.err
    assert not out.exists()
