"""A row beyond those that calibrated a file takes the end of a range, as in every conversion; the file is sound."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from tagship_export import export, open_original, verify
from tagship_export.original.open_original import Original
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.layerwise import first_divergence
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features

WILD = 30
LABELS = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def model() -> Any:
    """Two layers that are normalised by what training rows of long tails gave."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    blocks = [
        layer
        for number, units in enumerate((32, 16))
        for layer in (
            layers.Dense(units, name=f"dense_{number}"),
            layers.BatchNormalization(momentum=0.0, name=f"normal_{number}"),
            layers.ReLU(name=f"relu_{number}"),
        )
    ]
    made = keras.Sequential([keras.Input((6,)), *blocks, layers.Dense(4, "sigmoid", name="scores")])
    made(rows(0, 400), training=True)
    return made


def rows(seed: int, count: int) -> Features:
    return np.random.default_rng(seed).lognormal(0, 0.7, (count, 6)).clip(0, 4).astype(np.float32)


@pytest.fixture(scope="module")
def original(model: Any) -> Original:
    return open_original(model, labels=LABELS)


def with_a_wild_row() -> Features:
    """Forty rows, of which one holds values that no other row comes near to."""
    found = rows(2, 40)
    found[WILD] = [60, 1, 40, 0.5, 80, 2]
    return found


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_an_export_passes_on_rows_that_hold_one_beyond_its_own(original: Original, kind: str, tmp_path: Any) -> None:
    seen = rows(1, 400)
    calibrating = Dataset(table=seen, targets=decided(original, seen), labels=tuple(LABELS))
    made = export(original, tmp_path, data=calibrating, recipes=["int8", "int16x8"], formats=(kind,), max_f1_drop=0.02)
    assert [one.verification.faults for one in made] == [(), ()]
    given = with_a_wild_row()
    judging = Dataset(table=given, targets=decided(original, given), labels=tuple(LABELS))
    for one in made:
        verdict = verify(original, one.path, judging)
        assert verdict.passed, verdict.faults
        assert verdict.worst[0].row == WILD
        assert verdict.parity.max_difference > 0.2
        told = " ".join(verdict.notes)
        assert "1 of 40 rows are off by up to" in told
        assert "so are rows that lie beyond those that calibrated it" in told
        assert any("ranges of activations" in line for line in verdict.unchecked)


def decided(original: Original, given: Features) -> Any:
    return (original.scores(given) >= 0.5).astype(np.uint8)


@pytest.mark.parametrize(("kind", "first"), [("tflite", "relu_0"), ("onnx", "dense_0")])
def test_the_layer_that_saturates_first_is_named(model: Any, kind: str, first: str) -> None:
    """LiteRT gives the whole of a fused block; ONNX its product as well, which is normalised apart."""
    target: Any = TARGETS[kind]
    with quiet():
        payload = target.make("int8", model, calibration=rows(1, 100))
    given = np.concatenate([rows(1, 100), with_a_wild_row()])
    values = partial(target.layer_values, payload)
    assert first_divergence(model, values, given, 0.25) is None
    wild: Any = type("Row", (), {"row": 100 + WILD})
    parting = first_divergence(model, values, given, 0.25, [wild])
    assert parting is not None
    assert parting.layer == first
