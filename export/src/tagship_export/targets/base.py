"""From a Keras model to a target's bytes, by recipe: one module per format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from tagship_runtime.typing import Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What every recipe of a format starts from.

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


class Writer(Protocol):
    """What each of the modules is."""

    RECIPES: Mapping[str, Callable[[Source], bytes]]
    """The recipes of this format, but float32, by name."""

    def convert(self, model: Any, batch: int | None) -> bytes:
        """The model as trained; input ``features``, output ``scores``, builtin operations only.

        Raises:
            UnsupportedOpsError: An operation has no builtin there.
            ConversionError: The converter refuses the model.
        """

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """Bytes of weights and other constants, by NumPy type name."""


MODULES: Mapping[str, str] = {"tflite": "litert", "onnx": "onnx"}


def writer(kind: str) -> Writer:
    """The module that writes this kind of file."""
    return cast(Writer, import_module(f"tagship_export.targets.{MODULES[kind]}.convert"))


def write(
    kind: str,
    model: Any,
    recipe: str = "float32",
    *,
    calibration: Features | None = None,
    batch: int | None = None,
    float32: bytes | None = None,
) -> bytes:
    """Convert a model by a recipe.

    Args:
        kind: The format.
        model: Keras, one input, one output.
        recipe: Its name; the format has to know it.
        calibration: Encoded rows; the recipes that quantize activations need them.
        batch: A fixed batch size, None for a free one.
        float32: What this function gave for ``float32``, if that is at hand.

    Raises:
        UnsupportedOpsError: An operation has no builtin there.
        ConversionError: The converter refuses the model, or the recipe finds nothing to change in it.
    """
    module = writer(kind)
    as_trained = module.convert(model, batch) if float32 is None else float32
    if recipe == "float32":
        return as_trained
    return module.RECIPES[recipe](
        Source(model=model, float32=as_trained, calibration=calibration, batch=batch),
    )
