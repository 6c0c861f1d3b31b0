"""Nodes that compute the same have one name, whichever of them a tool keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx

from tagship_export.original.tracing import freeze
from tagship_export.targets.onnx.convert import convert
from tagship_export.targets.onnx.equal_nodes import first_names, rename_equal


def twins() -> Any:
    """Two layers that do the same to the input, and one that does something else."""
    import keras

    inputs = keras.Input((4,))
    first = keras.layers.Rescaling(0.5, name="zebra")(inputs)
    second = keras.layers.Rescaling(0.5, name="aardvark")(inputs)
    third = keras.layers.Rescaling(0.25, name="middle")(inputs)
    joined = keras.layers.Concatenate()([first, second, third])
    return keras.Model(inputs, keras.layers.Dense(2, "sigmoid")(joined))


def test_equal_nodes_are_named_after_the_first() -> None:
    names = first_names(freeze(twins())[0])
    scaled = {name: first for name, first in names.items() if name.endswith("/mul")}
    zebra, aardvark, middle = (
        next(name for name in scaled if layer in name) for layer in ("zebra", "aardvark", "middle")
    )
    assert scaled[zebra] == scaled[aardvark] == aardvark
    assert scaled[middle] == middle


def test_whichever_of_them_is_kept_the_names_are_the_same() -> None:
    def graph(kept: str) -> Any:
        nodes = [onnx.helper.make_node("Neg", ["x"], [f"{kept}:0"]), onnx.helper.make_node("Abs", [f"{kept}:0"], ["y"])]
        value = onnx.helper.make_tensor_value_info
        ends = value("x", 1, [1]), value("y", 1, [1])
        return onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [ends[0]], [ends[1]]))

    renamed = []
    for kept in ("a/Neg_2", "a/Neg_1", "b/Neg__17"):
        proto = graph(kept)
        rename_equal(proto, {"a/Neg_2": "a/Neg_1", "b/Neg": "a/Neg_1"})
        renamed.append(proto.SerializeToString(deterministic=True))
    assert renamed[0] == renamed[1] == renamed[2]
    assert b"a/Neg" in renamed[0]


def test_names_of_layers_stay() -> None:
    graph = onnx.load_from_string(convert(twins(), None)).graph
    names = [name for node in graph.node for name in node.output]
    assert any("aardvark" in name for name in names)
    assert not any("zebra" in name for name in names)
    assert any("middle" in name for name in names)
    assert len(set(names)) == len(names)
    assert np.array([":" not in name for name in names]).all()
