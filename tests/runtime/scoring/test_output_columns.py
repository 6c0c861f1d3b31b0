"""Columns of predictions: their names, their order, and what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.errors import MissingColumnError
from tagship_runtime.files import Batch
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import Layout

PARCELS = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
SCORES = np.array([[0.9, 0.01, 0.02], [0.01, 0.8, 0.7]], np.float32)
BATCH = Batch(columns={"id": np.array([7, 8])}, first=0, size=2)


@pytest.fixture(scope="module")
def model() -> Predictor:
    """Of labels fragile, heavy and humid, whose thresholds lie between the scores."""
    return tagship_runtime.load(PARCELS, thresholds=0.5)


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        (Layout(), ["fragile", "heavy", "humid"]),
        (Layout(labels_only=True), ["labels"]),
        (Layout(scores=True), ["fragile", "heavy", "humid", "score:fragile", "score:heavy", "score:humid"]),
        (Layout(labels_only=True, scores=True), ["labels", "score:fragile", "score:heavy", "score:humid"]),
        (Layout(top_k=2), ["top:1", "top:2"]),
        (Layout(top_k=2, scores=True), ["top:1", "top_score:1", "top:2", "top_score:2"]),
    ],
)
def test_names_and_columns_go_together(model: Predictor, layout: Layout, names: list[str]) -> None:
    assert layout.predicted(model.labels) == names
    assert list(layout.columns(model, BATCH, SCORES)) == names
    assert list(layout.columns(model, None, SCORES[:0])) == names


def test_what_columns_hold(model: Predictor) -> None:
    found = Layout(ids=("id",), scores=True).columns(model, BATCH, SCORES)
    assert found["id"].tolist() == [7, 8]
    assert [found[label].tolist() for label in model.labels] == [[True, False], [False, True], [False, True]]
    np.testing.assert_array_equal(found["score:heavy"], SCORES[:, 1])
    assert list(Layout(labels_only=True).columns(model, BATCH, SCORES)["labels"]) == [("fragile",), ("heavy", "humid")]
    highest = Layout(top_k=2, scores=True).columns(model, BATCH, SCORES)
    assert list(highest["top:1"]) == ["fragile", "heavy"]
    assert list(highest["top:2"]) == ["humid", "humid"]
    np.testing.assert_array_equal(highest["top_score:2"], SCORES[[0, 1], [2, 2]])


def test_names_that_meet(model: Predictor) -> None:
    assert Layout(ids=("id", "heavy")).taken(model.labels) == "heavy"
    assert Layout(ids=("id", "heavy"), labels_only=True).taken(model.labels) is None
    assert Layout(labels_only=True, scores=True).repeated(["a", "b"]) is None
    assert Layout(scores=True).repeated(["a", "score:a"]) == "score:a"


def test_a_column_that_is_not_there(model: Predictor) -> None:
    with pytest.raises(MissingColumnError, match="'number'"):
        Layout(ids=("id", "number")).columns(model, BATCH, SCORES)
