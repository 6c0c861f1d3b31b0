"""A model whose input is integers is verified by the scale that its contract gives them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from keras import Sequential, layers

import tagship_runtime
from tagship_export import open_original, verify
from tagship_runtime import container
from tagship_runtime.contract import Contract, TensorSpec

SCALE = 0.1


@pytest.mark.parametrize(("scale", "passes"), [(SCALE, True), (2 * SCALE, False)])
def test_the_contracts_scale_counts(scale: float, passes: bool) -> None:
    model = Sequential([layers.Input((2,)), layers.Dense(2, activation="sigmoid")])
    kernel, bias = model.get_weights()
    constants = {"scale": np.float32(SCALE), "zero": np.int8(0), "kernel": kernel, "bias": bias}
    nodes = [
        onnx.helper.make_node("DequantizeLinear", ["features", "scale", "zero"], ["real"]),
        onnx.helper.make_node("Gemm", ["real", "kernel", "bias"], ["logits"]),
        onnx.helper.make_node("Sigmoid", ["logits"], ["scores"]),
    ]
    ends = [
        onnx.helper.make_tensor_value_info(name, kind, ["batch", 2])
        for name, kind in (("features", onnx.TensorProto.INT8), ("scores", onnx.TensorProto.FLOAT))
    ]
    tensors = [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = onnx.helper.make_graph(nodes, "tagship", ends[:1], ends[1:], tensors)
    proto = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    contract = Contract(
        labels=("a", "b"),
        thresholds=(0.5, 0.5),
        features=None,
        input=TensorSpec(name="features", dtype="int8", shape=(None, 2), scale=scale, zero_point=0),
        output=TensorSpec(name="scores", dtype="float32", shape=(None, 2)),
        recipe="float32",
    )
    data = container.attach(proto.SerializeToString(), contract)
    rows = (np.random.default_rng(0).integers(-50, 50, (200, 2)) * SCALE).astype(np.float32)
    assert tagship_runtime.load(data).contract == replace(contract, digest=tagship_runtime.load(data).contract.digest)
    verdict = verify(open_original(model, labels=["a", "b"]), data, rows)
    assert verdict.passed is passes, verdict.faults
    assert (verdict.parity.max_difference < 1e-6) is passes
