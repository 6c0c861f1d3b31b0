"""An original converted once more while an artifact of it is verified, for what the two have in common."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.runner import ArtifactRunner
from tagship_runtime.terminal.silence import quiet

if TYPE_CHECKING:
    from tagship_runtime.typing import Features


class Convertible(Protocol):
    """A target whose payloads can be read as graphs of numbers; see :class:`tagship_export.targets.base.Target`."""

    def convert(self, model: Any, batch: int | None) -> bytes:
        """Convert a model as trained."""

    def make(
        self,
        recipe: str,
        model: Any,
        *,
        calibration: Features | None = None,
        batch: int | None = None,
        float32: bytes | None = None,
    ) -> bytes:
        """Convert a model by a recipe."""

    def float_graph(self, payload: bytes) -> FloatGraph:
        """Read a payload's operations and numbers."""

    def runner(self, payload: bytes) -> ArtifactRunner:
        """Open what computes the scores of a payload."""


class Reconversion:
    """A Keras model, converted as an artifact of it was.

    Args:
        target: Which converts.
        payload: The artifact's.
        batch: Its fixed batch size, None for a free one.
        model: Keras.
    """

    def __init__(self, target: Convertible, payload: bytes, batch: int | None, model: Any) -> None:
        self.target, self.payload, self.batch, self.model = target, payload, batch, model

    def stored(self) -> FloatGraph:
        """Read the payload's operations and numbers."""
        return self.target.float_graph(self.payload)

    def as_trained(self) -> FloatGraph:
        """Read those of the model.

        Raises:
            ConversionError: The target cannot convert it.
        """
        return self.target.float_graph(self._float32)

    def runner(self, recipe: str, calibration: Features) -> ArtifactRunner:
        """Open the model by a recipe.

        Raises:
            ConversionError: There is no such payload of it.
        """
        with quiet():
            made = self.target.make(
                recipe, self.model, calibration=calibration, batch=self.batch, float32=self._float32
            )
        return self.target.runner(made)

    @cached_property
    def _float32(self) -> bytes:
        with quiet():
            return self.target.convert(self.model, self.batch)
