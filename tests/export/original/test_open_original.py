"""Any Keras multilabel model: files, live objects, other inputs than tables, and what is refused."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from export.models import MODELS
from tagship_export import export, verify
from tagship_export.errors import ExportError

Command = Callable[..., Any]


@pytest.mark.parametrize(("name", "extra"), [("images", ()), ("logits", ("--logits",))])
def test_a_keras_file_with_an_npz(tagship: Command, saved: Path, tmp_path: Path, name: str, extra: tuple[str]) -> None:
    model, data = saved / f"{name}.keras", saved / f"{name}.npz"
    labels = ("--labels", saved / "labels.txt")
    done = tagship("export", model, *labels, "--data", data, "--out", tmp_path, *extra, "--recipes", "float32,int8")
    assert done.code == 0, done.out + done.err
    predictor = tagship_runtime.load(tmp_path / "int8.onnx")
    assert predictor.labels == ("cat", "dog", "bird", "none of these")
    assert predictor.contract.features is None
    assert predictor.contract.golden is not None
    assert predictor.selftest().passed
    assert tagship("verify", model, tmp_path / "float32.tflite", "--data", data, *extra).code == 0


def test_a_live_model_and_a_data_frame(tmp_path: Path) -> None:
    import pandas

    model, rows = MODELS["article"]()
    names = [f"column {number}" for number in range(6)]
    frame = pandas.DataFrame(rows, columns=names)
    for label in "abc":
        frame[label] = 1
    made = export(model, tmp_path, labels=["a", "b", "c"], data=frame, formats=["tflite"], thresholds=0.4)
    contract = tagship_runtime.load(made[0].path).contract
    assert [feature.name for feature in contract.features or ()] == names
    assert contract.thresholds == (0.4, 0.4, 0.4)
    assert verify(model, made[0].path, frame).passed


def test_a_subclassed_model(tmp_path: Path) -> None:
    import keras

    @keras.saving.register_keras_serializable("tests")
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.hidden, self.scores = keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "sigmoid")

        def call(self, inputs: Any) -> Any:
            return self.scores(self.hidden(inputs))

    rows = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)
    model = Own()
    with pytest.raises(ExportError, match="call it once"):
        export(model, tmp_path / "unbuilt", labels=["a", "b"], data=rows)
    model(rows)
    model.save(tmp_path / "own.keras")
    for source in (model, tmp_path / "own.keras"):
        made = export(source, tmp_path / "out", labels=["a", "b"], data=rows, recipes=["float32", "int8"])
        assert all(artifact.verification.passed for artifact in made)


@pytest.mark.filterwarnings("ignore")  # Keras says that .h5 is an old format
def test_h5(tagship: Command, tmp_path: Path) -> None:
    model, rows = MODELS["article"]()
    model.save(tmp_path / "model.h5")
    np.savez(tmp_path / "rows.npz", features=rows)
    arguments = ("--labels", "a,b,c", "--data", tmp_path / "rows.npz", "--out", tmp_path / "out")
    assert tagship("export", tmp_path / "model.h5", *arguments).code == 0


def refused(tagship: Command, source: Path, out: Path, *arguments: object) -> str:
    done = tagship("export", source, "--out", out, *arguments)
    assert done.code == 2, done.out
    assert len(done.err.splitlines()) == 1
    assert not out.exists()
    return str(done.err)


def test_models_that_are_no_multilabel_classifiers(tagship: Command, saved: Path, tmp_path: Path) -> None:
    import keras

    layers, out = keras.layers, tmp_path / "out"
    first, second = keras.Input((4,)), keras.Input((4,))
    hidden = layers.Dense(4)(first)
    both = layers.Concatenate()([first, second])
    models = {
        "softmax": (keras.Model(first, layers.Dense(3, "softmax")(hidden)), "ends in a softmax"),
        "bare": (keras.Model(first, hidden), "--logits"),
        "two inputs": (keras.Model([first, second], layers.Dense(3, "sigmoid")(both)), "has 2 inputs"),
        "two outputs": (keras.Model(first, [layers.Dense(3, "sigmoid")(hidden), hidden]), "has 2 outputs"),
        "free axis": (
            keras.Sequential([keras.Input((None, 2)), layers.GlobalMaxPooling1D(), layers.Dense(3, "sigmoid")]),
            "only the first axis",
        ),
        "map": (keras.Sequential([keras.Input((8, 2)), layers.Conv1D(3, 1, activation="sigmoid")]), "(rows, labels)"),
        "no builtin": (
            keras.Model(first, layers.Dense(3, "sigmoid")(keras.ops.erfinv(keras.ops.tanh(first)))),
            "Erfinv",
        ),
    }
    np.savez(tmp_path / "rows.npz", x=np.zeros((8, 4), np.float32))
    for name, (model, said) in models.items():
        model.save(tmp_path / f"{name}.keras")
        arguments = ("--labels", "a,b,c", "--data", tmp_path / "rows.npz")
        assert said in refused(tagship, tmp_path / f"{name}.keras", out, *arguments), name
    data = ("--data", saved / "article.npz")
    article = saved / "article.keras"
    assert "leave out --logits" in refused(tagship, article, out, "--labels", "a,b,c", *data, "--logits")
    assert "4 labels for a model that gives 3" in refused(
        tagship, article, out, "--labels", saved / "labels.txt", *data
    )
    assert "no such file" in refused(tagship, article, out, "--labels", tmp_path / "absent.txt", *data)
    assert "labels" in refused(tagship, article, out, *data)
    assert "--data" in refused(tagship, article, out, "--labels", "a,b,c")
    wrong = ("--data", saved / "images.npz")
    assert "the truth has shape" in refused(tagship, article, out, "--labels", "a,b,c", *wrong)
    np.savez(tmp_path / "wide.npz", x=np.zeros((8, 7), np.float32))
    assert "has shape" in refused(tagship, article, out, "--labels", "a,b,c", "--data", tmp_path / "wide.npz")
    np.savez(tmp_path / "other.npz", z=np.zeros((8, 6), np.float32))
    assert "have to be called x" in refused(
        tagship, article, out, "--labels", "a,b,c", "--data", tmp_path / "other.npz"
    )


def test_nothing_in_a_file_is_run(tagship: Command, saved: Path, tmp_path: Path) -> None:
    """Not even where somebody has switched Keras' own safety off for this process."""
    import keras

    witness = tmp_path / "witness"
    inputs = keras.Input((6,))
    code = f"lambda x: [open({str(witness)!r}, 'w'), x][1]"
    body = keras.layers.Lambda(eval(code), output_shape=(6,))  # noqa: S307
    keras.Model(inputs, keras.layers.Dense(3, "sigmoid")(body(inputs))).save(tmp_path / "lambda.keras")
    witness.unlink(missing_ok=True)
    attacks = {"lambda.keras": "Lambda"}
    for module, name in (("os", "system"), ("subprocess", "Popen"), ("some_package.layers", "Mine")):
        target = tmp_path / f"{name}.keras"
        attacks[target.name] = name
        with zipfile.ZipFile(saved / "article.keras") as old, zipfile.ZipFile(target, "w") as new:
            for entry in old.namelist():
                content = old.read(entry)
                if entry == "config.json":
                    config = json.loads(content)
                    config["config"]["layers"][1] |= {"module": module, "class_name": name, "registered_name": None}
                    content = json.dumps(config).encode()
                new.writestr(entry, content)
    data = ("--labels", "a,b,c", "--data", saved / "article.npz")
    keras.config.enable_unsafe_deserialization()
    try:
        for file, said in attacks.items():
            assert said in refused(tagship, tmp_path / file, tmp_path / "out", *data), file
    finally:
        from keras.src.backend.common import global_state

        global_state.set_global_attribute("safe_mode_saving", None)
    assert not witness.exists()


def test_a_data_frame_keeps_its_names(tmp_path: Path) -> None:
    """So that columns in another order are not taken for each other."""
    import keras
    import pandas

    random = np.random.default_rng(0)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="sigmoid")(inputs))
    frame = pandas.DataFrame(random.normal(size=(300, 4)).astype(np.float32), columns=list("abcd"))
    targets = random.integers(0, 2, (300, 2))
    export(model, tmp_path, labels=["u", "v"], data=(frame, targets), formats=["onnx"])
    artifact = tagship_runtime.load(tmp_path / "float32.onnx")
    np.testing.assert_array_equal(artifact.predict_proba(frame[list("dcba")]), artifact.predict_proba(frame))


def test_weights_that_are_no_numbers_are_named(tagship: Command, tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "sigmoid", name="last")])
    model.set_weights([np.array([[1, np.nan, 1], [np.nan, 1, 1]]), np.zeros(3)])
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "rows.npz", x=np.zeros((20, 2)))
    given = "--labels", "a,b,c", "--data", tmp_path / "rows.npz"
    done = tagship("export", tmp_path / "model.keras", "--out", tmp_path / "out", *given)
    assert done.code == 2
    assert "2 of the 6 numbers of 'last/kernel' are NaN" in done.err
    assert "its training diverged" in done.err


def test_bad_originals(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    damaged = tmp_path / "damaged"
    shutil.copytree(article_run, damaged)
    (damaged / "run.json").write_text("{")
    no_model = tmp_path / "no-model"
    shutil.copytree(article_run, no_model)
    (no_model / "model.keras").unlink()
    picture = tmp_path / "picture.keras"
    picture.write_bytes(b"\x89PNG")
    left = tmp_path / f".killed.{'0f' * 8}.tmp"
    shutil.copytree(article_run, left)
    cases = {
        tmp_path / "absent": "does not exist",
        tmp_path / "killed": f"a training that was killed left {left}: rename",
        tmp_path / "empty": "without run.json",
        damaged: "is damaged",
        no_model: "no model.keras",
        picture: "cannot be loaded as a Keras model",
        article_run / "model.keras": "not known; name them with --labels",
    }
    for source, said in cases.items():
        done = tagship("export", source, "--out", tmp_path / "out")
        assert done.code == 2, source
        assert said in done.err
        assert len(done.err.splitlines()) == 1
        assert not (tmp_path / "out").exists()
