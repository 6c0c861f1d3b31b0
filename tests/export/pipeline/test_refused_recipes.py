"""A recipe that cannot be made, or overflows, is refused by name; the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_export import export_all
from tagship_export.errors import ConversionError
from tagship_export.targets.registry import TARGETS
from tagship_runtime.errors import EngineError

Command = Callable[..., Any]
ROWS = np.random.default_rng(0).uniform(0, 1, (120, 4)).astype(np.float32)


def overflowing() -> Any:
    """A network with a weight above what float16 holds, behind numbers so small that scores are ordinary ones."""
    import keras

    keras.utils.set_random_seed(1)
    inputs = keras.Input((4,))
    small = keras.ops.tanh(keras.layers.Rescaling(1e-5)(inputs))  # or a converter would multiply the two
    large = keras.layers.Dense(16, "relu", name="large")(small)
    model = keras.Model(inputs, keras.layers.Dense(2, "sigmoid")(large))
    kernel = np.asarray(model.get_layer("large").kernel) * 1e5
    kernel[0, 0] = 70_000
    model.get_layer("large").kernel.assign(kernel)
    return model


@pytest.mark.parametrize("recipes", [["auto"], ["float32", "float16", "int8"]], ids=lambda names: names[0])
def test_what_overflows_is_refused_and_the_others_go_on(tmp_path: Path, recipes: list[str]) -> None:
    done = export_all(overflowing(), tmp_path, labels=["a", "b"], data=ROWS, recipes=recipes, max_flip_rate=1.0)
    made = {candidate.name for candidate in done.candidates}
    assert made >= {"float32.tflite", "float32.onnx", "int8.tflite", "int8.onnx"}
    refused = {refusal.name: refusal.reason for refusal in done.refusals}
    assert {"float16.tflite", "float16.onnx"} == {name for name in refused if name.startswith("float16")}
    for name in ("float16.tflite", "float16.onnx"):
        assert refused[name] == "a weight is above 65,504, the most that float16 holds, and would be infinite"
    if recipes == ["auto"]:  # its inputs are so small that LiteRT cannot relate their scales, and aborts
        assert "LiteRT ends the process that loads it" in refused["int8_io.tflite"]
    assert done.passed is (recipes == ["auto"])
    document = json.loads((tmp_path / "export.json").read_text())
    assert document["refused"].keys() == refused.keys()


def test_what_is_refused_leaves_nothing_of_an_earlier_model_under_its_name(tmp_path: Path) -> None:
    import keras

    small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "sigmoid")])
    chosen: dict[str, Any] = {"labels": ["a", "b"], "data": ROWS, "recipes": ["float32", "float16"]}
    export_all(small, tmp_path, formats=["tflite", "onnx"], **chosen)
    assert {"float16.tflite", "float16.onnx"} <= {path.name for path in tmp_path.iterdir()}
    done = export_all(overflowing(), tmp_path, formats=["tflite", "onnx"], max_flip_rate=1.0, **chosen)
    assert {refusal.name for refusal in done.refusals} == {"float16.tflite", "float16.onnx"}
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith("float16")]
    assert {"float32.tflite", "float32.onnx"} <= {path.name for path in tmp_path.iterdir()}


def test_scores_that_are_none_refuse_one_recipe(article_run: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """Whatever goes wrong when it is proved, such as NaN on some rows."""
    make = TARGETS["onnx"].make

    def broken(recipe: str, model: Any, **options: Any) -> bytes:
        payload = make(recipe, model, **options)
        if recipe != "int8":
            return payload
        for place, constant in enumerate(list(TARGETS["onnx"].constants(payload))):
            if constant.values.dtype == np.float32:
                same = list(TARGETS["onnx"].constants(payload))[place]
                payload = same.replaced(np.full_like(same.values, np.nan))
        return payload

    monkeypatch.setattr(TARGETS["onnx"], "make", broken)
    done = export_all(article_run, tmp_path, recipes=["float32", "int8", "int16x8"], formats=["onnx"])
    assert [candidate.name for candidate in done.candidates] == ["float32.onnx", "int16x8.onnx"]
    (refusal,) = done.refusals
    assert refusal.name == "int8.onnx"
    assert refusal.reason == "numbers overflow in int8: ONNX Runtime gives nan, which is no score"
    assert not done.passed


def test_a_format_that_cannot_be_made_leaves_the_other(
    article_run: Path, tmp_path: Path, monkeypatch: Any, tagship: Command
) -> None:
    calls = []

    def refuse(model: Any, batch: int | None) -> bytes:
        calls.append(batch)
        raise ConversionError("the LiteRT converter refuses the model: for a reason")

    monkeypatch.setattr(TARGETS["tflite"], "convert", refuse)
    done = tagship("export", article_run, "--out", tmp_path, "--recipes", "float32,int8")
    assert done.code == 1
    assert len(calls) == 1
    assert (tmp_path / "float32.onnx").is_file()
    assert (tmp_path / "int8.onnx").is_file()
    assert not (tmp_path / "float32.tflite").exists()
    said = " ".join(done.out.split())
    for name in ("float32.tflite", "int8.tflite"):
        assert f"{name}: no file; the LiteRT converter refuses the model: for a reason" in said


def test_where_nothing_can_be_made_the_first_reason_is_told(
    article_run: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def refuse(payload: bytes, contract: Any = None) -> Any:
        raise EngineError("the engine says no")

    monkeypatch.setattr(TARGETS["onnx"], "runner", refuse)
    with pytest.raises(EngineError, match="the engine says no"):
        export_all(article_run, tmp_path, formats=["onnx"])
    assert not (tmp_path / "export.json").exists()
