"""A payload of any recipe is its original's operations and numbers, rounded; whatever else is in it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from export.models import MODELS, Made
from export.verification.sabotage import from_middle, middle
from export.verification.sabotaged_graphs import read, written
from tagship_export.errors import ConversionError
from tagship_export.targets.float_graph import Numbers, TwoReadingsError, beside_bias
from tagship_export.targets.onnx.target import OnnxTarget
from tagship_export.targets.registry import TARGETS
from tagship_export.targets.runtime_target import RuntimeTarget
from tagship_export.verification.looked_up_tables import table_faults
from tagship_export.verification.stored_graph import Differences, _coarse, coarser, differences
from tagship_runtime.terminal.silence import quiet

Sound = tuple[RuntimeTarget, bytes, dict[str, bytes]]

WIDE = (2, 4)
"""Types of biases, of 32 and 64 bits, by number in LiteRT."""


def recurrent() -> Made:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((9, 4)), layers.LSTM(6), layers.Dense(16), layers.Dense(2, "sigmoid")])
    return model, np.random.default_rng(0).normal(size=(300, 9, 4)).astype(np.float32)


def words() -> Made:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    embedding = layers.Embedding(40, 32)
    layer_list = [keras.Input((7,), dtype="int32"), embedding, layers.GlobalAveragePooling1D()]
    model = keras.Sequential([*layer_list, layers.Dense(16, "relu"), layers.Dense(2, "sigmoid")])
    return model, np.random.default_rng(0).integers(0, 40, (300, 7)).astype(np.int32)


def convolutional() -> Made:
    """Normalisation behind convolutions, one of them of single channels, with biases that are not 0."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((10, 10, 3)),
            layers.Conv2D(8, 3, bias_initializer="random_normal"),
            layers.BatchNormalization(momentum=0.5),
            layers.ReLU(),
            layers.DepthwiseConv2D(3, bias_initializer="random_normal"),
            layers.Conv2D(12, 1, bias_initializer="random_normal", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(16, "gelu", bias_initializer="random_normal"),
            layers.Dense(3, "sigmoid", bias_initializer="random_normal"),
        ]
    )
    rows = np.random.default_rng(0).normal(size=(300, 10, 10, 3)).astype(np.float32)
    for _ in range(4):
        model(rows, training=True)
    return model, rows


def biased() -> Made:
    """Dense layers whose biases are not 0, of which ONNX makes one operation each."""
    import keras

    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(units, "relu", bias_initializer="random_normal") for units in (32, 16)]
    last = keras.layers.Dense(3, "sigmoid", bias_initializer="random_normal")
    rows = np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32)
    return keras.Sequential([keras.Input((8,)), *layers, last]), rows


def far_apart() -> Made:
    """Columns of very different scales, which are normalised inside, and a channel of small weights beside large."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    rows = np.random.default_rng(0).lognormal(0, 0.5, (300, 5)) * np.array([1e-6, 1, 1e3, 8e5, 3])
    scale = layers.Normalization()
    scale.adapt(rows)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            scale,
            layers.Dense(32, "relu", bias_initializer="random_normal"),
            layers.BatchNormalization(momentum=0.0, beta_initializer="random_normal"),
            layers.Dense(16, "relu", bias_initializer="random_normal"),
            layers.Dense(3, "sigmoid", bias_initializer="random_normal"),
        ]
    )
    model(rows.astype(np.float32), training=True)
    for layer in model.layers:
        if isinstance(layer, layers.Dense):
            kernel, bias = layer.get_weights()
            kernel[:, 0], bias[0] = kernel[:, 0] * 1e-4, bias[0] * 1e-6
            layer.set_weights([kernel, bias])
    return model, rows.astype(np.float32)


def convolved_words() -> Made:
    """Most weights are of a convolution, which ONNX files of integer weights leave in floats."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    numbers = keras.Input((12,), dtype="int32")
    hidden = layers.Conv1D(24, 3, activation="relu")(layers.Embedding(80, 16)(numbers))
    model = keras.Model(numbers, layers.Dense(3, "sigmoid")(layers.GlobalMaxPooling1D()(hidden)))
    return model, np.random.default_rng(0).integers(0, 80, (400, 12)).astype(np.int32)


def looked_up() -> Made:
    """A table, and a layer so small that LiteRT leaves it in floats."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    numbers = keras.Input((12,), dtype="int32")
    mean = layers.GlobalAveragePooling1D()(layers.Embedding(500, 16)(numbers))
    model = keras.Model(numbers, layers.Dense(3, "sigmoid")(mean))
    return model, np.random.default_rng(0).integers(0, 500, (400, 12)).astype(np.int32)


def attending() -> Made:
    """A table whose rows are multiplied, and added to the product: ONNX multiplies the integers that it looks up.

    It is looked up in twice.
    """
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    numbers = keras.Input((12,), dtype="int32")
    words = layers.Embedding(60, 16)
    found, others = words(numbers[:, :6]), words(numbers[:, 6:])
    hidden = layers.MultiHeadAttention(2, 8)(found, found) + found + others
    model = keras.Model(numbers, layers.Dense(3, "sigmoid")(layers.GlobalMaxPooling1D()(hidden)))
    return model, np.random.default_rng(0).integers(0, 60, (400, 12)).astype(np.int32)


def unrolled() -> Made:
    """Steps one after the other, of which the first has a state of zeros, to whose product a bias is added."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    steps = layers.GRU(6, unroll=True, bias_initializer="random_normal")
    model = keras.Sequential([keras.Input((5, 4)), steps, layers.Dense(16), layers.Dense(2, "sigmoid")])
    return model, np.random.default_rng(0).normal(size=(300, 5, 4)).astype(np.float32)


def pruned() -> Made:
    """Channels and a layer whose weights are nothing or next to nothing, with biases beside them."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    numbers = keras.Input((8, 8, 1))
    filters, nothing = layers.Conv2D(6, 3, activation="relu"), layers.Dense(4, activation="relu")
    living = layers.GlobalAveragePooling2D()(filters(numbers))
    both = layers.Concatenate()([living, nothing(living)])
    model = keras.Model(numbers, layers.Dense(3, "sigmoid", bias_initializer="random_normal")(both))
    kernel, bias = filters.get_weights()
    kernel[..., :3] *= [0, 1e-12, 1e-7]
    filters.set_weights([kernel, bias + 0.7])
    nothing.set_weights([np.zeros((6, 4)), np.full(4, 0.9)])
    return model, np.random.default_rng(0).uniform(size=(300, 8, 8, 1)).astype(np.float32)


def transposed() -> Made:
    """Convolutions whose size is computed of the batch's, beside a bias."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2DTranspose(12, 3, strides=2, activation="relu", bias_initializer="random_normal"),
            layers.Conv2DTranspose(8, 2, activation="relu", use_bias=False),
            layers.Reshape((-1, 8)),
            layers.Conv1DTranspose(10, 3, activation="relu", bias_initializer="random_normal"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, "sigmoid", bias_initializer="random_normal"),
        ]
    )
    return model, np.random.default_rng(0).normal(size=(300, 6, 6, 3)).astype(np.float32)


def faded() -> Made:
    """Channels that decay has brought to next to nothing, some smaller than any step that a converter gives."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    first, second = (layers.Dense(units, "relu", bias_initializer="random_normal") for units in (24, 16))
    model = keras.Sequential([keras.Input((8,)), first, second, layers.Dense(3, "sigmoid")])
    for layer in (first, second):
        kernel, bias = layer.get_weights()
        kernel[:, :6] *= [1e-20, 1e-12, 1e-9, 1e-8, 1e-7, 1e-6]
        layer.set_weights([kernel, bias * np.where(np.arange(len(bias)) % 2, 1, 1e-9)])
    return model, np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32)


MORE = (
    *(recurrent, words, convolutional, biased, far_apart, convolved_words, looked_up, attending, unrolled, pruned),
    *(transposed, faded),
)
KINDS = {**MODELS, **{made.__name__: made for made in MORE}}
FORMATS = ("tflite", "onnx")


def made(name: str, kind: str) -> Sound:
    """The target, a model's float32, and its payloads by recipe."""
    model, rows = KINDS[name]()
    target = TARGETS[kind]
    assert isinstance(target, RuntimeTarget)
    payloads = {}
    batch = 1 if name == "recurrent" else None  # LiteRT's loops need it
    with quiet():
        float32 = target.convert(model, batch)
        for recipe in target.recipes:
            try:
                payloads[recipe] = target.make(recipe, model, calibration=rows[:200], batch=batch, float32=float32)
            except ConversionError:
                continue
    return target, float32, payloads


def compared(target: RuntimeTarget, payload: bytes, float32: bytes) -> Differences:
    return differences(target.float_graph(payload), target.float_graph(float32))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", KINDS)
def test_every_recipe_stores_the_original(name: str, kind: str) -> None:
    target, float32, payloads = made(name, kind)
    assert len(payloads) >= 2
    for recipe, payload in payloads.items():
        assert compared(target, payload, float32) == Differences(), recipe
        assert target.stored_recipe(payload) == recipe


def test_numbers_that_are_looked_up_and_are_no_weights_tell_no_recipe() -> None:
    import onnx

    helper, kinds = onnx.helper, onnx.TensorProto
    table = onnx.numpy_helper.from_array(np.arange(6).reshape(3, 2), "table")
    nodes = [helper.make_node("Gather", ["table", "x"], ["rows"]), helper.make_node("Cast", ["rows"], ["y"], to=1)]
    given = helper.make_tensor_value_info("x", kinds.INT64, [None])
    gives = helper.make_tensor_value_info("y", kinds.FLOAT, [None, 2])
    payload = helper.make_model(helper.make_graph(nodes, "looked up", [given], [gives], [table])).SerializeToString()
    assert TARGETS["onnx"].stored_recipe(payload) == "float32"


def test_integers_from_end_to_end_may_begin_with_numbers_of_words() -> None:
    target, _, payloads = made("words", "tflite")
    assert {recipe: target.stored_recipe(payload) for recipe, payload in payloads.items()} == {
        recipe: recipe for recipe in payloads
    }
    assert "int8_io" in payloads


def changed(values: np.ndarray) -> list[np.ndarray]:
    """The largest number negated, and moved by two steps of eight bits, or by as little of a float."""
    numbers, eight_bits = from_middle(values), values.dtype.itemsize == 1
    place = int(np.abs(numbers).argmax())
    largest = float(numbers[place])
    found = []
    for number in (-largest, largest - np.sign(largest) * (2 if eight_bits else abs(largest) / 256)):
        found.append(values.copy())
        found[-1][place] = (np.clip(number, -127, 127) if eight_bits else number) + middle(values.dtype)
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["biased", "convolutional"])
def test_any_number_that_is_changed_shows(name: str, kind: str) -> None:
    target, float32, payloads = made(name, kind)
    for recipe, payload in payloads.items():
        tried = 0
        for constant in target.constants(payload):
            values = constant.values
            if not from_middle(values).any() or (values.dtype == np.int16 and constant.numbers is None):
                continue
            scale_of_activations = kind == "onnx" and not constant.shape  # by other rows it would be another
            for other in changed(values)[: 1 if scale_of_activations else 2]:
                found = compared(target, constant.replaced(other), float32)
                assert found != Differences(), (recipe, constant.name)
                tried += 1
        assert tried >= 8


def test_a_bias_excuses_the_steps_of_its_own_channel_alone() -> None:
    sizes, step = np.array([[1e-7, 0.0], [127.0, 3.0]]), np.array([[1e-6], [1.0]])
    weights = Numbers("kernel", sizes, step, fine=True)
    bias = Numbers("bias", np.array([2.0**30, 2.0]) * 1e-9, np.array([1e-9, 1e-3]))  # rows in steps of 0.001
    least = beside_bias(weights, bias).least
    np.testing.assert_allclose(least, [[1e-6], [2.0**-29 * 1e-6]])
    assert not _coarse(sizes, step, least)
    assert _coarse(sizes, step * [[1.0], [2.0]], least)
    assert _coarse(sizes, step * [[1.1], [1.0]], least)
    assert _coarse(sizes, step, 0.0)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_smallest_number_of_a_constant_is_held_to_its_own_size(kind: str) -> None:
    """Scales, means and biases of a small column, moved by a tenth of themselves beside ones that are far larger."""
    target, float32, payloads = made("far_apart", kind)
    tried = 0
    for recipe, payload in payloads.items():
        for constant in target.constants(payload):
            values = constant.values
            if values.dtype != np.float32 or values.size < 3 or constant.numbers is None:
                continue
            sizes = np.where(values == 0, np.inf, np.abs(values))
            place = int(sizes.argmin())
            if sizes[place] > 1e-3 * np.abs(values).max():
                continue
            moved = values.copy()
            moved[place] *= np.float32(1.1)
            found = compared(target, constant.replaced(moved), float32)
            assert found != Differences(), (recipe, constant.name)
            assert recipe != "float32" or [said.split(" numbers")[0] for said in found.numbers] == [
                f"1 of the {values.size}"
            ]
            tried += 1
    assert tried >= 8


@pytest.mark.parametrize("recipe", ["dynamic_int8", "int8", "int16x8", "int8_io"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_recipe_rounds_by_its_own_steps(kind: str, recipe: str) -> None:
    target, _, payloads = made("far_apart", kind)
    if recipe not in payloads:
        pytest.skip(f"there is no {recipe} of it in {kind}")
    model, rows = KINDS["far_apart"]()
    with quiet():
        again = target.make(recipe, model, calibration=rows[200:])
    assert list(coarser(target.float_graph(payloads[recipe]), target.float_graph(again))) == []


@pytest.mark.parametrize("name", ["looked_up", "attending"])
def test_tables_whose_step_few_rows_decide(name: str) -> None:
    """What is looked up is an activation where activations are integers, and few rows reach a part of a table."""
    import keras

    target = TARGETS["tflite"]
    assert isinstance(target, RuntimeTarget)
    model, rows = KINDS[name]()
    words = next(layer for layer in model.layers if isinstance(layer, keras.layers.Embedding))
    table = words.get_weights()[0]
    table[0] *= 4
    words.set_weights([table])
    with quiet():
        payloads = [target.make("int8_io", model, calibration=given) for given in (rows, rows[(rows > 0).all(axis=1)])]
        payloads.append(target.convert(model, None))
    stored, own, trained = map(target.float_graph, payloads)
    place, lookup = next((i, one) for i, one in enumerate(stored.operations) if one.name == "GATHER")
    table, its_own = (graph.operations[place].inputs[0] for graph in (stored, own))
    assert isinstance(table, Numbers)
    assert isinstance(its_own, Numbers)
    assert float(table.step) > 3 * float(its_own.step)
    assert list(table_faults(stored, own, trained, 100)) == []
    coarse = replace(table, step=np.abs(table.values).max() / 15)
    operations = list(stored.operations)
    operations[place] = replace(lookup, inputs=(coarse, *lookup.inputs[1:]))
    (fault,) = table_faults(replace(stored, operations=tuple(operations)), own, trained, 100)
    assert fault == f"the numbers of {table.name!r} are rounded to far coarser steps than by its recipe"


@pytest.mark.parametrize("kind", FORMATS)
def test_steps_of_both_signs_at_most_places_hide_nothing(kind: str) -> None:
    target, float32, payloads = made("biased", kind)
    for recipe in ("int8", "int16x8", "dynamic_int8"):
        matrix = max(
            (one for one in target.constants(payloads[recipe]) if one.values.dtype.itemsize == 1),
            key=lambda one: one.values.size,
        )
        random = np.random.default_rng(0)
        values = from_middle(matrix.values).astype(int)
        moved = values + random.choice([-2, 2], values.size) * (random.random(values.size) < 0.75)
        moved[np.abs(values).argmax()] *= -1
        changed = (np.clip(moved, -127, 127) + middle(matrix.values.dtype)).astype(matrix.values.dtype)
        found = compared(target, matrix.replaced(changed), float32)
        off = int((np.abs(from_middle(changed) - values) >= 1).sum())
        assert found.numbers == (
            f"{off} of the {values.size} numbers of {matrix.name!r} are not those of the original, rounded",
        )


def edited(change: Callable[[Any], None], recipe: str = "int8") -> tuple[Differences, bytes]:
    """What is said of an ONNX payload after a change of its graph, and the payload."""
    target, float32, payloads = made("biased", "onnx")
    proto = onnx.load_from_string(payloads[recipe])
    change(proto)
    payload = proto.SerializeToString()
    return compared(target, payload, float32), payload


def dead_branch(proto: Any) -> None:
    """An int8 weight that adds next to nothing."""
    graph = proto.graph
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.ones((40,), np.int8), "dead"),
            numpy_helper.from_array(np.float32(1e-33), "dead_scale"),
            numpy_helper.from_array(np.int8(0), "dead_zero"),
        ]
    )
    last = graph.node[-1]
    last.output[0] = "before"
    graph.node.extend(
        [
            helper.make_node("DequantizeLinear", ["dead", "dead_scale", "dead_zero"], ["dead_floats"]),
            helper.make_node("ReduceMean", ["dead_floats"], ["dead_mean"], keepdims=1),
            helper.make_node("Add", ["before", "dead_mean"], ["scores"]),
        ]
    )


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_a_dead_branch_is_another_graph(recipe: str) -> None:
    found, _ = edited(dead_branch, recipe)
    assert found.structure is not None
    assert "is ReduceMean, where its conversion has none" in found.structure


def constant(proto: Any, name: str) -> Any:
    return next(tensor for tensor in proto.graph.initializer if tensor.name == name)


def node(proto: Any, kind: str, place: int = 0) -> Any:
    return [one for one in proto.graph.node if one.op_type == kind][place]


def scaled_by(proto: Any, name: str, factor: float, new: str) -> str:
    values = numpy_helper.to_array(constant(proto, name))
    proto.graph.initializer.append(numpy_helper.from_array((values * factor).astype(values.dtype), new))
    return new


def activation_by_two_scales(proto: Any) -> None:
    pair = node(proto, "DequantizeLinear")
    pair.input[1] = scaled_by(proto, pair.input[1], 1.5, "wider")


def weights_scale(proto: Any) -> None:
    product = node(proto, "Gemm")
    weights = next(one for one in proto.graph.node if one.output[0] == product.input[1])
    weights.input[1] = scaled_by(proto, weights.input[1], -1.0, "turned")


def bias_scale(proto: Any) -> None:
    product = node(proto, "Gemm")
    bias = next(one for one in proto.graph.node if one.output[0] == product.input[2])
    bias.input[1] = scaled_by(proto, bias.input[1], 1e6, "coarse")
    stored = constant(proto, bias.input[0])
    zeros = np.zeros_like(numpy_helper.to_array(stored))
    stored.CopyFrom(numpy_helper.from_array(zeros, stored.name))


def another_axis(proto: Any) -> None:
    quantizes = node(proto, "QuantizeLinear")
    quantizes.attribute.append(helper.make_attribute("axis", 0))


def another_activation(proto: Any) -> None:
    node(proto, "Relu").op_type = "Abs"


def left_out(proto: Any) -> None:
    relu = node(proto, "Relu")
    relu.op_type = "Identity"


def older_language(proto: Any) -> None:
    proto.opset_import[0].version = 13


def own_function(proto: Any) -> None:
    body = [helper.make_node("Neg", ["x"], ["y"])]
    proto.functions.append(helper.make_function("", "Relu", ["x"], ["y"], body, [helper.make_opsetid("", 17)]))


def rows_twice(proto: Any) -> None:
    node(proto, "Gemm", 1).input[0] = node(proto, "Gemm", 0).output[0]


@pytest.mark.parametrize(
    "change",
    [
        activation_by_two_scales,
        weights_scale,
        bias_scale,
        another_axis,
        another_activation,
        left_out,
        older_language,
        own_function,
        rows_twice,
    ],
    ids=lambda change: change.__name__,
)
def test_what_scales_and_operations_can_hide(change: Callable[[Any], None]) -> None:
    found, _ = edited(change)
    assert found != Differences()


def another_scale_of_rows(proto: Any) -> None:
    """Of one of several products of the same integers."""
    scales = next(one for one in proto.graph.node if one.op_type == "Mul" and one.output[0].endswith("scales_mul"))
    scales.input[0] = scaled_by(proto, scales.input[0], 1.5, "larger")


def another_zero_of_rows(proto: Any) -> None:
    product = node(proto, "MatMulInteger")
    values = numpy_helper.to_array(constant(proto, product.input[2]))
    proto.graph.initializer.append(numpy_helper.from_array(values - np.asarray(1, values.dtype), "lower"))
    product.input[2] = "lower"


def another_scale_of_the_table(proto: Any) -> None:
    sums = next(one for one in proto.graph.node if one.op_type == "DequantizeLinear")
    sums.input[1] = scaled_by(proto, sums.input[1], 1.5, "larger")


def integers_for_numbers(proto: Any) -> None:
    """The sum takes integers that were looked up as they are."""
    sums = next(one for one in proto.graph.node if one.op_type == "DequantizeLinear")
    sums.op_type = "Cast"
    del sums.input[1:]
    sums.attribute.append(helper.make_attribute("to", onnx.TensorProto.FLOAT))


@pytest.mark.parametrize(
    "change",
    [another_scale_of_rows, another_zero_of_rows, another_scale_of_the_table, integers_for_numbers],
    ids=lambda change: change.__name__,
)
def test_looked_up_integers_are_the_same_numbers_to_all_who_take_them(change: Callable[[Any], None]) -> None:
    target, float32, payloads = made("attending", "onnx")
    proto = onnx.load_from_string(payloads["dynamic_int8"])
    assert compared(target, proto.SerializeToString(), float32) == Differences()
    change(proto)
    assert compared(target, proto.SerializeToString(), float32) != Differences()


@pytest.mark.parametrize("change", [bias_scale, activation_by_two_scales], ids=lambda change: change.__name__)
def test_a_scale_that_is_another_is_said_to_be_one(change: Callable[[Any], None]) -> None:
    found, _ = edited(change)
    assert found.structure is not None
    assert "QuantizeLinear by another scale than its pair or product has, where" in found.structure.replace("Deq", "Q")


def test_a_function_is_named_with_its_domain() -> None:
    def of_another_domain(proto: Any) -> None:
        own_function(proto)
        proto.functions[0].domain = "custom"

    found, _ = edited(of_another_domain)
    assert "a function custom.Relu of its own" in (found.structure or "")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_step_so_coarse_that_every_number_rounds_to_zero(kind: str) -> None:
    """Within half a step of the original, and nothing of it is left."""
    target, float32, payloads = made("biased", kind)
    graph, original = target.float_graph(payloads["int8"]), target.float_graph(float32)
    place, product = next(
        (i, one) for i, one in enumerate(graph.operations) if one.name in ("MatMul", "FULLY_CONNECTED")
    )
    weights: Any = product.inputs[1]
    step = np.full_like(weights.values, 4 * np.abs(weights.values).max())
    blank = replace(weights, values=np.zeros_like(weights.values), step=step)
    operations = list(graph.operations)
    operations[place] = replace(product, inputs=(product.inputs[0], blank, *product.inputs[2:]))
    found = differences(replace(graph, operations=tuple(operations)), original)
    assert found.numbers == (f"the numbers of {weights.name!r} are rounded to coarser steps than their type needs",)


def litert(change: Callable[[Any], None], recipe: str = "int8") -> Differences:
    """What is said of a .tflite payload after a change of its model."""
    from ai_edge_litert.tools import flatbuffer_utils

    target, float32, payloads = made("convolutional", "tflite")
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payloads[recipe]))
    change(model)
    return compared(target, bytes(flatbuffer_utils.convert_object_to_bytearray(model)), float32)


def tensors_of(model: Any, name: str) -> list[Any]:
    """What the first operator of a kind takes."""
    from ai_edge_litert import schema_py_generated as schema

    number = getattr(schema.BuiltinOperator, name)
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    graph = model.subgraphs[0]
    operator = next(one for one in graph.operators if codes[one.opcodeIndex] == number)
    return [graph.tensors[index] for index in (*operator.inputs, *operator.outputs)]


def zero_point_of_weights(model: Any) -> None:
    weights = tensors_of(model, "FULLY_CONNECTED")[1].quantization
    weights.zeroPoint = np.full(len(weights.scale), 3, np.int64)


def scale_of_a_bias(model: Any) -> None:
    """Twice the integers by half the scale is the same to who reads, and twice to who computes."""
    bias = tensors_of(model, "FULLY_CONNECTED")[2]
    bias.quantization.scale = np.asarray(bias.quantization.scale) / 2
    stored = np.frombuffer(bytes(bytearray(model.buffers[bias.buffer].data)), np.int32)
    model.buffers[bias.buffer].data = np.frombuffer((stored * 2).tobytes(), np.uint8)


def negative_scale(model: Any) -> None:
    weights = tensors_of(model, "FULLY_CONNECTED")[1].quantization
    weights.scale = -np.asarray(weights.scale)


@pytest.mark.parametrize(
    "change", [zero_point_of_weights, scale_of_a_bias, negative_scale], ids=lambda one: one.__name__
)
def test_what_scales_of_litert_can_hide(change: Callable[[Any], None]) -> None:
    assert litert(lambda model: None) == Differences()
    assert litert(change) != Differences()


def test_copies_between_two_scales_are_another_operation() -> None:
    """To hand integers on under another scale is to multiply."""

    def rescaled(model: Any) -> None:
        out = next(one for one in tensors_of(model, "MAX_POOL_2D")[::-1] if one.quantization is not None)
        out.quantization.scale = np.asarray(out.quantization.scale) * 1.5

    from ai_edge_litert.tools import flatbuffer_utils

    target, float32, payloads = made("images", "tflite")
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payloads["int8_io"]))
    rescaled(model)
    found = compared(target, bytes(flatbuffer_utils.convert_object_to_bytearray(model)), float32)
    assert found.structure is not None
    assert "MAX_POOL_2D between two scales" in found.structure


def test_numbers_of_which_half_are_another_models_are_told_as_well() -> None:
    target, float32, _ = made("biased", "onnx")
    assert isinstance(target, OnnxTarget)
    model, _ = KINDS["biased"]()
    model.set_weights([weight * 1.01 for weight in model.get_weights()])
    with quiet():
        other = target.convert(model, None)
    assert len(compared(target, other, float32).numbers) == 6


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("recipe", ["int8", "float16", "dynamic_int8"])
def test_a_name_of_two_constants_is_refused(recipe: str, first: bool) -> None:
    """Engines take the first, who reads a list into a dict the last."""
    target, _, payloads = made("biased", "onnx")
    model = onnx.load_from_string(payloads[recipe])
    model.graph.initializer.insert(0 if first else len(model.graph.initializer), model.graph.initializer[1])
    with pytest.raises(TwoReadingsError, match="is the name of two values"):
        target.float_graph(model.SerializeToString())


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_a_constant_that_a_caller_may_give_is_refused(recipe: str) -> None:
    """ONNX Runtime takes the constant where nobody gives another, as the runtime never does."""
    target, _, payloads = made("biased", "onnx")
    proto = onnx.load_from_string(payloads[recipe])
    tensor = proto.graph.initializer[0]
    proto.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    with pytest.raises(TwoReadingsError, match=f"'{tensor.name}' is a constant and an input, for which a caller may"):
        target.float_graph(proto.SerializeToString())


def within_loops(graph: Any, inside: bool = False) -> Iterator[Any]:
    """Constants of graphs that a graph runs, in initializers and in attributes."""
    yield from graph.initializer if inside else ()
    for one in graph.node:
        for attribute in one.attribute:
            if attribute.HasField("g"):
                yield from within_loops(attribute.g, inside=True)
            elif inside and attribute.HasField("t"):
                yield attribute.t


@pytest.mark.parametrize("recipe", ["float32", "float16", "dynamic_int8", "int8", "int16x8"])
def test_constants_within_loops_are_compared_too(recipe: str) -> None:
    target, float32, payloads = made("recurrent", "onnx")
    count = len(list(within_loops(onnx.load_from_string(payloads[recipe]).graph)))
    tried = 0
    for place in range(count):
        proto = onnx.load_from_string(payloads[recipe])
        tensor = list(within_loops(proto.graph))[place]
        values = numpy_helper.to_array(tensor).copy()
        if values.dtype.kind not in "iuf" or not values.any():
            continue
        largest = int(np.abs(values.astype(np.float64)).argmax())
        values.flat[largest] = values.flat[largest] + 3 if values.dtype.kind == "u" else -values.flat[largest]
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
        assert compared(target, proto.SerializeToString(), float32) != Differences(), tensor.name
        tried += 1
    assert tried >= 3


def test_a_buffer_in_two_places_is_refused() -> None:
    """LiteRT takes what is in the table, flatbuffer_utils what lies behind the FlatBuffer."""
    from ai_edge_litert.tools import flatbuffer_utils

    target, _, payloads = made("biased", "tflite")
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payloads["int8"]))
    buffer = next(one for one in model.buffers if one.data is not None and len(one.data) > 8)
    honest = bytes(bytearray(buffer.data))
    buffer.offset, buffer.size = 2, len(honest)
    buffer.offset = len(flatbuffer_utils.convert_object_to_bytearray(model))
    payload = bytes(flatbuffer_utils.convert_object_to_bytearray(model)) + honest
    with pytest.raises(TwoReadingsError, match="has numbers in two places"):
        target.float_graph(payload)


def test_graphs_that_nothing_runs_and_other_signatures_are_refused() -> None:
    from ai_edge_litert.tools import flatbuffer_utils

    target, _, payloads = made("biased", "tflite")
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(payloads["int8"]))
    model.subgraphs.append(model.subgraphs[0])
    with pytest.raises(TwoReadingsError, match="1 of its graphs are run by nothing"):
        target.float_graph(bytes(flatbuffer_utils.convert_object_to_bytearray(model)))
    model.signatureDefs[0].subgraphIndex = 1
    with pytest.raises(TwoReadingsError, match="a signature names another graph"):
        target.float_graph(bytes(flatbuffer_utils.convert_object_to_bytearray(model)))


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_signatures_of_other_tensors_and_sparse_ones_are_refused(recipe: str) -> None:
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.tools import flatbuffer_utils

    target, _, payloads = made("biased", "tflite")
    target.float_graph(payloads[recipe])

    def changed(change: Callable[[Any], None]) -> bytes:
        model = flatbuffer_utils.read_model_from_bytearray(bytearray(payloads[recipe]))
        change(model)
        return bytes(flatbuffer_utils.convert_object_to_bytearray(model))

    def other_output(model: Any) -> None:
        model.signatureDefs[0].outputs[0].tensorIndex -= 1

    def other_input(model: Any) -> None:
        model.signatureDefs[0].inputs[0].tensorIndex += 1

    def sparse(model: Any) -> None:
        weight = next(tensor for tensor in model.subgraphs[0].tensors if model.buffers[tensor.buffer].data is not None)
        weight.sparsity = schema.SparsityParametersT()

    def blocks(model: Any) -> None:
        weight = next(tensor for tensor in model.subgraphs[0].tensors if model.buffers[tensor.buffer].data is not None)
        weight.quantization = weight.quantization or schema.QuantizationParametersT()
        weight.quantization.detailsType = schema.QuantizationDetails.BlockwiseQuantization
        weight.quantization.details = schema.BlockwiseQuantizationT()

    refused = {
        "other outputs than": other_output,
        "other inputs than": other_input,
        "is sparse": sparse,
        "has scales in two places": blocks,
    }
    for said, change in refused.items():
        with pytest.raises(TwoReadingsError, match=said):
            target.float_graph(changed(change))


def test_numbers_of_a_tensor_in_two_places_are_refused() -> None:
    target, _, payloads = made("biased", "onnx")
    proto = onnx.load_from_string(payloads["float32"])
    tensor = next(one for one in proto.graph.initializer if one.data_type == onnx.TensorProto.FLOAT and one.raw_data)
    tensor.float_data.extend((-onnx.numpy_helper.to_array(tensor)).ravel().tolist())
    with pytest.raises(TwoReadingsError, match="has numbers in two places"):
        target.float_graph(proto.SerializeToString())


@pytest.mark.parametrize("recipe", ["int8", "int16x8", "int8_io"])
@pytest.mark.parametrize("name", ["biased", "transposed"])
def test_a_bias_says_the_scale_of_its_product(name: str, recipe: str) -> None:
    """Not every kernel looks at it, so that engines could read it in two ways."""
    target, float32, payloads = made(name, "tflite")
    model = read(payloads[recipe])
    biases = [
        tensor for tensor in model.subgraphs[0].tensors if tensor.type in WIDE and tensor.quantization.scale is not None
    ]
    assert len(biases) >= 2
    for tensor in biases:
        before = tensor.quantization.scale
        tensor.quantization.scale = before * np.float32(1.5)
        found = compared(target, written(model), float32)
        assert "whose bias has another scale than the product" in (found.structure or ""), tensor.name
        tensor.quantization.scale = before
