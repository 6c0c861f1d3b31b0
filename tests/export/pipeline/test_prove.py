"""A candidate that breaks its budget or whose golden rows do not repeat is rejected, and says where it goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_export import export, verify
from tagship_export.data.splits import split_rows
from tagship_export.original.open_original import open_original
from tagship_export.pipeline.plan import plan_recipes
from tagship_export.pipeline.prove import locate_divergence, prove, replay_golden
from tagship_export.pipeline.reference import Reference
from tagship_export.pipeline.results import Candidate
from tagship_export.targets.registry import TARGETS


@pytest.fixture(scope="module")
def reference(article_run: Path) -> Reference:
    original, splits = split_rows(open_original(article_run))
    return Reference.of(original, splits)


@pytest.fixture(scope="module", params=["tflite", "onnx"])
def candidate(request: pytest.FixtureRequest, reference: Reference) -> Candidate:
    (planned,) = plan_recipes(["float32"], [request.param])
    payload = planned.target.convert(reference.original.model, None)
    return prove(payload, planned, reference)


def test_a_sound_candidate_stays_as_it_is(candidate: Candidate, reference: Reference) -> None:
    assert candidate.verification.passed, candidate.verification.faults
    assert replay_golden(candidate) is candidate
    assert locate_divergence(candidate, reference) is candidate


def test_golden_rows_that_do_not_repeat(candidate: Candidate, reference: Reference) -> None:
    contract = candidate.artifact.contract
    assert contract.golden is not None
    changed = tuple(tuple(min(1.0, score + 0.13) for score in row) for row in contract.golden.scores)
    wrong = replace(contract, golden=replace(contract.golden, scores=changed))
    found = replay_golden(replace(candidate, artifact=replace(candidate.artifact, contract=wrong)))
    assert not found.verification.passed
    assert found.verification.faults[0].startswith("its golden rows do not repeat: off by 0.13 here, 0 flips")
    assert locate_divergence(found, reference).verification.divergence is None  # the layers are right


def test_without_golden_rows_there_is_nothing_to_repeat(candidate: Candidate) -> None:
    bare = replace(candidate, artifact=replace(candidate.artifact, contract=replace(candidate.contract, golden=None)))
    assert replay_golden(bare) is bare


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


def test_products_of_integers_beside_more_weights_in_floats(tmp_path: Path) -> None:
    """Golden rows alone and among others are as far apart as such products make them, whatever most weights are."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    numbers = keras.Input((12,), dtype="int32")
    found = layers.Conv1D(64, 5, activation="relu")(layers.Embedding(80, 32, "random_normal")(numbers))  # in floats
    hidden = layers.Dense(16, "relu", kernel_initializer=keras.initializers.RandomNormal(stddev=4.0))
    last = layers.Dense(3, "sigmoid", kernel_initializer=keras.initializers.RandomNormal(stddev=1.0))
    model = keras.Model(numbers, last(hidden(layers.GlobalMaxPooling1D()(found))))
    rows = np.random.default_rng(0).integers(0, 80, (400, 12)).astype(np.int32)
    original = open_original(model, labels=["a", "b", "c"])
    (made,) = export(original, tmp_path / "out", data=rows, recipes=["dynamic_int8"], formats=["onnx"])
    assert made.verification.passed, made.verification.faults
    shipped = tagship_runtime.load(made.path)
    assert shipped.weight_bytes["float32"] / 4 > shipped.weight_bytes["uint8"]
    golden = shipped.contract.golden
    assert golden is not None
    assert golden.tolerance > 1e-3
    assert shipped.selftest().passed


def test_integers_that_a_converter_reads_by_two_scales_are_rejected_as_verification_does(tmp_path: Path) -> None:
    """What the converter makes of an LSTM backwards through time is turned round between two scales."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    steps = layers.Bidirectional(layers.LSTM(5, unroll=True, return_sequences=True))
    model = keras.Sequential([keras.Input((4, 3)), steps, layers.GlobalMaxPooling1D(), layers.Dense(2, "sigmoid")])
    rows = np.random.default_rng(0).normal(size=(300, 4, 3)).astype(np.float32)
    original = open_original(model, labels=["a", "b"])
    made = export(original, tmp_path / "out", data=rows, recipes=["int8", "int8_io"], formats=["tflite"])
    for artifact in made:
        found = verify(original, artifact.path, rows)
        assert found.passed == artifact.verification.passed, found.faults
    assert [artifact.recipe.name for artifact in made] == ["int8", "int8_io"]
    assert made[0].verification.passed, made[0].verification.faults
    fault, *_ = made[-1].verification.faults
    assert fault.startswith("its graph is not the original's by any recipe")
    assert "REVERSE_V2 between two scales" in fault
