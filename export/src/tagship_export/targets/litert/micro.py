"""TFLite Micro: what its interpreter makes of a payload, through its own Python wheel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_export.errors import ConversionError
from tagship_export.targets.base import DeviceFiles
from tagship_export.targets.litert.flatbuffer import operations
from tagship_runtime.container import unpack
from tagship_runtime.terminal.silence import quiet

if TYPE_CHECKING:
    from tagship_runtime.typing import Features, Scores

LARGEST_ARENA = 16 << 20
STEP = 16
"""Bytes to which the arena is found, and aligned."""

COLUMNS = 12

SPELLED = {"BATCH_MATMUL": "BatchMatMul"}
"""Operators whose method is spelled in another way than by their words."""


class MicroModel:
    """A payload in TFLite Micro's interpreter.

    Raises:
        ConversionError: It does not take the payload, or its wheel is not installed.
    """

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.operations = tuple(sorted(operations(payload)))
        self.arena_bytes = self._least_arena()
        self._interpreter = self._open(self.arena_bytes)

    def scores(self, matrix: Features) -> Scores:
        """Return scores of encoded rows, one by one, as a device computes them."""
        given, result = (
            detail(0) for detail in (self._interpreter.get_input_details, self._interpreter.get_output_details)
        )
        rows = []
        for row in matrix:
            self._interpreter.set_input(_quantized(row[None], given), 0)
            self._interpreter.invoke()
            rows.append(_real(self._interpreter.get_output(0), result))
        return np.concatenate(rows)

    def _open(self, arena: int) -> Any:
        try:
            from tflite_micro.python.tflite_micro import runtime
        except ModuleNotFoundError as error:
            raise ConversionError(
                "TFLite Micro needs tflite-micro; run: pip install 'tagship-export[micro]'"
            ) from error
        with quiet():
            return runtime.Interpreter.from_bytes(self._payload, arena_size=arena)

    def _fits(self, arena: int) -> bool:
        try:
            self._open(arena)
        except RuntimeError:
            return False
        return True

    def _least_arena(self) -> int:
        if not self._fits(LARGEST_ARENA):
            raise ConversionError(
                "TFLite Micro does not take the model: it has float32, int8, int8_io and int16x8, and no float16 or "
                "dynamic_int8"
            )
        low, high = 0, LARGEST_ARENA // STEP
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._fits(middle * STEP) else (middle, high)
        return high * STEP


def micro_array(data: bytes, stem: str) -> DeviceFiles:
    """Return an artifact's payload as C++ for TFLite Micro.

    Raises:
        ConversionError: Its interpreter does not take the payload, or its wheel is not installed.
    """
    payload = unpack(data).payload
    model, name = MicroModel(payload), f"{stem}.h"
    details = f"arena {model.arena_bytes:,} bytes, {len(model.operations)} kinds of operators"
    return DeviceFiles(title="TFLite Micro", entry=name, files={name: c_array(payload, stem, model)}, details=details)


def c_array(payload: bytes, name: str, micro: MicroModel) -> str:
    """Return C++ for a device: the payload as an array, the operators that it needs, and the size of its arena."""
    return "\n".join(_c_array(payload, name, micro))


def _c_array(payload: bytes, name: str, micro: MicroModel) -> Iterator[str]:
    yield "// Made by tagship export for TFLite Micro."
    yield "#pragma once\n#include <stdint.h>\n"
    yield "// Of the arena; measured with tflite-micro on a 64-bit machine, where pointers are twice as long."
    yield f"constexpr int {name}_arena_bytes = {micro.arena_bytes};"
    yield f"constexpr int {name}_operators = {len(micro.operations)};\n"
    yield f"// For a tflite::MicroMutableOpResolver<{name}_operators>."
    yield f"template <typename Resolver>\ninline void {name}_add_operators(Resolver &resolver) {{"
    for operation in micro.operations:
        yield f"  resolver.Add{_camel(operation)}();"
    yield "}\n"
    yield f"constexpr unsigned int {name}_bytes = {len(payload)};"
    yield f"alignas(16) constexpr uint8_t {name}_model[{name}_bytes] = {{"
    for start in range(0, len(payload), COLUMNS):
        yield "    " + ", ".join(map(str, payload[start : start + COLUMNS])) + ","
    yield "};\n"


def _camel(operation: str) -> str:
    """Return how the resolver's method spells an operator: ``CONV_2D`` is ``Conv2D``."""
    if operation in SPELLED:
        return SPELLED[operation]
    return "".join(word if word[0].isdigit() else word.capitalize() for word in operation.split("_"))


def _quantized(values: Features, details: dict[str, Any]) -> Any:
    """Integers as the contract says: rounded, then clipped."""
    dtype = np.dtype(details["dtype"])
    if dtype.kind == "f":
        return values
    scale, zero = _scale(details)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values / scale + zero), limits.min, limits.max).astype(dtype)


def _real(values: Any, details: dict[str, Any]) -> Scores:
    if np.dtype(details["dtype"]).kind == "f":
        copied: Scores = np.array(values, np.float32)
        return copied
    scale, zero = _scale(details)
    scores: Scores = ((values.astype(np.float32) - np.float32(zero)) * np.float32(scale)).astype(np.float32)
    return scores


def _scale(details: dict[str, Any]) -> tuple[float, int]:
    quantization = details["quantization_parameters"]
    return float(quantization["scales"][0]), int(quantization["zero_points"][0])
