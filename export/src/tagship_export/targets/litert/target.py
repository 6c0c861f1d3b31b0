"""LiteRT (TFLite) as a target."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tagship_export.targets.base import MakeDeviceFiles, MakePayload, as_trained
from tagship_export.targets.constants import Constant
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.litert import convert, layers, quantize
from tagship_export.targets.litert.constants import constants
from tagship_export.targets.litert.float_graph import float_graph
from tagship_export.targets.litert.micro import micro_array
from tagship_export.targets.litert.stored_recipe import stored_recipe
from tagship_export.targets.runner import Values
from tagship_export.targets.runtime_target import RuntimeTarget
from tagship_runtime.container import TFLITE

if TYPE_CHECKING:
    from tagship_runtime.typing import Features


class LiteRTTarget(RuntimeTarget):
    """See :class:`tagship_export.targets.base.Target`."""

    format = TFLITE
    name = TFLITE.name
    title = TFLITE.title
    device_files: ClassVar[Mapping[str, MakeDeviceFiles]] = {"micro": micro_array}
    tools = ("tensorflow", "ai-edge-quantizer", "tagship-export")
    recipes: ClassVar[Mapping[str, MakePayload]] = {
        "float32": as_trained,
        "float16": quantize.float16,
        "dynamic_int8": quantize.dynamic_int8,
        "int8": quantize.int8,
        "int16x8": quantize.int16x8,
        "int8_io": convert.int8_io,
    }
    other_processors: ClassVar[Mapping[str, str]] = {
        "dynamic_int8": (
            "other arithmetic on Arm from the Cortex-A76 on: scores differ from these by up to 0.045, so replay golden "
            "rows there (docs/raspberry-pi.md)"
        ),
    }

    def convert(self, model: Any, batch: int | None) -> bytes:
        """See :class:`tagship_export.targets.base.Target`."""
        return convert.convert(model, batch)

    def stored_recipe(self, payload: bytes) -> str:
        """See :class:`tagship_export.targets.base.Target`."""
        return stored_recipe(payload)

    def constants(self, payload: bytes) -> Iterator[Constant]:
        """See :class:`tagship_export.targets.base.Target`."""
        return constants(payload)

    def float_graph(self, payload: bytes) -> FloatGraph:
        """See :class:`tagship_export.targets.runtime_target.RuntimeTarget`."""
        return float_graph(payload)

    def layer_values(self, payload: bytes, rows: Features) -> Values:
        """See :class:`tagship_export.targets.base.Target`."""
        return layers.layer_values(payload, rows)

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """See :class:`tagship_export.targets.base.Target`; other files in the archive go as well."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                stored = archive.read(TFLITE.contract_entry).decode()
                return data[: min(entry.header_offset for entry in archive.infolist())], stored
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
            return data, None
