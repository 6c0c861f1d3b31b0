"""A Node process that scores encoded rows with the npm package, as another engine of an artifact."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_export.errors import ExportError, NodePackageError
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.node_package import find_node
from tagship_runtime.container import attach, unpack
from tagship_runtime.errors import CheckFailedError, EngineError

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features, Scores

ENGINES = ("plain", "onnxruntime-node")
"""Engines of the package that run in Node: its own, and one that may be installed beside it."""

SCRIPT = Path(__file__).with_name("node_scores.mjs")


class NodeRunner:
    """Runs encoded rows through the npm package; see :class:`tagship_export.targets.runner.ArtifactRunner`.

    Args:
        folder: Where npm has installed ``tagship``.
        engine: One of ``ENGINES``.
        data: The artifact.

    Raises:
        ExportError: Node is not there.
        NodePackageError: The package or the engine is not installed there.
        EngineError: The engine has no such operations, or Node fails.
        CheckFailedError: The package refuses the artifact, or golden rows come out differently.
    """

    def __init__(self, folder: Path, engine: str, data: bytes) -> None:
        node = find_node()
        payload, contract = _unpacked(data)
        self.input, self.output = contract.input, contract.output
        self._files = TemporaryDirectory()
        whole, bare = (Path(self._files.name) / name for name in ("artifact.onnx", "bare.onnx"))
        whole.write_bytes(data)
        bare.write_bytes(attach(payload, contract.replace(features=None, golden=None)))
        command = [node, str(SCRIPT), str(folder.resolve()), engine, str(whole), str(bare)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            answer = self._answer()
            if "missing" in answer:
                raise NodePackageError(str(answer["missing"]), str(folder))
            if answer.get("unsupported"):
                raise EngineError(str(answer["error"]))
            if "error" in answer:
                raise CheckFailedError(f"in Node, by {engine}: {answer['error']}")
        except Exception:
            self.close()
            raise

    def scores(self, matrix: Features) -> Scores:
        """See :class:`tagship_export.targets.runner.Runner`."""
        assert self._process.stdin is not None  # noqa: S101  a pipe
        self._process.stdin.write(json.dumps(matrix.tolist()) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise EngineError(f"Node refuses rows: {answer['error']}")
        return np.array(answer["scores"], np.float32).reshape(len(matrix), self.output.shape[-1] or 0)

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        """See :class:`tagship_export.targets.runner.ArtifactRunner`."""
        return lambda: self.scores(row) >= thresholds

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._files.cleanup()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  a pipe
        line = self._process.stdout.readline()
        if not line:
            raise EngineError(f"Node ended with code {self._process.wait()} without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer


def in_node(
    artifact: OpenArtifact, data: bytes, folder: Path, on_skip: Callable[[str], None]
) -> Iterator[OpenArtifact]:
    """Yield the artifact once for each engine that is installed and has its operations, its scores computed in Node.

    Args:
        artifact: As its target opened it.
        data: Its bytes.
        folder: Where npm has installed ``tagship``.
        on_skip: Told which engine does not run it, and why.

    Raises:
        ExportError: Node or the package is not there, or no engine runs the artifact.
        CheckFailedError: The package refuses the artifact, or golden rows come out differently.
    """
    reasons = []
    for engine in ENGINES:
        try:
            runner = NodeRunner(folder, engine, data)
        except (NodePackageError, EngineError) as error:
            if isinstance(error, NodePackageError) and error.package == "tagship":
                raise
            reasons.append(f"{engine} in Node: not run, {error}")
            on_skip(reasons[-1])
            continue
        yield replace(artifact, name=f"{artifact.name} ({engine} in Node)", runner=runner, layer_values=None)
    if len(reasons) == len(ENGINES):
        raise ExportError(f"{artifact.name} runs by no engine in {folder}: {'; '.join(reasons)}")


def _unpacked(data: bytes) -> tuple[bytes, Contract]:
    _, payload, contract = unpack(data)
    if contract is None:
        raise ExportError("Node runs artifacts, and this file has no contract; 'tagship attach' gives it one")
    return payload, contract
