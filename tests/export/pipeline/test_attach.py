"""Contracts for files made elsewhere, and back for those that another tool saved again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest

import tagship_runtime
from export.models import MODELS
from tagship_export.targets.registry import TARGETS
from tagship_runtime import container

Command = Callable[..., Any]


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
