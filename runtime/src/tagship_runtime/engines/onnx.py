"""ONNX through ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_runtime.arrays import Features, Scores
from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError, EngineMissingError

CHUNK_ROWS = 4096
_DTYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}


class OnnxEngine:
    """One session for all threads; ONNX Runtime allows concurrent runs."""

    name = "ONNX Runtime"

    def __init__(self, payload: bytes, threads: int) -> None:
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise EngineMissingError("onnxruntime", "onnx") from error
        self.version: str = onnxruntime.__version__
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what fails is raised; nothing else is worth a line on stderr
        try:
            self._session: Any = onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no common base but this
            raise EngineError(f"ONNX Runtime refuses the model: {error}") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise EngineError(
                f"the model has {len(inputs)} inputs and {len(outputs)} outputs; one each is what tagship runs"
            )
        self.input, self.output = _spec(inputs[0]), _spec(outputs[0])

    def run(self, features: Features) -> Scores:
        """See :class:`tagship_runtime.engines.Engine`."""
        rows = len(features)
        if rows <= CHUNK_ROWS:
            return self._run(features)
        chunks = [self._run(features[start : start + CHUNK_ROWS]) for start in range(0, rows, CHUNK_ROWS)]
        return np.concatenate(chunks)

    def _run(self, features: Features) -> Scores:
        try:
            scores: Scores = self._session.run([self.output.name], {self.input.name: features})[0]
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed on {len(features)} rows: {error}") from error
        return scores


def load(payload: bytes, threads: int) -> OnnxEngine:
    """Open a .onnx model's bytes."""
    return OnnxEngine(payload, threads)


def _spec(tensor: Any) -> TensorSpec:
    return TensorSpec(
        name=tensor.name,
        dtype=_DTYPES.get(tensor.type, tensor.type),
        shape=tuple(size if isinstance(size, int) else None for size in tensor.shape),
    )
