"""``tagship export`` and ``tagship verify``: what they write, prove and refuse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_export import export
from tagship_export.errors import UnsupportedOpsError
from tagship_export.targets.registry import TARGETS
from tagship_runtime import container
from tagship_runtime.container import FORMATS

Command = Callable[..., Any]


def test_artifacts_describe_their_original(article_run: Path, artifact: Path) -> None:
    import hashlib

    contract = tagship_runtime.load(artifact).contract
    run = json.loads((article_run / "run.json").read_text())
    assert list(contract.labels) == run["labels"]
    assert list(contract.thresholds) == run["thresholds"]
    assert (contract.input.name, contract.input.shape, contract.input.dtype) == ("features", (None, 6), "float32")
    assert (contract.output.name, contract.output.shape) == ("scores", (None, 3))
    assert contract.recipe == "float32"
    assert contract.source["sha256"] == hashlib.sha256((article_run / "model.keras").read_bytes()).hexdigest()
    assert contract.parity is not None
    assert contract.parity["rows"] == 3300
    assert contract.quality is not None
    assert contract.quality["original"]["macro_f1"] == pytest.approx(run["metrics"]["test"]["macro_f1"])


def test_one_format(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    done = tagship("export", article_run, "--out", tmp_path, "--formats", "onnx", "--json")
    assert done.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "export.json",
        "float32.onnx",
        "float32.onnx.json",
        "report.html",
    ]
    (entry,) = json.loads(done.out)
    assert entry["bytes"] == (tmp_path / "float32.onnx").stat().st_size


def test_verify_passes_and_says_so(tagship: Command, article_run: Path, artifact: Path) -> None:
    done = tagship("verify", article_run, artifact)
    assert done.code == 0
    assert "passed" in done.out
    (entry,) = json.loads(tagship("verify", article_run, artifact, "--json", "--data", "sample:synthetic").out)
    assert entry["parity"]["rows"] == 10_000
    assert entry["parity"]["flips"] == sum(entry["parity"]["flips_per_label"].values())


def test_verify_against_a_bare_keras_file(tagship: Command, article_run: Path, artifact: Path) -> None:
    rows = article_run / "rows" / "test.parquet"
    bare = ("verify", article_run / "model.keras", artifact, "--data", rows)
    assert tagship(*bare).code == 0
    swapped = tagship(*bare, "--labels", "class_1,class_0,class_2")
    assert swapped.code == 1
    told = " ".join(swapped.out.split())
    assert "its labels are ['class_0', 'class_1', 'class_2'], the original's ['class_1'" in told
    few = tagship(*bare, "--labels", "a,b")
    assert (few.code, few.out) == (2, "")
    assert "2 labels for a model that gives 3 scores" in few.err
    without = tagship("verify", article_run / "model.keras", artifact)
    assert (without.code, "--data" in without.err) == (2, True)


def test_rows_without_labels_are_compared_without_f1(
    tagship: Command, article_run: Path, artifact: Path, tmp_path: Path
) -> None:
    table = pyarrow.parquet.read_table(article_run / "rows" / "test.parquet")
    unlabelled = table.select([name for name in table.column_names if name.startswith("feature")])
    pyarrow.parquet.write_table(unlabelled, tmp_path / "rows.parquet")
    done = tagship("verify", article_run, artifact, "--data", tmp_path / "rows.parquet", "--json")
    assert done.code == 0
    assert json.loads(done.out)[0]["quality"] is None
    pyarrow.parquet.write_table(unlabelled.slice(0, 0), tmp_path / "none.parquet")
    empty = tagship("verify", article_run, artifact, "--data", tmp_path / "none.parquet")
    assert (empty.code, "no rows to compare" in empty.err) == (2, True)


def resealed(artifact: Path, folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """The artifact with another contract, digest and all."""
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    document = change(contract.to_dict())
    path = folder / artifact.name
    path.write_bytes(container.attach(payload, tagship_runtime.Contract.from_json(json.dumps(document))))
    return path


@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (lambda d: d | {"labels": d["labels"][::-1]}, "its labels are"),
        (lambda d: d | {"thresholds": [0.9, 0.9, 0.9]}, "its thresholds are (0.9, 0.9, 0.9)"),
        (lambda d: d | {"features": d["features"][::-1]}, "other features"),
    ],
)
def test_a_contract_that_lies_fails(
    tagship: Command,
    article_run: Path,
    artifact: Path,
    tmp_path: Path,
    sabotage: Callable[[dict[str, Any]], dict[str, Any]],
    said: str,
) -> None:
    done = tagship("verify", article_run, resealed(artifact, tmp_path, sabotage), "--json")
    assert done.code == 1
    assert said in " ".join(json.loads(done.out)[0]["faults"])


def test_another_models_artifact_fails(tagship: Command, scaled_run: Path, artifact: Path, article_run: Path) -> None:
    done = tagship("verify", scaled_run, artifact)
    assert done.code == 1
    assert "flips that are not borderline" in " ".join(done.out.split())


def test_what_breaks_its_budget_is_rejected(article_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    convert = TARGETS["onnx"].convert

    def nudged(model: Any, batch: int | None) -> bytes:
        other = keras.models.clone_model(model)
        other.set_weights([weight * 1.05 for weight in model.get_weights()])
        return convert(other, batch)

    monkeypatch.setattr(TARGETS["onnx"], "convert", nudged)
    made = export(article_run, tmp_path, formats=["onnx"])
    assert [artifact.verification.passed for artifact in made] == [False]
    assert made[0].path == tmp_path / "rejected" / "float32.onnx"
    assert not (tmp_path / "float32.onnx").exists()


@pytest.mark.parametrize("normalised", [True, False])
def test_weights_and_fixed_arrays_reach_the_file(normalised: bool) -> None:
    """Converters have left both out in silence."""
    import keras

    inputs = keras.Input((4,))
    x = keras.layers.Normalization(mean=[1.0] * 4, variance=[4.0] * 4)(inputs) if normalised else inputs
    model = keras.Model(inputs, keras.layers.Dense(2, activation="sigmoid")(keras.layers.Dense(3)(x)))
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    for kind in FORMATS:
        scores = tagship_runtime.load(TARGETS[kind].convert(model, None), labels=["a", "b"]).predict_proba(rows)
        np.testing.assert_allclose(scores, model.predict(rows, verbose=0), rtol=0, atol=1e-6)


def test_an_operation_without_builtin_is_named() -> None:
    import keras

    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(2, activation="sigmoid")(keras.ops.erfinv(keras.ops.tanh(inputs)))
    for kind in FORMATS:
        with pytest.raises(UnsupportedOpsError, match="Erfinv"):
            TARGETS[kind].convert(keras.Model(inputs, outputs), None)


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
    cases = {
        tmp_path / "absent": "does not exist",
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


def test_bad_options(tagship: Command, article_run: Path, artifact: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    cases = {
        ("export", article_run, *out, "--formats", "coreml"): "--formats is 'coreml'",
        ("export", article_run, *out, "--recipes", "int3"): "no recipe is called 'int3'",
        ("export", article_run, *out, "--max-flip-rate", 7): "between 0 and 1",
        ("verify", article_run, artifact, "--data", tmp_path / "absent.csv"): "does not exist",
        ("verify", article_run, tmp_path / "absent.onnx"): "does not exist",
        ("verify", tmp_path / "absent", artifact): "does not exist",
    }
    for arguments, said in cases.items():
        done = tagship(*arguments)
        assert done.code == 2, arguments
        assert said in done.err
        assert len(done.err.splitlines()) == 1


def test_a_folder_that_cannot_be_written(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = tagship("export", article_run, "--out", tmp_path / "file" / "out")
    assert done.code == 2
    assert "cannot write" in done.err
