"""One set of names for a graph with a loop, whatever a converter called its values and in which order it has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from tagship_export.targets.onnx.canonical_names import name_anew
from tagship_export.targets.onnx.graph import canonical


def looping(suffix: str, *, turned: bool, copies: bool) -> Any:
    """Three steps of x = tanh(x * w); what the loop gives besides is the last step again."""

    def named(name: str) -> str:
        return f"{name}{suffix}"

    weight = numpy_helper.from_array(np.array([0.5, -2], np.float32), named("weight"))
    body_nodes = [
        helper.make_node("Mul", [named("x_in"), named("weight")], [named("product")]),
        helper.make_node("Tanh", [named("product")], [named("out")]),
        helper.make_node("Identity", [named("go_in")], [named("go_out")]),
    ]
    first = last = named("out")
    if copies:
        body_nodes.append(helper.make_node("Identity", [named("out")], [named("again")]))
        first, last = (named("again"), named("out")) if turned else (named("out"), named("again"))
    body = helper.make_graph(
        body_nodes,
        named("body"),
        [
            helper.make_tensor_value_info(named("step"), TensorProto.INT64, []),
            helper.make_tensor_value_info(named("go_in"), TensorProto.BOOL, []),
            helper.make_tensor_value_info(named("x_in"), TensorProto.FLOAT, [named("rows"), 2]),
        ],
        [
            helper.make_tensor_value_info(named("go_out"), TensorProto.BOOL, []),
            helper.make_tensor_value_info(first, TensorProto.FLOAT, [named("rows"), 2]),
            helper.make_tensor_value_info(last, TensorProto.FLOAT, [named("rows"), 2]),
        ],
    )
    nodes = [
        helper.make_node("Loop", [named("steps"), named("go"), "features"], [named("end"), named("all")], body=body),
        helper.make_node("ReduceMax", [named("all")], [named("most")], axes=[0], keepdims=0),
        helper.make_node("Add", [named("end"), named("most")], [named("sum")]),
        helper.make_node("Sigmoid", [named("sum")], ["scores"]),
    ]
    constants = [
        weight,
        numpy_helper.from_array(np.int64(3), named("steps")),
        numpy_helper.from_array(np.bool_(True), named("go")),
        numpy_helper.from_array(np.float32(1), named("unused")),
    ]
    graph = helper.make_graph(
        nodes,
        named("graph"),
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])],
        constants[::-1] if turned else constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def scores(data: bytes) -> Any:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"features": np.array([[0.3, -0.4], [2, 1]], np.float32)})[0]


@pytest.mark.parametrize("copies", [True, False])
def test_names_and_order_do_not_depend_on_the_converter(copies: bool) -> None:
    variants = [looping("", turned=False, copies=copies), looping("__7", turned=True, copies=copies)]
    before = [scores(proto.SerializeToString()) for proto in variants]
    found = [canonical(proto, 17, 8) for proto in variants]
    assert found[0] == found[1]
    for data, want in zip(found, before, strict=True):
        np.testing.assert_array_equal(scores(data), want)
        assert b"unused" not in data
        assert b"__7" not in data.replace(b"Loop__", b"")


def test_a_name_of_an_outer_graph_is_not_hidden_by_one_within() -> None:
    proto = looping("", turned=False, copies=True)
    name_anew(proto.graph, {"features", "scores"})
    (loop,) = (node for node in proto.graph.node if node.op_type == "Loop")
    body = loop.attribute[0].g
    outer = {name for node in proto.graph.node for name in node.output} | {one.name for one in proto.graph.initializer}
    inner = {name for node in body.node for name in node.output} | {one.name for one in body.input}
    assert not outer & inner
    onnx.checker.check_model(proto, full_check=True)
