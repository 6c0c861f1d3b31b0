"""Extremes of values are those that the original's layers give, row by row, however the rows are cut."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from export.models import MODELS
from tagship_export.targets.float_graph import Given, Made
from tagship_export.targets.reconversion import Reconversion
from tagship_export.targets.registry import TARGETS
from tagship_export.verification import activation_extremes as module
from tagship_export.verification.activation_extremes import extremes, spread


def reconverted(model: Any, kind: str, batch: int | None = None) -> Reconversion:
    target: Any = TARGETS[kind]
    return Reconversion(target, b"", batch, model)


@pytest.mark.parametrize("batch", [None, 1, 4])
@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_layers_extremes(kind: str, batch: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    model, given = MODELS["article"]()
    given = given[:23]
    again = reconverted(model, kind, batch)
    monkeypatch.setattr(module, "BATCH", 7)
    operations = again.as_trained().operations
    wanted: set[Given | Made] = {Given(0), *(Made(place, 0) for place in range(len(operations)))}
    found = extremes(again, given, wanted)
    assert {*found} == {value for value in wanted if value == Given(0) or _is_given(again, value, given)}
    assert np.array_equal(found[Given(0)][0], given.min(axis=1))
    assert np.array_equal(found[Given(0)][1], given.max(axis=1))
    scores = np.asarray(model(given))
    last = found[Made(len(operations) - 1, 0)]
    np.testing.assert_allclose(last[0], scores.min(axis=1), rtol=0, atol=1e-6)
    np.testing.assert_allclose(last[1], scores.max(axis=1), rtol=0, atol=1e-6)
    hidden = np.asarray(keras.Model(model.inputs[0], model.layers[0].output)(given)).max(axis=1)
    assert any(np.allclose(high, hidden, rtol=1e-5) for _, high in found.values())


def _is_given(again: Reconversion, value: Any, given: Any) -> bool:
    """Tell whether the engine gives a value: a product that it adds a bias to at once has none of its own."""
    names = again.as_trained().operations[value.operation].names
    return names[0] in again.layer_values(given[: again.batch or 2])


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_models_of_integers(kind: str) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((5,), dtype="int32"), layers.Embedding(9, 4), layers.Flatten(), layers.Dense(3, "sigmoid")]
    )
    given = np.random.default_rng(0).integers(0, 9, (20, 5)).astype(np.int32)
    again = reconverted(model, kind)
    last = Made(len(again.as_trained().operations) - 1, 0)
    rows: Any = given
    found = extremes(again, rows, {last, Given(0)})
    assert {*found} == {last}  # whole numbers have no range
    np.testing.assert_allclose(found[last][1], np.asarray(model(given)).max(axis=1), rtol=0, atol=1e-6)


def test_values_of_large_models_are_computed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model, given = MODELS["article"]()
    again = reconverted(model, "onnx")
    sizes: list[int] = []
    plain = again.layer_values

    def noted(rows: Any) -> Any:
        sizes.append(len(rows))
        return plain(rows)

    monkeypatch.setattr(again, "layer_values", noted)
    each = sum(value.nbytes for value in plain(given[:1]).values())
    monkeypatch.setattr(module, "BATCH_BYTES", 5 * each)
    assert extremes(again, given[:12], {Given(0)}).keys() == {Given(0)}
    assert sizes == [1, 5, 5, 2]


@pytest.mark.parametrize(("count", "wanted"), [(1, 1), (999, 999), (1000, 1000), (1001, 501), (2500, 834)])
def test_rows_are_spread_over_all(count: int, wanted: int) -> None:
    found = spread(np.arange(count))
    assert len(found) == wanted
    assert found[0] == 0
