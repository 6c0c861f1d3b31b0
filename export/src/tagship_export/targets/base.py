"""Targets: formats that a model is exported to, one folder each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tagship_export.errors import ConversionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tagship_runtime.contract import Contract, TensorSpec
    from tagship_runtime.typing import Features, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What every recipe of a target starts from.

    Attributes:
        model: Keras.
        float32: The same, converted as trained.
        calibration: Encoded rows (rows, ...) from which the ranges of activations are taken; None where a
            recipe needs none.
        batch: A fixed batch size, None for a free one.
    """

    model: Any
    float32: bytes
    calibration: Features | None
    batch: int | None


class Runner(Protocol):
    """Gives scores for encoded rows: a Keras model, an artifact in its engine, a compiled program.

    Attributes:
        name: What computes the scores, for people.
    """

    @property
    def name(self) -> str:
        """What computes the scores, for people."""

    def scores(self, matrix: Features) -> Scores:
        """Return scores for encoded rows, float32 (rows, ...) to float32 (rows, labels).

        Raises:
            NotAScoreError: What came out is no probability.
            EngineError: It failed.
        """


class ArtifactRunner(Runner, Protocol):
    """Runs a payload, and says what its tensors are.

    Attributes:
        input: The tensor that takes the features.
        output: The tensor that holds the scores.
    """

    input: TensorSpec
    output: TensorSpec

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        """Return a call that decides one encoded row, (1, ...), in the shortest way there is."""

    def close(self) -> None:
        """Free what it holds."""


Recipe = Callable[[Source], bytes]


class Target(ABC):
    """A format that a model is exported to. Nothing outside its folder knows how it is made, read or run."""

    name: ClassVar[str]
    """As on the command line, and the suffix of its files."""

    title: ClassVar[str]
    """For people."""

    recipes: Mapping[str, Recipe]
    """How its numbers can be stored, but as trained (``float32``), by the recipe's name."""

    @abstractmethod
    def convert(self, model: Any, batch: int | None) -> bytes:
        """Convert the model as trained; input ``features``, output ``scores``, builtin operations only.

        Raises:
            UnsupportedOpsError: An operation has no builtin there.
            ConversionError: The converter refuses the model.
        """

    @abstractmethod
    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """Count bytes of weights and other constants, by NumPy type name."""

    @abstractmethod
    def runner(self, payload: bytes) -> ArtifactRunner:
        """Open what computes the scores of a payload.

        Raises:
            PackageMissingError: The package that runs it is not installed.
            EngineError: The payload is refused.
        """

    @abstractmethod
    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """Return the artifact: the payload with its contract, digest included."""

    @abstractmethod
    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """Return the payload of a file, and the JSON of the contract that was left in it, readable or not whole."""

    @abstractmethod
    def layer_values(self, payload: bytes, rows: Features) -> dict[str, NDArray[np.generic]]:
        """Return every intermediate value for encoded rows by its name, in the order of execution.

        Raises:
            ValueError, RuntimeError: The engine cannot give them, such as where the batch is fixed.
        """

    def make(
        self,
        recipe: str,
        model: Any,
        *,
        calibration: Features | None = None,
        batch: int | None = None,
        float32: bytes | None = None,
    ) -> bytes:
        """Convert a model by a recipe.

        Args:
            recipe: Its name; ``float32`` or one of :attr:`recipes`.
            model: Keras, one input, one output.
            calibration: Encoded rows; the recipes that quantize activations need them.
            batch: A fixed batch size, None for a free one.
            float32: What :meth:`convert` gave, if that is at hand.

        Raises:
            UnsupportedOpsError: An operation has no builtin there.
            ConversionError: The converter refuses the model, the target does not know the recipe, or the recipe finds
                nothing to change in the model.
        """
        as_trained = self.convert(model, batch) if float32 is None else float32
        if recipe == "float32":
            return as_trained
        if recipe not in self.recipes:
            raise ConversionError(f"{self.title} has no recipe {recipe!r}; there are {', '.join(self.recipes)}")
        return self.recipes[recipe](Source(model=model, float32=as_trained, calibration=calibration, batch=batch))
