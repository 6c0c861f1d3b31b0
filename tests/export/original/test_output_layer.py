"""What ends in independent scores is taken, whatever its graph looks like; what does not is told in one true line."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_export import export, export_all, open_original, verify
from tagship_export.errors import OriginalError, UnsupportedOpsError
from tagship_export.original.output_layer import shape_fault
from tagship_export.targets.litert.convert import FLEX

Build = Callable[[], Any]


def keras_layers() -> Any:
    import keras

    keras.utils.set_random_seed(4)
    return keras, keras.layers


def attention_over_time() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((6, 4))
    weights = layers.Softmax(axis=1)(layers.Dense(1)(inputs))
    return keras.Model(inputs, keras.ops.sum(weights * layers.Dense(3, "sigmoid")(inputs), axis=1))


def attention_as_a_product() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((6, 4))
    weights = layers.Softmax(axis=1)(layers.Dense(1)(inputs))
    scores = layers.Dense(3, "sigmoid")(inputs)
    return keras.Model(inputs, keras.ops.squeeze(keras.ops.matmul(keras.ops.transpose(weights, (0, 2, 1)), scores), 1))


def mixture() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    shares = layers.Dense(2, "softmax")(inputs)
    experts = [layers.Dense(3, "sigmoid")(inputs) for _ in range(2)]
    return keras.Model(inputs, experts[0] * shares[:, :1] + experts[1] * shares[:, 1:])


def pairs() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    paired = layers.Reshape((3, 2))(layers.Dense(6)(inputs))
    return keras.Model(inputs, layers.Softmax(axis=-1)(paired)[:, :, 1])


def hard_sigmoid() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    return keras.Model(inputs, keras.ops.clip(0.2 * layers.Dense(3)(inputs) + 0.5, 0.0, 1.0))


def dict_of_one() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    return keras.Model(inputs, {"probabilities": layers.Dense(3, "sigmoid")(inputs)})


INDEPENDENT = [attention_over_time, attention_as_a_product, mixture, pairs, hard_sigmoid, dict_of_one]


@pytest.mark.parametrize("build", INDEPENDENT, ids=lambda build: build.__name__)
def test_independent_scores_are_exported(build: Build, tmp_path: Path) -> None:
    model = build()
    shape = model.input_shape[1:]
    rows = np.random.default_rng(0).normal(size=(80, *shape)).astype(np.float32)
    made = export(model, tmp_path, labels=["a", "b", "c"], data=rows)
    assert [artifact.verification.passed for artifact in made] == [True, True]
    assert made[0].verification.parity.max_difference < 1e-6


def softmax() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(3, "softmax")(inputs))


def averaged_softmax() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Average()([layers.Dense(3, "softmax")(inputs) for _ in range(2)]))


def softmax_but_one() -> Any:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(4, "softmax")(inputs)[:, :3])


@pytest.mark.parametrize("build", [softmax, averaged_softmax, softmax_but_one], ids=lambda build: build.__name__)
def test_scores_that_share_one_sum_are_refused_unless_the_caller_insists(build: Build) -> None:
    with pytest.raises(OriginalError, match=r"share one sum.*--independent"):
        open_original(build())
    assert open_original(build(), independent=True).width == 3


def test_logits_are_told_from_scores() -> None:
    keras, layers = keras_layers()
    inputs = keras.Input((5,))
    bare = keras.Model(inputs, layers.Dense(3)(inputs))
    with pytest.raises(OriginalError, match="add it with --logits"):
        open_original(bare)
    assert open_original(bare, logits=True).width == 3
    with pytest.raises(OriginalError, match="gives numbers from 0 to 1 already, which a sigmoid would squash"):
        open_original(hard_sigmoid(), logits=True)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64", "bfloat16"])
def test_other_precisions_are_exported_as_a_copy_in_float32(policy: str, tmp_path: Path) -> None:
    keras, layers = keras_layers()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = keras.Sequential([keras.Input((5,)), layers.Dense(16, "relu"), layers.Dense(3, "sigmoid")])
    finally:
        keras.config.set_dtype_policy(before)
    path = tmp_path / "model.keras"
    model.save(path)
    rows = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)
    original = open_original(path, labels=["a", "b", "c"])
    np.testing.assert_allclose(original.scores(rows), np.asarray(model(rows), np.float32), rtol=0, atol=0.02)
    for weight, copied in zip(model.get_weights(), original.model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight.astype(np.float32), copied)
    made = export_all(path, tmp_path / "out", labels=["a", "b", "c"], data=rows)
    assert [artifact.verification.passed for artifact in made.artifacts] == [True, True]
    (note,) = (note for note in made.notes if "float32" in note)
    assert note == (
        f"the model computes in {policy}; exported and compared with is a copy in float32 with the same weights"
    )
    assert note in json.loads((tmp_path / "out" / "export.json").read_text())["notes"]
    assert verify(path, made.artifacts[0].path, rows, labels=["a", "b", "c"]).notes[0] == note


def test_a_model_that_cannot_be_copied_is_told_by_its_policy() -> None:
    keras, layers = keras_layers()

    class Own(keras.Model):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(dtype="mixed_float16")
            self.dense = layers.Dense(3, "sigmoid", dtype="mixed_float16")

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

    model = Own()
    model(np.zeros((2, 5), np.float32))
    with pytest.raises(OriginalError, match="computes in mixed_float16"):
        open_original(model)


def test_text_is_refused_by_the_layer_that_takes_it() -> None:
    keras, layers = keras_layers()
    words = layers.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")
    inputs = keras.Input((1,), dtype="string")
    model = keras.Model(inputs, layers.Dense(2, "sigmoid")(words(inputs)))
    with pytest.raises(
        OriginalError, match=r"takes text by StringLookup, which looks a whole text up.*: put the layer"
    ):
        open_original(model)


def test_what_keras_quantized_is_refused() -> None:
    keras, layers = keras_layers()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(3, "sigmoid")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # input layers have nothing to quantize
        model.quantize("int8")
    with pytest.raises(OriginalError, match="quantized by Keras"):
        open_original(model)


def test_a_pointer_of_git_lfs(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
    with pytest.raises(OriginalError, match="is a pointer of Git LFS, not the model itself; run: git lfs pull"):
        open_original(path)


def test_a_file_of_keras_2_is_told_as_such(tmp_path: Path) -> None:
    import json

    import h5py

    layer = {"class_name": "TFOpLambda", "config": {"name": "tf.math.multiply", "function": "math.multiply"}}
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": {"layers": [layer]}})
    with pytest.raises(OriginalError, match=r"saved by Keras 2, and calls TensorFlow by itself \(TFOpLambda\)"):
        open_original(tmp_path / "model.h5")


def test_flex_is_no_matter_of_onnx() -> None:
    assert "Flex" in str(UnsupportedOpsError("LiteRT", ("Erfinv",), FLEX))
    assert str(UnsupportedOpsError("ONNX", ("Erfinv",))) == (
        "ONNX has no builtin for Erfinv: replace the layer that uses it, or leave this format out"
    )


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "SimpleRNN"])
def test_a_stateful_layer_is_refused_by_its_state(cell: str, tmp_path: Path, tagship: Callable[..., Any]) -> None:
    keras, layers = keras_layers()
    recurrent = getattr(layers, cell)(4, stateful=True, name="memory")
    model = keras.Sequential([keras.Input((6, 4), batch_size=1), recurrent, layers.Dense(2, "sigmoid")])
    model.save(tmp_path / "m.keras")
    np.savez(tmp_path / "rows.npz", x=np.zeros((8, 6, 4), np.float32), y=np.zeros((8, 2), np.uint8))
    given = ("--labels", "a,b", "--data", tmp_path / "rows.npz", "--batch", 1)
    done = tagship("export", tmp_path / "m.keras", *given, "--out", tmp_path / "out")
    assert done.code == 2
    assert done.err == (
        "tagship: error: layer 'memory' is stateful: it goes on from the rows before, in batches of one size, and an "
        "artifact decides each row by itself; build the model with stateful=False, give it the same weights "
        "(set_weights), and export that\n"
    )
    assert not (tmp_path / "out").exists()


def test_scores_of_several_places_are_pooled_or_laid_flat() -> None:
    keras, layers = keras_layers()
    model = keras.Sequential([keras.Input((8, 6)), layers.Dense(2, "sigmoid")])
    with pytest.raises(OriginalError) as refused:
        open_original(model)
    assert "shape (None, 8, 2); (rows, labels) is needed" in str(refused.value)
    assert "GlobalAveragePooling1D" in str(refused.value)
    assert "keras.layers.Flatten(), with 16 labels" in str(refused.value)
    assert open_original(keras.Sequential([model, layers.Flatten()])).width == 16


@pytest.mark.parametrize(
    ("shape", "words"),
    [([None, None, 2], "Flatten(), with as many labels"), ([None], "Reshape((1,))"), (None, "a fixed shape")],
)
def test_scores_of_other_shapes(shape: list[int | None] | None, words: str) -> None:
    from tensorflow import TensorShape

    assert words in shape_fault(TensorShape(shape))
