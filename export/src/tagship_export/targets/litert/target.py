"""LiteRT (TFLite) as a target."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tagship_export.targets.base import Target
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.litert import convert, layers, quantize
from tagship_export.targets.litert.flatbuffer import weight_bytes
from tagship_runtime.container import TFLITE, attach
from tagship_runtime.engines.base import open_engine

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features


class LiteRTTarget(Target):
    """See :class:`Target`."""

    name = TFLITE.name
    title = TFLITE.title
    recipes = {  # noqa: RUF012 - declared as a Mapping
        "float16": quantize.float16,
        "dynamic_int8": quantize.dynamic_int8,
        "int8": quantize.int8,
        "int16x8": quantize.int16x8,
        "int8_io": convert.int8_io,
    }

    def convert(self, model: Any, batch: int | None) -> bytes:
        """See :class:`Target`."""
        return convert.convert(model, batch)

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`Target`."""
        return weight_bytes(payload)

    def runner(self, payload: bytes) -> EngineRunner:
        """See :class:`Target`."""
        return EngineRunner(open_engine(TFLITE, payload))

    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """See :class:`Target`."""
        return attach(payload, contract)

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """See :class:`Target`; other files in the archive go as well."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                stored = archive.read("tagship.json").decode()
                return data[: min(entry.header_offset for entry in archive.infolist())], stored
        except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
            return data, None

    def layer_values(self, payload: bytes, rows: Features) -> dict[str, Any]:
        """See :class:`Target`."""
        return layers.layer_values(payload, rows)
