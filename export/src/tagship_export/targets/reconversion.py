"""An original converted once more while an artifact of it is verified, for what the two have in common."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.runner import ArtifactRunner
from tagship_runtime.terminal.silence import quiet

if TYPE_CHECKING:
    from tagship_export.targets.runtime_target import RuntimeTarget
    from tagship_runtime.typing import Features


class Reconversion:
    """A Keras model, converted as an artifact of it was.

    Args:
        target: Which converts.
        payload: The artifact's.
        batch: Its fixed batch size, None for a free one.
        model: Keras.
    """

    def __init__(self, target: RuntimeTarget, payload: bytes, batch: int | None, model: Any) -> None:
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
