"""Conversion of a model to payloads."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_export.errors import ConversionError
from tagship_export.pipeline.plan import Planned
from tagship_export.targets.base import Target
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.runtime_target import RuntimeTarget
from tagship_export.verification.stored_payload import conversion_faults
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
        self._refused: dict[str, ConversionError] = {}
        self._graphs: dict[str, FloatGraph] = {}

    def payload(self, planned: Planned) -> bytes:
        """Return the model's bytes by a recipe.

        Raises:
            ConversionError: There is no such artifact, or nothing of it would be new.
        """
        target, recipe, model = planned.target, planned.recipe, self.model
        with quiet(verbose=self.verbose):
            float32 = self._as_trained(target)
            payload = target.make(recipe.name, model, calibration=self.calibration, batch=self.batch, float32=float32)
        _check_halves(target, payload)
        same = recipe.name != "float32" and payload == float32
        if same or not recipe.stores(target.weight_bytes(payload)):
            raise ConversionError(f"unchanged: no weight would be stored in {recipe.weights}, so it is float32 again")
        return payload

    def faults(self, planned: Planned, payload: bytes) -> tuple[str, ...]:
        """Say in words where a payload is something else than the model, rounded: that is what verification refuses.

        Args:
            planned: What was made.
            payload: Its bytes.
        """
        target = planned.target
        if not isinstance(target, RuntimeTarget) or planned.recipe.name == "float32":
            return ()
        if target.name not in self._graphs:
            self._graphs[target.name] = target.float_graph(self._as_trained(target))
        return conversion_faults(target.float_graph(payload), self._graphs[target.name])

    def _as_trained(self, target: Target) -> bytes:
        """Return a target's float32, made once; a converter that refuses the model is not asked again."""
        if target.name in self._refused:
            raise self._refused[target.name]
        if target.name not in self._float32:
            try:
                self._float32[target.name] = target.convert(self.model, self.batch)
            except ConversionError as error:
                self._refused[target.name] = error
                raise
        return self._float32[target.name]


def _check_halves(target: Target, payload: bytes) -> None:
    """Refuse constants that float16 cannot hold.

    Raises:
        ConversionError: One is infinite.
    """
    for constant in target.constants(payload):
        if constant.values.dtype == np.float16 and not np.isfinite(constant.values).all():
            raise ConversionError("a weight is above 65,504, the most that float16 holds, and would be infinite")
