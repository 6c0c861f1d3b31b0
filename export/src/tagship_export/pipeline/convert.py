"""Conversion of a model to payloads."""

from __future__ import annotations

from typing import Any

from tagship_export.errors import ConversionError
from tagship_export.pipeline.plan import Planned
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features


class Converter:
    """Converts one model by many recipes; each target's float32 is made once.

    Args:
        model: Keras.
        calibration: Encoded rows from which the ranges of activations are taken.
        batch: A fixed batch size, None for a free one.
        verbose: Whether converters may print.
    """

    def __init__(self, model: Any, calibration: Features, *, batch: int | None, verbose: bool) -> None:
        self.model, self.calibration = model, calibration
        self.batch, self.verbose = batch, verbose
        self._float32: dict[str, bytes] = {}

    def payload(self, planned: Planned) -> bytes:
        """Return the model's bytes by a recipe.

        Raises:
            ConversionError: There is no such artifact, or nothing of it would be new.
        """
        target, recipe, model = planned.target, planned.recipe, self.model
        with quiet(verbose=self.verbose):
            if target.name not in self._float32:
                self._float32[target.name] = target.convert(model, self.batch)
            float32 = self._float32[target.name]
            payload = target.make(recipe.name, model, calibration=self.calibration, batch=self.batch, float32=float32)
        same = recipe.name != "float32" and payload == float32
        if same or recipe.weights not in target.weight_bytes(payload):
            raise ConversionError(f"unchanged: no weight would be stored in {recipe.weights}, so it is float32 again")
        return payload
