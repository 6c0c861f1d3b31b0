"""The interfaces of engines and their sessions, and which engine opens a model."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from tagship_runtime.container.base import Format
from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import EngineError, PackageMissingError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Session(Protocol):
    """An engine prepared for one thread: tensors for a number of rows. Two threads never share one.

    Attributes:
        rows: How many rows the tensors hold.
        input: To be written, (rows, ...), in the model's own type.
        output: What the last ``invoke`` computed, (rows, ...), in the model's own type; the next overwrites it.
    """

    rows: int
    input: NDArray[Any]
    output: NDArray[Any]

    @property
    def invoke(self) -> Callable[[], None]:
        """Call that computes ``output`` from ``input``, and raises whatever the engine raises."""

    def resize(self, rows: int) -> None:
        """Change the number of rows; ``input`` and ``output`` are new arrays afterwards.

        Raises:
            EngineError: The engine cannot take so many rows.
        """


class Engine(Protocol):
    """A loaded model; may be used from several threads at once, each with sessions of its own.

    Attributes:
        name: For people.
        fallback: Whether it stands in for the engine that artifacts are proved with, so that golden rows have to pass
            before it answers.
        version: Of the engine's package.
        input: The tensor that takes the features.
        output: The tensor that holds the scores.
        model_bytes: Size of the model's file, which says about how much work a row is.
    """

    name: str
    fallback: bool
    input: TensorSpec
    output: TensorSpec
    model_bytes: int

    @property
    def version(self) -> str:
        """Version of the engine's package."""

    def session(self, rows: int) -> Session:
        """Open a session for the calling thread.

        Raises:
            EngineError: The engine cannot take so many rows.
        """

    def close(self) -> None:
        """Let go of native state that no session holds; no session is opened after this."""

    def reopen(self) -> None:
        """Let go of native state that a forked process must not touch; the next session opens anew."""


def open_engine(format: Format, payload: bytes) -> Engine:
    """Load a model file's bytes into the first engine of its format that is installed; it is imported here.

    Raises:
        PackageMissingError: None is; it tells of the first.
        EngineError: The engine refuses the bytes.
    """
    missing: PackageMissingError | None = None
    for name in format.engines:
        load: Callable[[bytes], Engine] = import_module(f"tagship_runtime.engines.{name}").load
        try:
            return load(payload)
        except PackageMissingError as error:
            missing = error if missing is None or error.reason else missing
    raise missing or EngineError(
        f"{format.title} is built into a program and not loaded; 'tagship verify' compiles it and scores rows with it, "
        "'tagship benchmark --target' measures it on an emulated device"
    )
