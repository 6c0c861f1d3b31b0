"""What embeddings look up is stored as int8 too, and golden rows allow what a batch does to each other's scores."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

import tagship_runtime
from tagship_export import export_all, verify
from tagship_export.targets.onnx.float_graph import float_graph


def model() -> keras.Model:
    """Make one most of whose weights are an embedding's, as models of texts have it."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    words = layers.Embedding(300, 16, embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0))
    return keras.Sequential(
        [
            keras.Input((12,), dtype="int32"),
            words,
            layers.GlobalAveragePooling1D(),
            layers.Dense(32, "relu"),
            layers.Dense(3, "sigmoid"),
        ]
    )


def test_dynamic_int8_of_an_embedding_repeats_its_golden_rows(tmp_path: Path) -> None:
    original = model()
    rows = np.random.default_rng(0).integers(0, 300, (400, 12)).astype(np.int32)
    data = rows, original.predict(rows, verbose=0) > 0.5
    made = export_all(original, tmp_path, labels=["a", "b", "c"], data=data, formats=["onnx"], recipes=["dynamic_int8"])
    (artifact,) = made.artifacts
    assert artifact.verification.faults == ()
    predictor = tagship_runtime.load(artifact.path)
    assert predictor.weight_bytes["uint8"] >= 300 * 16
    assert predictor.weight_bytes["float32"] < 1000
    alone = np.concatenate([predictor.predict_proba(row[None]) for row in rows[:50]])
    apart = float(np.abs(predictor.predict_proba(rows[:50]) - alone).max())
    golden = predictor.contract.golden
    assert golden is not None
    assert 0 < apart <= golden.tolerance < 0.05
    assert predictor.selftest().passed
    assert verify(original, artifact.path, data, labels=["a", "b", "c"]).passed


@pytest.mark.parametrize("shared", [False, True])
def test_integers_behind_a_look_up_are_numbers_where_nothing_else_reads_them(shared: bool) -> None:
    import onnx

    make, types = onnx.helper, onnx.TensorProto
    nodes = [
        make.make_node("Gather", ["table", "x"], ["looked"]),
        make.make_node("DequantizeLinear", ["looked", "scale", "zero"], ["y"]),
        *([make.make_node("Cast", ["table"], ["z"], to=types.FLOAT)] if shared else []),
    ]
    outputs = ["y", *(["z"] if shared else [])]
    table = np.array([[1, -2], [3, 4]], np.int8)
    stored = {"table": table, "scale": np.float32(0.5), "zero": np.int8(1)}
    graph = make.make_graph(
        nodes,
        "g",
        [make.make_tensor_value_info("x", types.INT64, [None])],
        [make.make_tensor_value_info(name, types.FLOAT, None) for name in outputs],
        [onnx.numpy_helper.from_array(np.asarray(values), name) for name, values in stored.items()],
    )
    found = float_graph(make.make_model(graph, opset_imports=[make.make_opsetid("", 17)]).SerializeToString())
    names = [operation.name for operation in found.operations]
    assert ("DequantizeLinear" in names) is shared
