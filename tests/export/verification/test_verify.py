"""Verification catches an artifact that is not what it claims to be, and says where it goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from export.models import MODELS, rebuilt
from tagship_export import export, open_original, verify
from tagship_export.targets.registry import TARGETS
from tagship_runtime import container
from tagship_runtime.terminal.silence import quiet

LABELS = tuple("abcde")
Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def original() -> tuple[Any, Any]:
    """The model with raw ranges, and rows with labels that it mostly gets right."""
    model, rows = MODELS["raw_ranges"]()
    scores = model.predict(rows, verbose=0)
    truth = (scores >= np.median(scores, axis=0)).astype(np.uint8)
    return model, (rows, truth)


@pytest.fixture(scope="module", params=["float32.tflite", "float32.onnx", "int8.tflite", "int8.onnx"])
def sound(request: Any, original: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    model, data = original
    thresholds = [float(np.median(column)) for column in model.predict(data[0], verbose=0).T]
    recipe, kind = request.param.split(".")
    made = export(
        model,
        tmp_path_factory.mktemp("sound"),
        labels=LABELS,
        thresholds=thresholds,
        data=data,
        recipes=[recipe],
        formats=[kind],
        max_flip_rate=0.05,
        max_f1_drop=0.05,
    )
    assert made[0].verification.passed, made[0].verification.faults
    return made[0].path


def nudged(model: Any) -> None:
    model.get_layer("hidden_2").kernel.assign(np.asarray(model.get_layer("hidden_2").kernel) * 1.25)


def unscaled(model: Any) -> None:
    model.get_layer("scale").scale = [1.0] * 12


@pytest.mark.parametrize(
    ("change", "layer"), [(nudged, "hidden_2"), (unscaled, "scale")], ids=["weights nudged", "scaling removed"]
)
def test_another_graph_inside(original: Any, sound: Path, tmp_path: Path, change: Change, layer: str) -> None:
    model, data = original
    kind, _, contract = container.unpack(sound.read_bytes())
    assert contract is not None
    with quiet():
        payload = TARGETS[kind.name].make(contract.recipe, rebuilt(model, change), calibration=data[0][:300])
    path = tmp_path / sound.name
    tensors = tagship_runtime.load(payload, labels=LABELS).engine
    path.write_bytes(container.attach(payload, replace(contract, input=tensors.input, output=tensors.output)))
    verdict = verify(open_original(model, labels=LABELS, thresholds=contract_thresholds(contract)), path, data)
    assert not verdict.passed
    assert verdict.parity.flips > 0
    assert verdict.parting is not None
    assert verdict.parting.layer in {layer, "hidden_1"}  # clipping hides what scaling did to some recipes' values
    assert verdict.worst[0].original == pytest.approx(verdict.worst[0].artifact, abs=1)
    assert abs(verdict.worst[0].original - verdict.worst[0].artifact) == pytest.approx(verdict.parity.max_difference)


def contract_thresholds(contract: Any) -> list[float]:
    thresholds: list[float] = contract.parity["original_thresholds"]
    return thresholds


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d | {"labels": d["labels"][::-1]}, "its labels are"),
        (lambda d: d | {"thresholds": [min(0.99, t + 0.2) for t in d["thresholds"]]}, "thresholds"),
    ],
    ids=["labels swapped", "thresholds shifted"],
)
def test_another_contract(original: Any, sound: Path, tmp_path: Path, change: Any, said: str) -> None:
    model, data = original
    _, payload, contract = container.unpack(sound.read_bytes())
    assert contract is not None
    document = change(contract.to_dict())
    path = tmp_path / sound.name
    path.write_bytes(container.attach(payload, tagship_runtime.Contract.from_json(json.dumps(document))))
    verdict = verify(open_original(model, labels=LABELS, thresholds=contract_thresholds(contract)), path, data)
    assert not verdict.passed
    assert said in " ".join(verdict.faults)


def test_another_models_artifact(original: Any, sound: Path) -> None:
    model, data = original
    other = rebuilt(model, lambda m: m.set_weights([w[::-1] for w in m.get_weights()]))
    assert not verify(other, sound, data).passed


def test_the_sound_one_passes(original: Any, sound: Path) -> None:
    model, data = original
    verdict = verify(model, sound, data, max_flip_rate=0.05, max_f1_drop=0.05)
    assert verdict.passed, verdict.faults
    assert verdict.parting is None


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_a_file_converted_elsewhere_that_differs(original: Any, tmp_path: Path, tagship: Any, kind: str) -> None:
    """Its tensors have names of their own, and the verdict comes as JSON all the same."""
    import tensorflow as tf

    model, (rows, truth) = original
    path, saved, data = tmp_path / f"foreign.{kind}", tmp_path / "model.keras", tmp_path / "rows.npz"
    other = rebuilt(model, nudged)
    with quiet():
        if kind == "tflite":
            path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(other).convert())
        else:
            other(rows[:2])
            other.export(path, format="onnx", verbose=False)
    model.save(saved)
    np.savez(data, x=rows, y=truth)
    assert tagship("attach", path, "--labels", ",".join(LABELS)).code == 0
    done = tagship("verify", saved, path, "--data", data, "--json")
    assert done.code == 1, done.err
    (verdict,) = json.loads(done.out)
    assert verdict["recipe"] == "float32"
    assert any(fault.startswith("a score is off by") for fault in verdict["faults"])
    assert "source.sha256, which names no file that is at hand" in verdict["unchecked"]
