"""Artifacts score as Keras does, whatever the format, batch size and model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_export import open_original, verify
from tagship_runtime.typing import Features

TOLERANCE = 1e-5  # measured: 1.2e-6 at most, over both models, kinds and all rows here


@pytest.mark.parametrize("count", [1, 7, 5000])
@pytest.mark.parametrize("kind", ["tflite", "onnx"])
@pytest.mark.parametrize("model", ["plain", "scaled"])
def test_scores_match_keras(
    model: str,
    kind: str,
    count: int,
    runs: dict[str, Path],
    artifacts: dict[tuple[str, str], Path],
    rows: Features,
) -> None:
    want = open_original(runs[model]).scores(rows[:count])
    predictor = tagship_runtime.load(artifacts[model, kind])
    got = predictor.predict_proba(rows[:count])
    assert got.shape == want.shape == (count, 3)
    np.testing.assert_allclose(got, want, rtol=0, atol=TOLERANCE, equal_nan=False)
    firm = np.abs(want - predictor.thresholds) > TOLERANCE
    assert firm.mean() > 0.9
    np.testing.assert_array_equal(predictor.predict(rows[:count])[firm], (want >= predictor.thresholds)[firm])


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_emotions_keep_every_decision(kind: str, emotions: tuple[Path, Path]) -> None:
    run, folder = emotions
    verdict = verify(run, folder / f"float32.{kind}")
    assert verdict.passed, verdict.faults
    assert verdict.parity.rows == 202
    assert verdict.parity.max_difference <= TOLERANCE
    assert verdict.parity.firm_flips == 0
    assert verdict.before is not None
    assert verdict.before.micro_f1 > 0.6


@pytest.fixture(scope="module")
def emotions(shared_data: Path, tmp_path_factory: pytest.TempPathFactory, tagship) -> tuple[Path, Path]:  # type: ignore[no-untyped-def]
    run = tmp_path_factory.mktemp("emotions") / "run"
    train, test = (shared_data / f"emotions-{part}.csv.gz" for part in ("train", "test"))
    trained = tagship("train", train, "--label-prefix", "label:", "--test", test, "--out", run)
    assert trained.code == 0, trained.err
    exported = tagship("export", run, "--out", run / "artifacts", "--json")
    assert exported.code == 0, exported.out + exported.err
    assert [entry["passed"] for entry in json.loads(exported.out)] == [True, True]
    return run, run / "artifacts"
