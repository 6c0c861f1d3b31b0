"""Simpler models are compared on the same rows, and named where they are as good."""

from __future__ import annotations

import json

import numpy as np
import pandas
import pytest

from tagship_training import Config, Options, train

QUICK = Config(hidden=(8,), epochs=4, members=3)


def test_baselines_are_compared_and_named(
    parts: tuple[pandas.DataFrame, pandas.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagship_training.evaluation.baseline_models.TREES", 10)
    random = np.random.default_rng(0)
    features = random.normal(size=(400, 3))
    targets = (features @ random.normal(size=(3, 2)) > 0).astype(int)  # a line is all there is to learn
    run = train(features, targets, config=QUICK, options=Options(baselines=True, learning_curve=True))
    titles = [baseline.title for baseline in run.baselines]
    assert titles == ["constant frequencies", "logistic regression", "linear SVM", "random forest"]
    assert run.baselines[1].as_good
    assert "a simpler model" in str(run.baseline_verdict)
    assert not run.baselines[0].as_good
    assert run.diagnosis.curve is not None
    assert list(run.diagnosis.curve) == ["25%", "50%", "100%"]
    json.dumps(run.to_dict(), allow_nan=False)
