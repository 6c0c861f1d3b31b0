"""What computes the scores: one module per engine, opened by the kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol

from tagship_runtime.arrays import Features, Scores
from tagship_runtime.container import Kind
from tagship_runtime.contract import TensorSpec


class Engine(Protocol):
    """A loaded model; may be used from several threads at once."""

    name: str
    version: str
    input: TensorSpec
    output: TensorSpec

    def run(self, features: Features) -> Scores:
        """Scores for rows as the model takes them.

        Args:
            features: C-contiguous float32, (rows, ...); at least one row.

        Returns:
            float32, (rows, labels), owned by the caller.

        Raises:
            EngineError: The engine failed.
        """


MODULES: Mapping[Kind, str] = {Kind.TFLITE: "litert", Kind.ONNX: "onnx"}


def open_engine(kind: Kind, payload: bytes, threads: int = 1) -> Engine:
    """Load a model file's bytes; the engine is imported here, on first use.

    Raises:
        EngineMissingError: The package that runs this kind of file is not installed.
        EngineError: The engine refuses the bytes.
    """
    module = import_module(f"{__name__}.{MODULES[kind]}")
    load: Callable[[bytes, int], Engine] = module.load
    return load(payload, threads)
