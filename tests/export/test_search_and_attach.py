"""The search for disagreement, golden rows of every kind, and contracts for files made elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import tagship_runtime
from export.models import MODELS, mixed
from tagship_export import export, open_original
from tagship_export.data.rows import read_rows
from tagship_export.targets.decider import Decider
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.counterexamples import search
from tagship_runtime import container

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def int8(article_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int8")
    export(article_run, folder, recipes=["int8"])
    return folder


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_the_search_finds_what_sampling_does_not(int8: Path, article_run: Path, tagship: Command, kind: str) -> None:
    done = tagship("verify", article_run, int8 / f"int8.{kind}", "--search", "--json")
    (entry,) = json.loads(done.out)
    found = entry["search"]["farthest"]
    difference = abs(found["original"] - found["artifact"])
    assert difference > 1.5 * entry["parity"]["max_difference"]
    original, artifact = open_original(article_run), tagship_runtime.load(int8 / f"int8.{kind}")
    label = artifact.labels.index(found["label"])
    replayed = original.scores(original.encoder.encode([found["row"]])), artifact.predict_proba([found["row"]])
    assert [float(scores[0, label]) for scores in replayed] == [found["original"], found["artifact"]]
    flip = entry["search"]["flip"]
    assert flip["flipped"]
    assert (flip["original"] >= flip["threshold"]) != (flip["artifact"] >= flip["threshold"])
    train = read_rows(str(article_run / "rows" / "train.parquet"), artifact.labels)
    for place, name in enumerate(f.name for f in artifact.contract.features or ()):
        column = train.table[name].to_numpy()
        assert column.min() <= found["row"][place] <= column.max()


def test_a_counter_example_among_the_golden_rows(
    int8: Path, article_run: Path, tagship: Command, tmp_path: Path
) -> None:
    path = tmp_path / "int8.tflite"
    shutil.copy(int8 / "int8.tflite", path)
    found = json.loads(tagship("verify", article_run, path, "--search", "--keep", "--json").out)[0]["search"]
    golden = tagship_runtime.load(path).contract.golden
    assert golden is not None
    assert golden.rows[-1] == found["farthest"]["row"]
    assert len(golden.rows) == 25
    assert tagship("selftest", path).code == 0
    assert tagship("verify", article_run, path, "--keep").code == 2


@pytest.mark.parametrize("golden", ["synthetic", "real", "none"])
def test_golden_rows_of_mixed_features(tmp_path: Path, golden: str) -> None:
    from dataclasses import replace

    model, table, features = mixed()
    original = replace(open_original(model, labels=["a", "b"]), features=features)
    made = export(original, tmp_path, data=table, recipes=["float32", "int8"], golden=golden)
    for artifact in made:
        assert artifact.verification.passed, artifact.verification.faults
        predictor = tagship_runtime.load(artifact.path)
        kept = predictor.contract.golden
        if golden == "none":
            assert kept is None
            continue
        assert kept is not None
        assert predictor.selftest().passed
        real = set(zip(*(table[name].to_pylist() for name in ("age", "sex", "dose")), strict=True))
        assert all((tuple(row) in real) == (golden == "real") for row in kept.rows)
        assert any(row[0] is None for row in kept.rows)
        assert {row[1] for row in kept.rows} >= {"F", "M"}
    decider = Decider.of(EngineRunner(predictor.engine), predictor.contract)
    found = search(original, decider, read_rows(table, ("a", "b")), original.thresholds or ())
    assert found.farthest.row[1] in {"F", "M"}
    assert predictor.predict_proba([found.farthest.row]).max() >= found.farthest.artifact


def test_golden_rows_of_large_inputs_stay_within_their_room(tmp_path: Path) -> None:
    model, rows = MODELS["images"]()
    made = export(model, tmp_path, labels=list("abcd"), data=rows, formats=["onnx"])
    golden = tagship_runtime.load(made[0].path).contract.golden
    assert golden is not None
    assert 1 <= len(golden.rows) < 24
    assert len(json.dumps(golden.to_dict())) <= 32 * 1024
    assert np.shape(golden.rows[0]) == (12, 12, 3)


@pytest.fixture
def bare(artifacts: dict[tuple[str, str], Path], tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A model file without a contract."""
    path = tmp_path / f"other.{request.param}"
    path.write_bytes(container.unpack(artifacts["plain", request.param].read_bytes()).payload)
    return path


def model_payload(path: Path) -> bytes:
    return container.unpack(path.read_bytes()).payload


@pytest.mark.parametrize("bare", ["tflite", "onnx"], indirect=True)
def test_attach_to_a_file_made_elsewhere(bare: Path, article_run: Path, tagship: Command) -> None:
    rows = article_run / "rows" / "test.parquet"
    names = json.loads((article_run / "run.json").read_text())
    refused = tagship("attach", bare)
    assert (refused.code, "--labels" in refused.err) == (2, True)
    assert tagship("attach", bare, "--labels", "a,b").code == 2
    done = tagship("attach", bare, "--labels", ",".join(names["labels"]), "--thresholds", 0.4, "--data", rows)
    assert done.code == 0, done.err
    model = tagship_runtime.load(bare)
    assert model.contract.thresholds == (0.4, 0.4, 0.4)
    assert [f.name for f in model.contract.features or ()] == [f["name"] for f in names["features"]]
    assert model.contract.quality is not None
    bare.write_bytes(container.attach(model_payload(bare), replace(model.contract, features=None)))
    assert tagship("attach", bare, "--data", rows).code == 0
    assert tagship_runtime.load(bare).contract.features == model.contract.features
    assert model.contract.parity is None
    assert model.selftest().passed
    assert json.loads(bare.with_name(f"{bare.name}.json").read_text()) == model.contract.to_dict()


def resaved(path: Path, target: Path) -> Path:
    """As another tool would write it: other bytes, the same model."""
    if path.suffix == ".onnx":
        proto = onnx.load(path)
        proto.producer_name = "another tool"
        onnx.save(proto, target)
    else:
        from ai_edge_litert.tools import flatbuffer_utils

        model = flatbuffer_utils.read_model_from_bytearray(bytearray(path.read_bytes()))
        model.description = b"another tool"
        target.write_bytes(bytes(flatbuffer_utils.convert_object_to_bytearray(model)))
    return target


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_attach_gives_a_contract_back(int8: Path, tmp_path: Path, tagship: Command, kind: str) -> None:
    source = int8 / f"int8.{kind}"
    path = resaved(source, tmp_path / source.name)
    before = tagship_runtime.load(source).contract
    assert tagship("inspect", path).code == 2
    done = tagship("attach", path, "--contract", f"{source}.json", "--out", tmp_path / "back" / source.name)
    assert done.code == 0, done.err
    after = tagship_runtime.load(tmp_path / "back" / source.name)
    assert (after.labels, after.contract.thresholds) == (before.labels, before.thresholds)
    assert (after.contract.features, after.contract.golden) == (before.features, before.golden)
    assert after.contract.parity is None
    assert after.selftest().passed


def test_attach_does_not_give_one_models_contract_to_another(
    int8: Path, artifacts: dict[tuple[str, str], Path], tmp_path: Path, tagship: Command
) -> None:
    path = tmp_path / "other.onnx"
    _, _, contract = container.unpack((int8 / "int8.onnx").read_bytes())
    model, _ = MODELS["article"]()
    path.write_bytes(TARGETS["onnx"].convert(model, None))
    done = tagship("attach", path, "--contract", int8 / "int8.onnx.json")
    assert contract is not None
    assert (done.code, "no longer gives the scores" in done.err) == (1, True)
