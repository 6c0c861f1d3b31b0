"""An original is converted once for all artifacts of it, and again when it is no longer the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_export.targets import reconversion as module
from tagship_export.targets.reconversion import Reconversion

ROWS = np.zeros((2, 3), np.float32)


class Model:
    """Weights that can change."""

    def __init__(self) -> None:
        self.weights = [np.ones(3, np.float32)]
        self.activation: Any = "relu"

    def get_weights(self) -> list[Any]:
        return self.weights

    def get_config(self) -> dict[str, Any]:
        if self.activation is None:
            raise NotImplementedError
        return {"activation": self.activation}


class Counting:
    """A target that notes what it is asked for."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def convert(self, model: Any, batch: int | None) -> bytes:
        self.asked.append(f"float32 {batch}")
        return b"float32"

    def make(self, recipe: str, model: Any, **known: Any) -> bytes:
        assert known["float32"] == b"float32"
        self.asked.append(f"{recipe} {known['batch']} {float(known['calibration'].sum())}")
        return recipe.encode()

    def float_graph(self, payload: bytes) -> Any:
        return payload

    def runner(self, payload: bytes) -> Any:
        return payload


def verified(target: Any, model: Any, batch: int | None = None, rows: Any = ROWS) -> None:
    again = Reconversion(target, b"", batch, model)
    opened: Any = again.runner("int8", rows)
    graphs: Any = again.rounded(), again.as_trained()
    assert (opened, *graphs) == (b"int8", b"int8", b"float32")


def test_the_same_model_is_converted_once() -> None:
    target, model = Counting(), Model()
    for _ in range(3):
        verified(target, model)
    assert target.asked == ["float32 None", "int8 None 0.0"]
    verified(target, Model())
    assert len(target.asked) == 4


def test_other_rows_batches_and_weights_are_another_conversion() -> None:
    target, model = Counting(), Model()
    verified(target, model)
    verified(target, model, rows=ROWS + 1)
    assert target.asked[2:] == ["int8 None 6.0"]
    verified(target, model, batch=1)
    assert target.asked[3:] == ["float32 1", "int8 1 0.0"]
    model.weights[0][1] += 1
    verified(target, model)
    assert target.asked[5:] == ["float32 None", "int8 None 0.0"]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    target, model = Counting(), Model()
    verified(target, model)
    verified(target, model, rows=ROWS + 1)
    verified(target, model)
    assert len(target.asked) > 4


def test_other_layers_are_another_conversion_and_nothing_is_kept_of_those_that_nobody_can_describe() -> None:
    target, model = Counting(), Model()
    verified(target, model)
    model.activation = "tanh"
    verified(target, model)
    assert target.asked[2:] == ["float32 None", "int8 None 0.0"]
    model.activation = None
    for _ in range(2):
        verified(target, model)
    assert target.asked[4:] == ["float32 None", "int8 None 0.0"] * 2
