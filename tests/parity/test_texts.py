"""Texts from a table to artifacts: trained, exported in every recipe, compared, and predicted from raw texts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pytest

import tagship_runtime
from tagship_export import export
from tagship_runtime.contract import TextFeature
from tagship_training import Config, Run, train
from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.sample_articles import articles
from tagship_training.data.tables import from_table
from tagship_training.network import choose_architectures
from tagship_training.sizes import students

SPORT = {"title": "Coach hails team", "body": "The team scored a goal in the final, said the coach of the league."}
NOTHING = {"title": None, "body": ""}


def table() -> pyarrow.Table:
    """400 articles with a number that tells of one topic beside them."""
    some = articles().slice(0, 400)
    sport = [float("sport" in cell.split(";")) for cell in some["topics"].to_pylist()]
    noise = np.random.default_rng(0).normal(0, 0.3, 400)
    return some.append_column("photos", pyarrow.array(np.asarray(sport) * 4 + noise))


@pytest.fixture(scope="module")
def run() -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(students, "LEAST_VISITS_OF_TEXTS", 5_000)
        patch.setattr(choose_architectures, "_TEXTS", replace(choose_architectures._TEXTS, epochs=6))
        return train(from_table(table(), LabelColumns(tags="topics")), config=Config(seed=1))


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.save(tmp_path_factory.mktemp("texts") / "run")


def test_texts_and_a_number_are_learned_beside_each_other(run: Run) -> None:
    assert [(feature.name, feature.kind) for feature in run.features] == [
        ("title", "text"),
        ("body", "text"),
        ("photos", "numeric"),
    ]
    assert run.metrics["test"]["macro_f1"] > 0.8  # measured 0.970 with seed 1
    constant = next(baseline for baseline in run.baselines if baseline.title == "constant frequencies")
    assert run.metrics["test"]["log_loss"] < 0.6 * constant.figures["log_loss"]


def test_smaller_sizes_take_fewer_words(run: Run, folder: Path) -> None:
    assert run.ladder is not None
    widths = {size.name: sum(feature.width for feature in size.features) for size in run.ladder.sizes}
    words = sum(feature.width for feature in run.features if isinstance(feature, TextFeature))
    assert max(widths.values()) >= words
    for size in run.ladder.sizes:
        assert size.model.input_shape[1] == widths[size.name]
        stored = folder / "sizes" / f"{size.name}.features.json"
        assert stored.is_file() is (size.features != run.features)


def test_words_that_speak_for_a_label_are_its_own(folder: Path) -> None:
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert {"goal", "team", "league"} & set(document["words"]["sport"]["speak_for"])
    assert not set(document["words"]["sport"]["speak_for"]) & set(document["words"]["sport"]["speak_against"])
    near = document["nearest"]
    assert 0 < len(near) <= 20
    assert abs(near[0]["score"] - near[0]["threshold"]) < 0.2
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Words that speak for it" in page
    assert "Nearest to a threshold" in page


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_every_recipe_decides_as_keras_or_is_refused_by_name(folder: Path, kind: str, tmp_path: Path, run: Run) -> None:
    export(folder, tmp_path / "out", recipes=["float32", "float16", "dynamic_int8", "int8"], formats=[kind])
    document = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    made = {one["artifact"]: one for one in document["artifacts"]}
    assert made[f"float32.{kind}"]["parity"]["firm_flips"] == 0
    model = tagship_runtime.load(str(tmp_path / "out" / f"float32.{kind}"))
    rows = table().slice(0, 50).to_pylist()
    np.testing.assert_allclose(model.predict_proba(rows), run.predict_proba(rows), rtol=0, atol=1e-5, equal_nan=False)
    assert "sport" in model.predict_one({**SPORT, "photos": 4.0})
    empty = model.predict_proba([{**NOTHING, "photos": 0.0}])
    assert np.isfinite(empty).all()
    assert model.selftest().passed
