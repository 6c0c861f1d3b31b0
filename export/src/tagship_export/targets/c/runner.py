"""Scores from C that the host's compiler made into a library."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_export.targets.c.compiler import build
from tagship_export.targets.c.harness import library
from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError, InputError, NotAScoreError
from tagship_runtime.features.integer_encoder import WHOLE

if TYPE_CHECKING:
    from tagship_runtime.typing import Features, Scores

ENGINE = "compiled C"
INPUT, OUTPUT = "features", "scores"


class CRunner:
    """A compiled network; see :class:`tagship_export.targets.runner.ArtifactRunner`.

    Args:
        files: Names and contents; ``library.c`` is compiled, and may include the others.
        calling: An expression of ``inputs`` and ``scores``, 0 where nothing was wrong.
        shapes: Of a row's features and scores.
    """

    def __init__(self, files: Mapping[str, str], calling: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        features, scores = shapes
        self.input = TensorSpec(name=INPUT, dtype="float32", shape=(1, *features))
        self.output = TensorSpec(name=OUTPUT, dtype="float32", shape=(1, *scores))
        with tempfile.TemporaryDirectory(prefix="tagship-") as name:  # what is loaded stays without its file
            folder = Path(name)
            for file, text in files.items():
                (folder / file).write_text(text, encoding="utf-8")
            (folder / "library.c").write_text(files["library.c"] + library(calling), encoding="utf-8")
            self._run: Any = ctypes.CDLL(str(build(folder, "library.c", "library.so", shared=True))).run
        self._run.restype = ctypes.c_long
        self._run.argtypes = (ctypes.c_void_p, ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_long)

    def scores(self, matrix: Features) -> Scores:
        """See :class:`tagship_export.targets.runner.Runner`.

        Raises:
            InputError: Integers of which float32, as C takes them, may make others.
        """
        if matrix.dtype.kind in "iu" and matrix.size and max(int(matrix.max()), -int(matrix.min())) >= WHOLE:
            raise InputError(f"a row holds an integer of {WHOLE:,} or more, and the C takes float32, which rounds it")
        rows = np.ascontiguousarray(matrix, np.float32)
        scores = np.zeros((len(rows), *self.output.row_shape), np.float32)
        width, labels = int(np.prod(self.input.row_shape)), int(np.prod(self.output.row_shape))
        if rows.shape[1:] != self.input.row_shape:
            raise EngineError(f"rows have shape {rows.shape[1:]}, the C takes {self.input.row_shape}")
        stopped = self._run(rows.ctypes.data, len(rows), width, scores.ctypes.data, labels)
        if stopped:
            wrong = scores[stopped - 1]
            raise NotAScoreError(ENGINE, stopped - 1, float(wrong[~((wrong >= 0) & (wrong <= 1))][0]))
        return scores

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        """See :class:`tagship_export.targets.runner.ArtifactRunner`."""
        rows = np.ascontiguousarray(row, np.float32)
        scores = np.zeros((1, *self.output.row_shape), np.float32)
        width, labels = rows.size, scores.size
        run, inputs, outputs = self._run, rows.ctypes.data, scores.ctypes.data

        def decide() -> object:
            run(inputs, 1, width, outputs, labels)
            return scores >= thresholds

        return decide

    def close(self) -> None:
        """See :class:`tagship_export.targets.runner.ArtifactRunner`; the library stays loaded to the process' end."""
