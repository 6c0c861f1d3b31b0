"""Explanations: effects of a linear model are its weights, and each part is left out alone."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime import Predictor, explanation
from tagship_runtime.contract import (
    CategoryFeature,
    Contract,
    DateFeature,
    Feature,
    NumericFeature,
    OffsetFeature,
    TextFeature,
)
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.errors import EngineError, InputError, UsageError
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


class ScoresAlone(Predictor):
    """A predictor of which nothing but scores is known, as where a graph does not end in sigmoids."""

    def log_odds(self, matrix: Any) -> None:
        return None


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
    return ScoresAlone(b"", LinearEngine(), contract)  # type: ignore[arg-type]


def effects(model: Predictor, row: Any, **options: int) -> dict[str, dict[tuple[str, str], float]]:
    found = model.explain(row, **options)
    return {label: {(one.feature, one.part): one.effect for one in parts} for label, parts in found.items()}


@pytest.mark.parametrize("at_once", [explanation.AT_ONCE, 7 * 2, 1])
def test_effects_of_a_linear_model_are_its_weights(
    model: Predictor, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows are scored at a time."""
    monkeypatch.setattr(explanation, "AT_ONCE", at_once)
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


def test_scores_next_to_1_are_not_taken_for_exact(model: Predictor) -> None:
    """From scores alone a part that matters is never "nothing", and what may be rounding is left out."""
    explainer = Explainer(model, most=2)
    said = explainer.in_words({"age": None, "dose": 0, "sex": "M", "said": "oil " * 40})
    assert said.startswith("a: sex=M +2.00; b: said=oil +")
    assert said.endswith(" (the score is too near 1 for float32 to tell all that moved it)")
    assert explainer.in_words([None, 400, "M", "oil " * 40]).endswith(
        "; b: (the score is too near 1 for float32 to tell all that moved it)"
    )
    twice = explainer.explain({"age": None, "dose": 0, "sex": "M", "said": "oil " * 40 + "caf\u0301 oil " * 2})
    assert [one.part for one in twice["b"]] == ["oil"]


@pytest.mark.parametrize("format", ["tflite", "onnx", "numpy"])
@pytest.mark.parametrize("times", [10, 17, 20])
def test_logits_of_17_to_40_are_exact(
    times: int, format: str, texts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    if format == "numpy":
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    model = tagship_runtime.load(texts["tflite" if format == "tflite" else "onnx"])
    assert model.engine.name == {"tflite": "LiteRT", "onnx": "ONNX Runtime", "numpy": "NumPy"}[format]
    row = {"title": "oil " * times, "body": "caf\u00e9 oil", "size": -2.0}
    found = effects(model, row)["up"]
    want = {
        ("title", "oil"): 2.0 * times,
        ("body", "oil"): 2.0,
        ("body", "caf\u00e9"): 0.25,
        ("size", "-2"): -1.0,
    }
    assert found == pytest.approx(want, abs=1e-5)  # float32 tells logits of 40 apart to 4e-6
    odds = model.log_odds(model.encode([row]))
    assert odds is not None
    assert odds[0, 0] == pytest.approx(2 * times + 0.25, abs=1e-5)
    assert Explainer(model, most=1).in_words(row).startswith(f"up: title=oil +{2 * times}.00")
    model.close()
    with pytest.raises(EngineError, match="closed"):
        model.explain(row)


def test_log_odds_of_a_mean_of_sigmoids(tmp_path: Path) -> None:
    """Members' logits tell what float32 rounds to 1: log of the mean score, less that of its complement."""
    import keras

    from tagship_export import export, open_original

    inputs, random = keras.Input((3,)), np.random.default_rng(1)
    kernels = [random.normal(size=(3, 2)).astype(np.float32) for _ in range(3)]
    members = []
    for kernel in kernels:
        layer = keras.layers.Dense(2, "sigmoid", use_bias=False)
        members.append(layer(inputs))
        layer.set_weights([kernel])
    blended = keras.ops.add(keras.ops.multiply(keras.layers.Average()(members[:2]), 0.75), members[2] * 0.25)
    original = open_original(keras.Model(inputs, blended), labels=["a", "b"])
    rows = (random.normal(size=(50, 3)) * 12).astype(np.float32)
    # At half the rows' scores 1 - score is below what float32 tells of 1; float64 tells it.
    scores = [1 / (1 + np.exp(-sign * np.stack([rows.astype(float) @ k for k in kernels]))) for sign in (1, -1)]
    on, off = (np.average(score, axis=0, weights=[0.375, 0.375, 0.25]) for score in scores)
    for artifact in export(original, tmp_path / "made", data=rows):
        odds = tagship_runtime.load(artifact.path).log_odds(rows)
        assert odds is not None
        np.testing.assert_allclose(odds, np.log(on) - np.log(off), rtol=1e-5, atol=1e-4)


def test_offsets_are_shown_as_callers_have_them() -> None:
    time = OffsetFeature(name="t", fill=1e9, offset=1e9)
    matrix = encoder((time,), (None, 1)).encode([[1e9 + 5]])
    ((part, without),) = time.left_out(matrix[0], np.zeros(1, np.float32))
    assert (part, without.tolist()) == ("1000000005", [0])


def test_dates_are_shown_as_callers_have_them() -> None:
    day = DateFeature(name="day", since="2024-01-01", fill="2024-01-01")
    rows = [["2024-03-05"], ["2025-06-01T13:45"]]
    matrix = encoder((day,), (None, 1)).encode(rows)
    parts = [part for row in matrix for part, _ in day.left_out(row, np.zeros(1, np.float32))]
    assert parts == ["2024-03-05", "2025-06-01T13:45:00"]


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
