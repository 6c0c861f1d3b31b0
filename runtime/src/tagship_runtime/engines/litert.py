"""LiteRT (TFLite) through ai-edge-litert."""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import Any

import numpy as np

from tagship_runtime.arrays import Features, Scores
from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError, EngineMissingError

CHUNK_ROWS = 4096


class LiteRTEngine:
    """A LiteRT interpreter per thread, because one is not safe to share and resizing it costs time."""

    name = "LiteRT"

    def __init__(self, payload: bytes, threads: int) -> None:
        self._payload, self._threads = payload, threads
        self._local = threading.local()
        state = self._state()
        self.input, self.output = state.input, state.output
        self.version = version("ai-edge-litert")

    def run(self, features: Features) -> Scores:
        """See :class:`tagship_runtime.engines.Engine`."""
        state = self._state()
        rows = len(features)
        scores = np.empty((rows, *(size or 1 for size in self.output.shape[1:])), np.float32)
        for start in range(0, rows, CHUNK_ROWS):
            chunk = features[start : start + CHUNK_ROWS]
            scores[start : start + len(chunk)] = state.run(chunk)
        return scores

    def _state(self) -> _Interpreter:
        state: _Interpreter | None = getattr(self._local, "state", None)
        if state is None:
            state = self._local.state = _Interpreter(self._payload, self._threads)
        return state


class _Interpreter:
    """One thread's interpreter and the batch size that it is set to."""

    def __init__(self, payload: bytes, threads: int) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ModuleNotFoundError as error:
            raise EngineMissingError("ai-edge-litert", "litert") from error
        try:
            self._engine: Any = Interpreter(model_content=payload, num_threads=threads)
            self._engine.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"LiteRT refuses the model: {error}") from error
        inputs, outputs = self._engine.get_input_details(), self._engine.get_output_details()
        if len(inputs) != 1 or len(outputs) != 1:
            raise EngineError(
                f"the model has {len(inputs)} inputs and {len(outputs)} outputs; one each is what tagship runs"
            )
        names: dict[str, list[str]] = next(iter(self._engine.get_signature_list().values()), {})
        self.input = _spec(inputs[0], names.get("inputs"))
        self.output = _spec(outputs[0], names.get("outputs"))
        self._in, self._out = inputs[0]["index"], outputs[0]["index"]
        self._rows = 1

    def run(self, features: Features) -> Scores:
        rows = len(features)
        try:
            if rows != self._rows:
                self._engine.resize_tensor_input(self._in, features.shape)
                self._engine.allocate_tensors()
                self._rows = rows
            self._engine.set_tensor(self._in, features)
            self._engine.invoke()
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"LiteRT failed on {rows} rows: {error}") from error
        scores: Scores = self._engine.get_tensor(self._out)
        return scores


def load(payload: bytes, threads: int) -> LiteRTEngine:
    """Open a .tflite model's bytes."""
    return LiteRTEngine(payload, threads)


def _spec(tensor: dict[str, Any], names: list[str] | None) -> TensorSpec:
    return TensorSpec(
        name=names[0] if names else tensor["name"],
        dtype=np.dtype(tensor["dtype"]).name,
        shape=tuple(None if size < 0 else int(size) for size in tensor["shape_signature"]),
    )
