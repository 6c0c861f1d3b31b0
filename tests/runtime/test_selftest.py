"""Golden rows catch an engine that computes something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.arrays import Features, Scores


class Wrong:
    """An engine whose scores are spoiled."""

    def __init__(self, model: tagship_runtime.Predictor, spoil: Callable[[Scores], Scores]) -> None:
        self._engine, self._spoil = model.engine, spoil
        self.name, self.version = "wrong", "0"
        self.input, self.output = model.engine.input, model.engine.output

    def run(self, features: Features) -> Scores:
        return self._spoil(self._engine.run(features))


def test_a_sound_engine_passes(artifact: Path) -> None:
    result = tagship_runtime.load(artifact).selftest()
    assert result.passed
    assert result.rows >= 16
    assert result.max_difference <= result.tolerance == 1e-5
    assert result.to_dict()["passed"] is True


@pytest.mark.parametrize(
    "spoil",
    [
        lambda scores: scores + np.float32(2e-5),
        lambda scores: scores[:, ::-1],
        lambda scores: np.full_like(scores, np.nan),
        lambda scores: np.where(scores == scores.max(), np.float32(np.nan), scores),
        lambda scores: np.zeros_like(scores),
    ],
)
def test_a_wrong_engine_fails(artifact: Path, spoil: Callable[[Scores], Scores]) -> None:
    model = tagship_runtime.load(artifact)
    model.engine = Wrong(model, spoil)
    assert not model.selftest().passed


def test_golden_rows_come_near_each_threshold(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    assert contract.golden is not None
    distance = np.abs(np.array(contract.golden.scores) - contract.thresholds)
    assert (distance.min(axis=0) < 0.01).all()
    assert {len(row) for row in contract.golden.rows} == {6}
