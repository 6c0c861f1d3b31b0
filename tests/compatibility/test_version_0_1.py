"""Artifacts and run folders of version 0.1 do what they did then."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.loading import read_contract

FILES = Path(__file__).parents[1] / "data" / "v0_1"

ARTIFACTS = {
    "article": FILES / "article" / "float32.tflite",
    "small": FILES / "small" / "int8.onnx",
    "parcels": FILES / "parcels" / "artifacts" / "float32.tflite",
}


@pytest.fixture(params=ARTIFACTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def answers(name: str) -> dict[str, Any]:
    """What version 0.1 answered, and the rows that it answered for."""
    document: dict[str, Any] = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The run folder of version 0.1, to be written into."""
    return Path(shutil.copytree(FILES / "parcels", tmp_path / "run"))


def test_it_loads_and_passes_its_selftest(name: str, tagship: Callable[..., Any]) -> None:
    model = tagship_runtime.load(ARTIFACTS[name])
    assert model.selftest().passed
    outcome = tagship("selftest", ARTIFACTS[name])
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("passed: ")


def test_it_decides_as_then(name: str, answers: dict[str, Any]) -> None:
    model = tagship_runtime.load(ARTIFACTS[name])
    rows, want = answers["rows"], np.array(answers["decisions"], np.bool_)
    assert list(model.labels) == answers["labels"]
    assert model.thresholds.tolist() == answers["thresholds"]
    np.testing.assert_allclose(model.predict_proba(rows), answers["scores"], rtol=0, atol=answers["tolerance"])
    assert want.any()
    assert not want.all()
    np.testing.assert_array_equal(model.predict(rows), want)
    named = [tuple(names) for names in answers["names"]]
    assert model.predict_labels(rows) == named
    assert [model.predict_one(row) for row in rows] == named


def test_its_contract_is_read_and_written_as_then(name: str) -> None:
    format, contract = read_contract(ARTIFACTS[name])
    assert ARTIFACTS[name].suffix == f".{format.name}"
    stored = ARTIFACTS[name].read_bytes()
    assert contract.to_json() in stored
    kinds = {type(feature) for feature in contract.features or ()}
    assert kinds == ({NumericFeature, CategoryFeature} if name == "parcels" else {NumericFeature})


def test_the_parcels_are_words_fills_and_indicators() -> None:
    _, contract = read_contract(ARTIFACTS["parcels"])
    weight, humidity, surface = contract.features or ()
    assert isinstance(weight, NumericFeature)
    assert weight.fill is None
    assert isinstance(humidity, NumericFeature)
    assert (humidity.fill, humidity.indicator) == (47.75, True)
    assert isinstance(surface, CategoryFeature)
    assert surface.values == ("", "glass", "paper", "steel", "wood")


def test_the_command_predicts_from_the_table(tagship: Callable[..., Any]) -> None:
    outcome = tagship("predict", ARTIFACTS["parcels"], FILES / "parcels.csv", "--scores")
    assert outcome.code == 0, outcome.err
    header, *lines = outcome.out.splitlines()
    assert header == "fragile,heavy,humid,score:fragile,score:heavy,score:humid"
    assert len(lines) == 360


def test_it_verifies_against_its_run(tagship: Callable[..., Any]) -> None:
    outcome = tagship("verify", FILES / "parcels", ARTIFACTS["parcels"], "--json")
    assert outcome.code == 0, outcome.out + outcome.err
    (verdict,) = json.loads(outcome.out)
    assert verdict["parity"]["flips"] == 0
    assert verdict["parity"]["rows"] == 119


def test_its_run_exports_and_is_reported(run: Path, tagship: Callable[..., Any]) -> None:
    (run / "artifacts" / "float32.tflite").unlink()
    assert tagship("report", run).code == 0
    before = (run / "report.html").read_text(encoding="utf-8")
    assert "artifacts/float32.tflite" in before
    outcome = tagship("export", run, "--out", run / "artifacts", "--formats", "tflite")
    assert outcome.code == 0, outcome.out + outcome.err
    rows = json.loads((FILES / "parcels.json").read_text(encoding="utf-8"))["rows"]
    made, then = (tagship_runtime.load(path) for path in (run / "artifacts" / "float32.tflite", ARTIFACTS["parcels"]))
    np.testing.assert_array_equal(made.predict(rows), then.predict(rows))
    assert made.contract.features == then.contract.features
    assert (run / "report.html").is_file()
