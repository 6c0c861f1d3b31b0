"""LiteRT's predecessor, tflite-runtime, which has wheels for 32-bit Arm: where ai-edge-litert is not installed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_runtime.engines.litert import LiteRTEngine
from tagship_runtime.errors import EngineError, PackageMissingError

PRODUCTS = ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D")


class TFLiteRuntimeEngine(LiteRTEngine):
    """The same interface, kernels of 2023."""

    name = "tflite-runtime"
    fallback = True

    @property
    def version(self) -> str:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        from importlib.metadata import version

        return version("tflite-runtime")

    def _interpreter(self) -> Any:
        try:
            from tflite_runtime.interpreter import Interpreter
        except ModuleNotFoundError as error:
            raise PackageMissingError("ai-edge-litert", "litert") from error
        return Interpreter

    def _open(self) -> Any:
        interpreter = super()._open()
        refuse_dynamic(interpreter)
        return interpreter


def refuse_dynamic(interpreter: Any) -> None:
    """Refuse integer weights beside float activations, by the tensors and not by what the contract says.

    Its kernels know one scale per tensor, the weights have one per channel, so scores are off by up to 0.5.
    """
    dtypes = {tensor["index"]: tensor["dtype"] for tensor in interpreter.get_tensor_details()}
    for operation in interpreter._get_ops_details():
        rows, weights = (dtypes.get(index) for index in [*operation["inputs"], -1, -1][:2])
        if operation["op_name"] in PRODUCTS and rows is np.float32 and weights is np.int8:
            raise EngineError(
                "tflite-runtime computes int8 weights with float activations (dynamic_int8) wrongly; "
                "export another recipe, such as int8 or float32"
            )


def load(payload: bytes) -> TFLiteRuntimeEngine:
    """Open a .tflite model's bytes."""
    return TFLiteRuntimeEngine(payload)
