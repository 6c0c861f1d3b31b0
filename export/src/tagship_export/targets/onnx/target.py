"""ONNX as a target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tagship_export.targets.base import MakePayload, as_trained
from tagship_export.targets.constants import Constant
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.onnx import convert, layers, quantize
from tagship_export.targets.onnx.constants import constants
from tagship_export.targets.onnx.float_graph import float_graph
from tagship_export.targets.onnx.node_runner import in_node
from tagship_export.targets.onnx.stored_recipe import stored_recipe
from tagship_export.targets.runner import Values
from tagship_export.targets.runtime_target import RuntimeTarget
from tagship_runtime.container import ONNX

if TYPE_CHECKING:
    from pathlib import Path

    from tagship_export.targets.artifact import OpenArtifact
    from tagship_runtime.typing import Features


class OnnxTarget(RuntimeTarget):
    """See :class:`tagship_export.targets.base.Target`."""

    format = ONNX
    name = ONNX.name
    title = ONNX.title
    tools = ("tensorflow", "tf2onnx", "onnx", "onnxruntime", "tagship-export")
    recipes: ClassVar[Mapping[str, MakePayload]] = {
        "float32": as_trained,
        "float16": quantize.float16,
        "dynamic_int8": quantize.dynamic_int8,
        "int8": quantize.int8,
        "int16x8": quantize.int16x8,
    }

    runs_in_node = True

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

    def in_node(
        self, artifact: OpenArtifact, data: bytes, folder: Path, on_skip: Callable[[str], None]
    ) -> Iterator[OpenArtifact]:
        """See :class:`tagship_export.targets.base.Target`."""
        return in_node(artifact, data, folder, on_skip)

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """See :class:`tagship_export.targets.base.Target`; metadata of others stays."""
        import onnx

        proto = onnx.load_from_string(data)
        kept = {entry.key: entry.value for entry in proto.metadata_props}
        if ONNX.contract_entry not in kept:
            return data, None
        del proto.metadata_props[:]
        for key, value in kept.items():
            if key not in ONNX.entries:
                proto.metadata_props.add(key=key, value=value)
        return proto.SerializeToString(deterministic=True), kept[ONNX.contract_entry]
