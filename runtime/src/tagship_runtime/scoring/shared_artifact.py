"""Artifacts that travel to many processes, each of which replays the golden rows before its first answer."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import dataclass, replace
from typing import Any, Self

from tagship_runtime.container import digest_of
from tagship_runtime.contract import Contract
from tagship_runtime.errors import CheckFailedError, UsageError
from tagship_runtime.loading import load, read_bytes, read_contract
from tagship_runtime.predictor import Predictor
from tagship_runtime.selftest import replay
from tagship_runtime.terminal.silence import quiet

_LOCK = threading.Lock()
_LOADED: dict[tuple[int, SharedArtifact], Predictor] = {}
"""Predictors by process and artifact: a forked process proves its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedArtifact:
    """An artifact that processes load for themselves, pinned to one file.

    Attributes:
        sha256: Digest of the whole file, in hex; every process refuses another file.
        data: The file, which travels along; None where every process reads ``path``.
        path: Where every process finds it.
        thresholds: In place of the contract's.
        proved: Whether golden rows are replayed before the first answer.
    """

    sha256: str
    data: bytes | None
    path: str | None
    thresholds: tuple[float, ...] | None
    proved: bool

    @classmethod
    def of(
        cls,
        source: Any,
        *,
        by_path: bool = False,
        sha256: str | None = None,
        proved: bool = True,
    ) -> Self:
        """Read an artifact here, without an engine, and pin it.

        Args:
            source: A path, or the file's bytes.
            by_path: Whether other processes read the path, rather than get the bytes.
            sha256: The digest that the file has to have; None to take the one that it has.
            proved: Whether golden rows are replayed.

        Raises:
            ArtifactError: No artifact, another one, or damaged.
            UsageError: There is no path, or there are no golden rows to replay.
        """
        data, path = read_bytes(source, sha256=sha256)
        if by_path and path is None:
            raise UsageError("by_path was given with bytes; give the path that every process reads")
        _, contract = read_contract(data)
        if proved and contract.golden is None:
            raise UsageError(
                "the artifact has no golden rows, so no process can show that it computes what was exported; export it "
                "with --golden synthetic, or pass prove=False"
            )
        return cls(
            sha256=digest_of(data),
            data=None if by_path else data,
            path=os.path.realpath(path) if by_path and path is not None else None,
            thresholds=None,
            proved=proved,
        )

    def with_thresholds(self, thresholds: tuple[float, ...]) -> Self:
        """Return the same artifact with other thresholds."""
        return replace(self, thresholds=thresholds)

    def contract(self) -> Contract:
        """Read the contract, without an engine."""
        return read_contract(self.data or self.path or "")[1]

    def predictor(self) -> Predictor:
        """Return this process' predictor; the first call loads and proves it.

        Raises:
            ArtifactError: The file at the path is another one, or damaged.
            CheckFailedError: This machine computes something else than was exported.
        """
        key = os.getpid(), self
        with _LOCK:
            if key not in _LOADED:
                with quiet():  # LiteRT announces its delegates on stderr
                    model = load(self.data or self.path or "", sha256=self.sha256, thresholds=self.thresholds)
                if self.proved:
                    prove(model)
                _LOADED[key] = model
            return _LOADED[key]


def prove(model: Predictor) -> None:
    """Replay the golden rows.

    Raises:
        CheckFailedError: This machine computes something else than was exported.
    """
    test = replay(model)
    if not test.passed:
        raise CheckFailedError(
            f"{platform.node()} computes something else than was exported, so it answers nothing: {test.finding}; "
            f"golden scores are off by {test.max_difference:.2g} (tolerance {test.tolerance:.2g}), {test.flips} flips, "
            f"with {test.engine} on {test.machine}"
        )
