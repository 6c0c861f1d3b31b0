"""What is read from a .tflite payload: its operations, its constants, its layers' values and its recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_export.original.tracing import OUTPUT
from tagship_export.targets.litert.constants import constants
from tagship_export.targets.litert.flatbuffer import name_ends, operations
from tagship_export.targets.litert.layers import layer_values
from tagship_export.targets.litert.stored_recipe import stored_recipe
from tagship_runtime import container
from tagship_runtime.typing import Features

ARTICLE = Path(__file__).parents[3] / "data" / "v0_1" / "article" / "float32.tflite"
ROWS = np.array([[0.5, 1, 2, 0, 1, 3], [5, 0.1, 0.2, 1, 0, 0]], np.float32)
SHAPES = [(32,), (16,), (8,), (3,), (6, 32), (32, 16), (16, 8), (8, 3)]
"""Biases and weights of the article's classifier, whose first layer has 32 units for 6 numbers."""


@pytest.fixture(scope="module")
def payload() -> bytes:
    return container.unpack(ARTICLE.read_bytes()).payload


def scores(payload: bytes, rows: Features) -> Features:
    return tagship_runtime.load(payload, labels=["a", "b", "c"]).predict_proba(rows)


def test_operations_and_recipe(payload: bytes) -> None:
    assert operations(payload) == {"FULLY_CONNECTED", "LOGISTIC"}
    assert stored_recipe(payload) == "float32"


def test_constants_are_those_of_the_network(payload: bytes) -> None:
    found = list(constants(payload))
    assert sorted(tuple(sorted(constant.shape)) for constant in found) == sorted(
        tuple(sorted(shape)) for shape in SHAPES
    )
    assert sum(constant.values.size for constant in found) == 6 * 32 + 32 + 32 * 16 + 16 + 16 * 8 + 8 + 8 * 3 + 3


def test_a_replaced_constant_is_what_the_engine_computes_with(payload: bytes) -> None:
    before = scores(payload, ROWS)
    bias = next(constant for constant in constants(payload) if constant.shape == (3,))
    assert bias.replaced(bias.values) == payload
    moved = bias.values + np.array([2, 0, 0], np.float32)
    after = scores(bias.replaced(moved), ROWS)
    logits = np.log(before / (1 - before)) + np.array([2, 0, 0])
    np.testing.assert_allclose(after, 1 / (1 + np.exp(-logits)), rtol=0, atol=1e-5)  # measured: 4e-8


def test_the_last_layer_is_what_is_predicted(payload: bytes) -> None:
    values = layer_values(payload, ROWS)
    np.testing.assert_allclose(values[OUTPUT], scores(payload, ROWS), rtol=0, atol=1e-6)  # measured: 1.5e-7
    assert {value.shape for value in values.values()} == {(2, 3), (2, 8), (2, 16), (2, 32)}


def test_named_ends_change_no_score(payload: bytes) -> None:
    np.testing.assert_array_equal(scores(name_ends(payload), ROWS), scores(payload, ROWS))
