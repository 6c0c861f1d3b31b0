"""ONNX as a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tagship_export.targets.base import Target
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.onnx import convert, layers, quantize
from tagship_runtime.container import ONNX, attach
from tagship_runtime.engines.base import open_engine

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features

KEYS = ("labels", "thresholds", "tagship")
"""Entries of the metadata that carry a contract."""


class OnnxTarget(Target):
    """See :class:`Target`."""

    name = ONNX.name
    title = ONNX.title
    recipes = {  # noqa: RUF012 - declared as a Mapping
        "float16": quantize.float16,
        "dynamic_int8": quantize.dynamic_int8,
        "int8": quantize.int8,
        "int16x8": quantize.int16x8,
    }

    def convert(self, model: Any, batch: int | None) -> bytes:
        """See :class:`Target`."""
        return convert.convert(model, batch)

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`Target`."""
        return convert.weight_bytes(payload)

    def runner(self, payload: bytes) -> EngineRunner:
        """See :class:`Target`."""
        return EngineRunner(open_engine(ONNX, payload))

    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """See :class:`Target`."""
        return attach(payload, contract)

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """See :class:`Target`; metadata of others stays."""
        import onnx

        proto = onnx.load_from_string(data)
        kept = {entry.key: entry.value for entry in proto.metadata_props}
        if "tagship" not in kept:
            return data, None
        del proto.metadata_props[:]
        for key, value in kept.items():
            if key not in KEYS:
                proto.metadata_props.add(key=key, value=value)
        return proto.SerializeToString(deterministic=True), kept["tagship"]

    def layer_values(self, payload: bytes, rows: Features) -> dict[str, Any]:
        """See :class:`Target`."""
        return layers.layer_values(payload, rows)
