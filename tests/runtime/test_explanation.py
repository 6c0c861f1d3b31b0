"""Explanations: effects of a linear model are its weights, and each part is left out alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime import Predictor
from tagship_runtime.contract import CategoryFeature, Contract, Feature, NumericFeature, OffsetFeature, TextFeature
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.errors import InputError, UsageError
from tagship_runtime.explanation import Explainer
from tagship_runtime.features import encoder

WEIGHTS = np.array([[0.5, -0.25], [1.0, 0.0], [0.125, 0.5], [-1.5, 0.25], [2.0, -0.5], [0.0, 1.0], [0.75, -2.0]])
BIAS = np.array([-1.0, 0.5])
FEATURES: tuple[Feature, ...] = (
    NumericFeature(name="age", fill=2.0, indicator=True),
    NumericFeature(name="dose"),
    CategoryFeature(name="sex", values=("F", "M")),
    TextFeature(name="said", ngrams=(1, 2), vocabulary=("oil", "caf\u0301 oil")),
)


class LinearSession:
    def __init__(self, rows: int) -> None:
        self.resize(rows)

    def resize(self, rows: int) -> None:
        self.rows = rows
        self.input = np.zeros((rows, 7), np.float32)
        self.output = np.zeros((rows, 2), np.float32)

    def invoke(self) -> None:
        self.output[...] = 1 / (1 + np.exp(-(self.input.astype(np.float64) @ WEIGHTS + BIAS)))


class LinearEngine:
    name = "linear"
    model_bytes = 100
    input = TensorSpec(name="x", dtype="float32", shape=(None, 7))
    output = TensorSpec(name="y", dtype="float32", shape=(None, 2))

    def session(self, rows: int) -> LinearSession:
        return LinearSession(rows)


@pytest.fixture
def model() -> Predictor:
    contract = Contract(
        labels=("a", "b"),
        thresholds=(0.5, 0.5),
        features=FEATURES,
        input=LinearEngine.input,
        output=LinearEngine.output,
        recipe="float32",
    )
    return Predictor(b"", LinearEngine(), contract)  # type: ignore[arg-type]


def effects(model: Predictor, row: Any, **options: int) -> dict[str, dict[tuple[str, str], float]]:
    found = model.explain(row, **options)
    return {label: {(one.feature, one.part): one.effect for one in parts} for label, parts in found.items()}


def test_effects_of_a_linear_model_are_its_weights(model: Predictor) -> None:
    row = {"age": 4, "dose": 2.5, "sex": "M", "said": "Caf\u0301 oil, oil; nothing"}
    found = effects(model, row)
    # Without its number, age is missing: the fill, and flagged. Without a fill and golden rows, dose becomes 0.
    want = {
        ("age", "4"): (4 - 2) * WEIGHTS[0] - WEIGHTS[1],
        ("dose", "2.5"): 2.5 * WEIGHTS[2],
        ("sex", "M"): WEIGHTS[4],
        ("said", "oil"): 2 * WEIGHTS[5],
        ("said", "caf\u0301 oil"): WEIGHTS[6],
    }
    for place, label in enumerate(model.labels):
        expected = {part: weights[place] for part, weights in want.items() if weights[place]}
        assert found[label] == pytest.approx(expected, abs=2e-5)
        sizes = [abs(effect) for effect in found[label].values()]
        assert sizes == sorted(sizes, reverse=True)


def test_the_strongest_only(model: Predictor) -> None:
    row = [4, 2.5, "M", "oil"]
    assert [len(parts) for parts in effects(model, row, most=2).values()] == [2, 2]
    with pytest.raises(UsageError, match="most is 0; at least 1 is needed"):
        model.explain(row, most=0)


def test_what_is_not_there_moves_nothing(model: Predictor) -> None:
    assert effects(model, {"age": None, "dose": 0, "sex": "X", "said": ""}) == {"a": {}, "b": {}}
    with pytest.raises(InputError):
        model.explain([1])


def test_a_line_for_people(model: Predictor) -> None:
    explainer = Explainer(model, most=1)
    assert explainer.in_words([None, 0, "M", "oil"]) == "a: sex=M +2.00; b: said=oil +1.00"
    assert explainer.in_words([None, 0, "X", ""]) == "a: nothing; b: nothing"


def test_offsets_are_shown_as_callers_have_them() -> None:
    time = OffsetFeature(name="t", fill=1e9, offset=1e9)
    matrix = encoder((time,), (None, 1)).encode([[1e9 + 5]])
    ((part, without),) = time.left_out(matrix[0], np.zeros(1, np.float32))
    assert (part, without.tolist()) == ("1000000005", [0])


def test_scores_of_an_artifact(artifacts: dict[tuple[str, str], Path]) -> None:
    """What leaving out a column gives is what predicting the changed row gives."""
    model = tagship_runtime.load(artifacts["plain", "tflite"])
    assert model.contract.golden is not None
    features = model.contract.features
    assert features is not None
    row = dict(zip((one.name for one in features), [6.0, 23, 0, 4, 8, 8], strict=True))
    usual = np.median(np.array(model.contract.golden.rows, np.float32), axis=0)
    for label, parts in model.explain(row).items():
        for one in parts:
            place = list(row).index(one.feature)
            fill = features[place].to_dict().get("fill")
            changed = row | {one.feature: float(usual[place]) if fill is None else fill}
            scores = model.predict_proba([row, changed])[:, model.labels.index(label)].astype(float)
            odds = [math.log(score / (1 - score)) for score in scores]
            assert one.effect == pytest.approx(odds[0] - odds[1], abs=1e-3)


def test_arrays_have_no_parts(every_kind: dict[str, Path]) -> None:
    model = tagship_runtime.load(every_kind["one image float32.onnx"])
    with pytest.raises(UsageError, match="takes arrays without columns"):
        model.explain(np.zeros(model.contract.input.row_shape))
