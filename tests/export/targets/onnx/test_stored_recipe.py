"""The recipe of integer graphs in ONNX Runtime's other form, whose products take and give integers."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tagship_export.targets.onnx.stored_recipe import stored_recipe


def test_products_of_integers_that_follow_each_other_are_of_int8() -> None:
    """The second and larger weight is multiplied with what the first product gives."""
    numbers = {"scale": np.float32(0.1), "zero": np.uint8(128)}
    weights = {"small": np.ones((4, 4), np.uint8), "large": np.ones((4, 40), np.uint8)}
    both = ("scale", "zero")
    nodes = [helper.make_node("QuantizeLinear", ["features", *both], ["rows"])]
    for taken, weight, given in (("rows", "small", "hidden"), ("hidden", "large", "sums")):
        nodes.append(helper.make_node("QLinearMatMul", [taken, *both, weight, *both, *both], [given]))
    nodes.append(helper.make_node("DequantizeLinear", ["sums", *both], ["scores"]))
    shapes = (("features", 4), ("scores", 40))
    given, gives = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size]) for name, size in shapes)
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in (numbers | weights).items()]
    made = helper.make_model(helper.make_graph(nodes, "static", [given], [gives], constants))
    assert stored_recipe(made.SerializeToString()) == "int8"
