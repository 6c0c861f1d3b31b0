"""Models whose tensors are integers, halves, of a fixed batch, or allocated while they run."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.contract import Contract, TensorSpec
from tagship_runtime.engines.base import open_engine
from tagship_runtime.engines.litert import _CopyingSession
from tagship_runtime.engines.quantization import dequantize, quantize
from tagship_runtime.errors import ContractError, InputError, InputValueError
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features

LABELS = ["a", "b", "c"]
WEIGHTS = np.random.default_rng(3).normal(size=(6, 3)).astype(np.float32) / 10
BATCHES = [0, 1, 3, 4, 5, 11, 9000]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def onnx_model(batch: int | None = None, kind: str = "float32") -> bytes:
    """``sigmoid(x @ WEIGHTS)`` with tensors of one kind: float32, float16, or int8."""
    types = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int8": TensorProto.INT8}
    weights = helper.make_tensor("weights", TensorProto.FLOAT, WEIGHTS.shape, WEIGHTS.ravel().tolist())
    tensors = [weights]
    if kind == "int8":
        for name, scale, zero in (("in", IN_SCALE, IN_ZERO), ("out", OUT_SCALE, OUT_ZERO)):
            tensors.append(helper.make_tensor(f"{name}_scale", TensorProto.FLOAT, (), [scale]))
            tensors.append(helper.make_tensor(f"{name}_zero", TensorProto.INT8, (), [zero]))
        first = helper.make_node("DequantizeLinear", ["features", "in_scale", "in_zero"], ["x"])
        last = helper.make_node("QuantizeLinear", ["y", "out_scale", "out_zero"], ["scores"])
    else:
        first = helper.make_node("Cast", ["features"], ["x"], to=TensorProto.FLOAT)
        last = helper.make_node("Cast", ["y"], ["scores"], to=types[kind])
    nodes = [
        first,
        helper.make_node("MatMul", ["x", "weights"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["y"]),
        last,
    ]
    rows: Any = batch or "batch"
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("features", types[kind], (rows, 6))],
        [helper.make_tensor_value_info("scores", types[kind], (rows, 3))],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()  # type: ignore[no-any-return]


IN_SCALE, IN_ZERO, OUT_SCALE, OUT_ZERO = 0.1, -28, 1 / 256, -128


def with_contract(payload: bytes, input: TensorSpec, output: TensorSpec) -> bytes:
    contract = Contract(
        labels=tuple(LABELS), thresholds=(0.5,) * 3, features=None, input=input, output=output, recipe="int8_io"
    )
    return container.attach(payload, contract)


INT8_INPUT = TensorSpec(name="features", dtype="int8", shape=(None, 6), scale=IN_SCALE, zero_point=IN_ZERO)
INT8_OUTPUT = TensorSpec(name="scores", dtype="int8", shape=(None, 3), scale=OUT_SCALE, zero_point=OUT_ZERO)


@pytest.mark.parametrize("batch", [1, 4, 4096])
@pytest.mark.parametrize("rows", BATCHES)
def test_onnx_of_a_fixed_batch_takes_any_number_of_rows(batch: int, rows: int) -> None:
    model = tagship_runtime.load(onnx_model(batch), labels=LABELS)
    features = np.random.default_rng(rows).normal(size=(rows, 6)).astype(np.float32)
    got = model.predict_proba(features)
    assert got.shape == (rows, 3)
    np.testing.assert_allclose(got, sigmoid(features @ WEIGHTS), rtol=0, atol=1e-6)  # measured: 9e-8
    np.testing.assert_array_equal(model.predict(features), got >= 0.5)
    assert [model.predict_one(row.tolist()) for row in features[:5]] == model.predict_labels(features[:5])


@pytest.mark.parametrize("rows", BATCHES)
def test_onnx_of_integers_is_fed_by_round_then_clip(rows: int) -> None:
    model = tagship_runtime.load(with_contract(onnx_model(kind="int8"), INT8_INPUT, INT8_OUTPUT))
    features = np.random.default_rng(rows).normal(0, 8, size=(rows, 6)).astype(np.float32)  # some beyond the range
    integers = np.clip(np.rint(features.astype(np.float64) / IN_SCALE) + IN_ZERO, -128, 127)
    real = ((integers - IN_ZERO) * IN_SCALE).astype(np.float32)
    want = np.clip(np.rint(sigmoid(real @ WEIGHTS) / OUT_SCALE) + OUT_ZERO, -128, 127)
    got = model.predict_proba(features)
    assert np.abs(got / OUT_SCALE + OUT_ZERO - want).max(initial=0) <= 1  # of 256 steps: the rounding of a tie
    np.testing.assert_array_equal(model.predict(features), got >= 0.5)


def test_bad_rows_do_not_become_integers() -> None:
    model = tagship_runtime.load(with_contract(onnx_model(kind="int8"), INT8_INPUT, INT8_OUTPUT))
    for bad in (np.nan, np.inf, 1e39):
        with pytest.raises(InputValueError, match=r"row 1, column '\[2\]'"):
            model.predict([[1.0] * 6, [1.0, 1.0, bad, 1.0, 1.0, 1.0]])


def test_quantize_rounds_and_clips() -> None:
    numbers = np.array([0.0, 0.149, 0.151, -0.149, -0.151, 1e30, -1e30], np.float32)
    want = [10, 11, 12, 9, 8, 127, -128]
    got = quantize(numbers, 0.1, 10, np.dtype(np.int8))
    assert got.dtype == np.int8
    assert got.tolist() == want
    np.testing.assert_allclose(dequantize(got[:5], 0.1, 10), [0, 0.1, 0.2, -0.1, -0.2], atol=1e-7)


def test_half_precision(rows: Features) -> None:
    model = tagship_runtime.load(onnx_model(kind="float16"), labels=LABELS)
    got = model.predict_proba(rows[:50])
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, sigmoid(rows[:50] @ WEIGHTS), rtol=0, atol=1e-3)  # float16 has 11 bits
    with pytest.raises(InputError, match="too large for the model, whose input is float16"):
        model.predict([[1e5] * 6])


def test_integer_scores_without_a_scale_are_refused() -> None:
    with pytest.raises(ContractError, match="int8 without a scale"):
        tagship_runtime.load(onnx_model(kind="int8"), labels=LABELS)


@pytest.fixture(scope="module")
def network() -> Any:
    import keras

    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(3, activation="sigmoid")
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, activation="relu"), dense])


def converted(converter: Any) -> bytes:
    with quiet(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return bytes(converter.convert())


def litert_int8(network: Any) -> bytes:
    import tensorflow

    sample = np.random.default_rng(1).uniform(0, 20, (200, 6)).astype(np.float32)
    converter = tensorflow.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([row[None]] for row in sample)
    converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tensorflow.int8
    return converted(converter)


def litert_fixed(network: Any, batch: int) -> bytes:
    import tensorflow

    function = tensorflow.function(network).get_concrete_function(tensorflow.TensorSpec([batch, 6]))
    return converted(tensorflow.lite.TFLiteConverter.from_concrete_functions([function]))


@pytest.mark.parametrize("rows", BATCHES)
def test_litert_of_integers_is_fed_by_round_then_clip(network: Any, rows: int) -> None:
    from ai_edge_litert.interpreter import Interpreter

    payload = litert_int8(network)
    model = tagship_runtime.load(payload, labels=LABELS)
    assert (model.contract.input.dtype, model.contract.output.dtype) == ("int8", "int8")
    features = np.random.default_rng(rows).uniform(-5, 30, (rows, 6)).astype(np.float32)
    interpreter: Any = Interpreter(model_content=payload)
    (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.allocate_tensors()
    want = []
    for row in features[:20]:
        scale, zero = into["quantization"]
        integers = np.clip(np.round(row.astype(np.float64) / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(into["index"], integers[None])
        interpreter.invoke()
        want.append((interpreter.get_tensor(out["index"])[0].astype(float) - out["quantization"][1]) / 256)
    got = model.predict_proba(features)
    assert got.shape == (rows, 3)
    np.testing.assert_allclose(got[:20], np.reshape(want, (-1, 3)), rtol=0, atol=1e-7)
    np.testing.assert_array_equal(model.predict(features), got >= 0.5)


@pytest.mark.parametrize("rows", BATCHES)
@pytest.mark.parametrize("batch", [1, 4])
def test_litert_of_a_fixed_batch_takes_any_number_of_rows(network: Any, batch: int, rows: int) -> None:
    model = tagship_runtime.load(litert_fixed(network, batch), labels=LABELS)
    assert model.contract.input.shape == (batch, 6)
    features = np.random.default_rng(rows).uniform(0, 2, (rows, 6)).astype(np.float32)
    got = model.predict_proba(features)
    assert got.shape == (rows, 3)
    if rows:
        np.testing.assert_allclose(got, np.asarray(network(features)), rtol=0, atol=1e-6)  # measured: 1.2e-7
        assert model.predict_one(features[0]) == model.predict_labels(features)[0]


def test_litert_with_tensors_that_are_allocated_while_it_runs() -> None:
    import keras
    import tensorflow

    keras.utils.set_random_seed(0)
    layers = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3, activation="sigmoid")]
    images = keras.Sequential(layers)
    payload = converted(tensorflow.lite.TFLiteConverter.from_keras_model(images))
    assert isinstance(open_engine(container.TFLITE, payload).session(2), _CopyingSession)  # or this tests nothing
    model = tagship_runtime.load(payload, labels=LABELS)
    features = np.random.default_rng(0).random((5000, 4, 4, 1)).astype(np.float32)
    for rows in (1, 7, 5000, 3, 1):
        want = np.asarray(images(features[:rows]))
        np.testing.assert_allclose(model.predict_proba(features[:rows]), want, rtol=0, atol=1e-6)
        np.testing.assert_array_equal(model.predict(features[:1]), model.predict_proba(features[:1]) >= 0.5)


CONTRADICTIONS: list[Callable[[TensorSpec], TensorSpec]] = [
    lambda spec: TensorSpec(name=spec.name, dtype="float32", shape=spec.shape),
    lambda spec: TensorSpec(name=spec.name, dtype=spec.dtype, shape=(1, *spec.shape[1:]), scale=0.1, zero_point=0),
    lambda spec: TensorSpec(name=spec.name, dtype=spec.dtype, shape=spec.shape, scale=0.5, zero_point=spec.zero_point),
    lambda spec: TensorSpec(name=spec.name, dtype=spec.dtype, shape=spec.shape, scale=spec.scale, zero_point=1),
]


@pytest.mark.parametrize("change", CONTRADICTIONS)
def test_a_contract_that_contradicts_its_model_is_refused(
    network: Any, change: Callable[[TensorSpec], TensorSpec]
) -> None:
    payload = litert_int8(network)
    engine = open_engine(container.TFLITE, payload)
    tagship_runtime.load(with_contract(payload, engine.input, engine.output))
    with pytest.raises(ContractError, match="the contract promises"):
        tagship_runtime.load(with_contract(payload, change(engine.input), engine.output))
