"""LiteRT (TFLite) through ai-edge-litert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.base import Session
from tagship_runtime.errors import EngineError, PackageMissingError
from tagship_runtime.terminal.stderr_lines import without

if TYPE_CHECKING:
    from numpy.typing import NDArray

GREETING = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU."
"""Line that LiteRT prints on stderr when the first interpreter of a process is made; no setting of it prevents that."""

_greeted = False


class LiteRTEngine:
    """The model's bytes; each session is an interpreter, because one is not safe to share."""

    name = "LiteRT"
    fallback = False

    def __init__(self, payload: bytes) -> None:
        self._payload, self.model_bytes = payload, len(payload)
        interpreter = self._open()
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        if len(inputs) != 1 or len(outputs) != 1:
            raise EngineError(
                f"the model has {len(inputs)} inputs and {len(outputs)} outputs; one each is what tagship runs"
            )
        names: dict[str, list[str]] = next(iter(interpreter.get_signature_list().values()), {})
        self.input = _spec(inputs[0], names.get("inputs"))
        self.output = _spec(outputs[0], names.get("outputs"))
        self._spare: Any = interpreter  # for the first session

    @property
    def version(self) -> str:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        from importlib.metadata import version  # slow to import, and seldom asked for

        return version("ai-edge-litert")

    def session(self, rows: int) -> Session:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        interpreter, self._spare = self._spare, None
        return _open_session(interpreter or self._open(), self.output, rows)

    def close(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        self._spare = None

    def reopen(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        self._spare = None

    def _interpreter(self) -> Any:
        """Return the class of interpreters."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ModuleNotFoundError as error:
            raise PackageMissingError("ai-edge-litert", "litert") from error
        return Interpreter

    def _open(self) -> Any:
        interpreter_class = self._interpreter()
        try:
            return _allocated(interpreter_class, self._payload)
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"{self.name} refuses the model: {error}") from error


def load(payload: bytes) -> LiteRTEngine:
    """Open a .tflite model's bytes."""
    return LiteRTEngine(payload)


def _allocated(interpreter_class: Any, payload: bytes) -> Any:
    """Return an interpreter that has its tensors and did not greet."""
    global _greeted
    if _greeted:
        return _with_tensors(interpreter_class, payload)
    with without(GREETING) as left_out:
        interpreter = _with_tensors(interpreter_class, payload)
    _greeted = bool(left_out)
    return interpreter


def _with_tensors(interpreter_class: Any, payload: bytes) -> Any:
    interpreter = interpreter_class(model_content=payload, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def _open_session(interpreter: Any, output: TensorSpec, rows: int) -> Session:
    session = _CopyingSession(interpreter, output)
    session.resize(rows)
    if not hasattr(interpreter, "_interpreter"):
        return session
    try:
        return _ViewingSession(interpreter, rows)
    except ValueError:  # tensors that are allocated during the run move, so their memory cannot be looked at
        return session


class _CopyingSession:
    """A session that sets and gets tensors through the public calls, for every model."""

    def __init__(self, interpreter: Any, output: TensorSpec) -> None:
        self._engine, self._spec = interpreter, output
        (tensor,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
        self._in, self._out = tensor["index"], result["index"]
        self._dtype, self._shape = tensor["dtype"], tuple(tensor["shape"][1:])

    def resize(self, rows: int) -> None:
        shape = (rows, *self._shape)
        _resize(self._engine, self._in, shape)
        self.rows, self.input = rows, np.zeros(shape, self._dtype)
        self.output: NDArray[Any] = np.empty((rows, *self._spec.row_shape), self._spec.dtype)

    def invoke(self) -> None:
        self._engine.set_tensor(self._in, self.input)
        self._engine.invoke()
        self.output[...] = self._engine.get_tensor(self._out)


class _ViewingSession:
    """A session that looks into the interpreter's own memory: half the time for one row.

    ``Interpreter.invoke`` refuses to run while such views exist, since a resize would leave them dangling. Here
    :meth:`resize`, the only one who does that, lets go of them first, so the native object is called directly.
    """

    def __init__(self, interpreter: Any, rows: int) -> None:
        self._engine = interpreter
        self._in = interpreter.get_input_details()[0]["index"]
        self._out = interpreter.get_output_details()[0]["index"]
        self.invoke = interpreter._interpreter.Invoke
        self._look(rows)

    def resize(self, rows: int) -> None:
        shape = (rows, *self.input.shape[1:])
        del self.input, self.output, self.invoke
        _resize(self._engine, self._in, shape)
        self.invoke = self._engine._interpreter.Invoke
        self._look(rows)

    def _look(self, rows: int) -> None:
        self.input: NDArray[Any] = self._engine.tensor(self._in)()
        self.output: NDArray[Any] = self._engine.tensor(self._out)()
        self.rows = rows


def _resize(interpreter: Any, index: int, shape: tuple[int, ...]) -> None:
    try:
        if tuple(interpreter.get_input_details()[0]["shape"]) != shape:
            interpreter.resize_tensor_input(index, shape)
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError, MemoryError) as error:
        raise EngineError(f"LiteRT cannot take input of shape {shape}: {error}") from error


def _spec(tensor: dict[str, Any], names: list[str] | None) -> TensorSpec:
    scale, zero_point = tensor["quantization"]
    return TensorSpec(
        name=names[0] if names else tensor["name"],
        dtype=np.dtype(tensor["dtype"]).name,
        shape=tuple(None if size < 0 else int(size) for size in tensor["shape_signature"]),
        scale=float(scale) or None,
        zero_point=int(zero_point) if scale else None,
    )
