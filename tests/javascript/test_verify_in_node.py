"""Verification of artifacts by the scores that Node computes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_export.errors import ExportError
from tagship_export.targets.onnx.node_runner import ENGINES, NodeRunner, in_node
from tagship_export.targets.registry import open_artifact, open_in_node
from tagship_runtime import container
from tagship_runtime.errors import CheckFailedError

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(package: Path) -> Path:
    """Where npm has installed the package, and onnxruntime-node beside it."""
    return package.parents[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_node_scores_encoded_rows_as_the_runtime_does(
    engine: str, folder: Path, artifacts: dict[tuple[str, str], Path]
) -> None:
    path = artifacts["scaled", "onnx"]
    artifact = open_artifact(path)
    runner = NodeRunner(folder, engine, path.read_bytes())
    try:
        for rows in (1, 7, 300):
            matrix = np.random.default_rng(rows).uniform(0, 20, (rows, 6)).astype(np.float32)
            scores = runner.scores(matrix)
            assert scores.shape == (rows, 3)
            np.testing.assert_allclose(scores, artifact.runner.scores(matrix), rtol=0, atol=5e-6)
    finally:
        runner.close()


def test_each_engine_has_its_verdict(
    tagship: Command, folder: Path, runs: dict[str, Path], artifacts: dict[tuple[str, str], Path]
) -> None:
    path = artifacts["plain", "onnx"]
    done = tagship("verify", runs["plain"], path, "--node", folder, "--json")
    assert done.code == 0, done.out + done.err
    verdicts = json.loads(done.out)
    assert [one["artifact"] for one in verdicts] == [str(path), *(f"{path} ({engine} in Node)" for engine in ENGINES)]
    assert all(one["parity"]["rows"] == 3300 and one["passed"] for one in verdicts)


def test_golden_rows_that_come_out_differently_fail(
    tagship: Command, folder: Path, runs: dict[str, Path], artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    unpacked = container.unpack(artifacts["plain", "onnx"].read_bytes())
    contract = unpacked.contract
    assert contract is not None
    assert contract.golden is not None
    scores = [[1 - score for score in row] for row in contract.golden.scores]
    from dataclasses import replace

    golden = replace(contract.golden, scores=tuple(map(tuple, scores)))
    path = tmp_path / "wrong.onnx"
    path.write_bytes(container.attach(unpacked.payload, contract.replace(golden=golden)))
    with pytest.raises(CheckFailedError, match="in Node, by plain"):
        next(in_node(open_artifact(path), path.read_bytes(), folder, pytest.fail))
    assert tagship("verify", runs["plain"], path, "--node", folder).code == 1


def test_an_engine_that_lacks_operations_is_told(
    tagship: Command, folder: Path, every_kind: dict[str, Path], tmp_path: Path
) -> None:
    path = every_kind["one image float32.onnx"]
    told: list[str] = []
    (one,) = open_in_node(open_artifact(path), folder, told.append)
    one.runner.close()
    assert one.name == f"{path} (onnxruntime-node in Node)"
    lacking = "the plain engine has no Transpose, Conv, MaxPool, Reshape; pass onnx(ort) with"
    assert [why.partition(lacking)[0] for why in told] == [f"{path}: plain in Node: not run, "]
    assert lacking in told[0]


def test_what_is_not_there_is_told(
    tagship: Command,
    node: str,
    folder: Path,
    runs: dict[str, Path],
    artifacts: dict[tuple[str, str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = tagship("verify", runs["plain"], artifacts["plain", "onnx"], "--node", tmp_path)
    assert done.code == 2
    assert "npm install tagship" in done.err
    done = tagship("verify", runs["plain"], artifacts["plain", "tflite"], "--node", folder)
    assert done.code == 2
    assert "leave --node out" in done.err
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExportError, match="node is not on this machine"):
        NodeRunner(folder, "plain", artifacts["plain", "onnx"].read_bytes())
