"""ONNX through ONNX Runtime."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.base import Session
from tagship_runtime.errors import EngineError, PackageMissingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_PRODUCTS = (("session.qdq_matmulnbits_accuracy_level", "1"), ("session.x64quantprecision", "1"))
"""Settings by which products of stored integers are the same on every processor. By the first they are computed in
float32, where the default rounds activations to integers, differently on each (ONNX Runtime 1.32 and later; earlier
ones ignore it). By the second, int8 weights are computed with as uint8 where they would not be exact: x86 processors
without VNNI add two products of uint8 and int8 in 16 bits, and what does not fit is cut off."""

_DTYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"} | {
    f"tensor({kind}{bits})": f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)
}


class OnnxEngine:
    """One ``InferenceSession`` for all threads, which ONNX Runtime allows; each session binds memory of its own."""

    name = "ONNX Runtime"
    fallback = False

    def __init__(self, payload: bytes) -> None:
        self._payload, self.model_bytes = payload, len(payload)
        self._opened: Any = None
        inference = self._inference()
        inputs, outputs = inference.get_inputs(), inference.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise EngineError(
                f"the model has {len(inputs)} inputs and {len(outputs)} outputs; one each is what tagship runs"
            )
        self.input, self.output = _spec(inputs[0]), _spec(outputs[0])

    @property
    def version(self) -> str:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        import onnxruntime

        return str(onnxruntime.__version__)

    def session(self, rows: int) -> Session:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        return _Session(self._inference(), self.input, self.output, rows)

    def close(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        self._opened = None

    def reopen(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        _INHERITED.append(self._opened)  # its locks may be held by threads that are gone: never freed, never used
        self._opened = None

    def _inference(self) -> Any:
        if self._opened is None:
            self._opened = _open(self._payload)
        return self._opened


_INHERITED: list[Any] = []


def load(payload: bytes) -> OnnxEngine:
    """Open a .onnx model's bytes."""
    return OnnxEngine(payload)


def _open(payload: bytes) -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise PackageMissingError("onnxruntime", "onnx") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what fails is raised; nothing else is worth a line on stderr
    for setting in EXACT_PRODUCTS:
        options.add_session_config_entry(*setting)
    try:
        return onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common base but this
        raise EngineError(f"ONNX Runtime refuses the model: {error}") from error


class _Session:
    """Input and output bound once, which takes two thirds of the time of ``InferenceSession.run`` for one row."""

    def __init__(self, inference: Any, input: TensorSpec, output: TensorSpec, rows: int) -> None:
        self._inference_session, self._specs = inference, (input, output)
        self.resize(rows)

    def resize(self, rows: int) -> None:
        binding = self._inference_session.io_binding()
        binds = (binding.bind_input, binding.bind_output)
        for spec, bind, name in zip(self._specs, binds, ("input", "output"), strict=True):
            array: NDArray[Any] = np.zeros((rows, *spec.row_shape), spec.dtype)
            bind(spec.name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
            setattr(self, name, array)
        self.rows = rows
        # InferenceSession.run_with_iobinding does the same through two more Python calls.
        self._binding = binding
        self.invoke = partial(self._inference_session._sess.run_with_iobinding, binding._iobinding, None)

    input: NDArray[Any]
    output: NDArray[Any]


def _spec(tensor: Any) -> TensorSpec:
    return TensorSpec(
        name=tensor.name,
        dtype=_DTYPES.get(tensor.type, tensor.type),
        shape=tuple(size if isinstance(size, int) else None for size in tensor.shape),
    )
