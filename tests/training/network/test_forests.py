"""Forests score rows by trees that did not learn from them, and are made only where they can be afforded."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tagship_training import Config, train
from tagship_training.data.folds import LearningRows, deal
from tagship_training.evaluation.baseline_models import _forest
from tagship_training.network import forests
from tagship_training.network.log_loss import log_loss


@pytest.mark.parametrize("name", forests.FORESTS)
@pytest.mark.parametrize("labels", [1, 3])
def test_noise_is_not_known_by_heart(name: str, labels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forests, "TREES", 40)
    random = np.random.default_rng(1)
    targets = random.integers(0, 2, (200, labels)).astype(np.uint8)
    matrix = random.normal(size=(200, 4)).astype(np.float32)
    rows = LearningRows(matrix=matrix, targets=targets, folds=deal(targets, 2, 0))
    forest = forests.Forests(name, 0.5, 0)
    forest.fit(rows)
    learned, again = forest.learned(), forest.scores(matrix)
    assert learned.shape == again.shape == (2, 200, labels)
    for fold in range(2):
        others = rows.folds != fold
        assert log_loss(targets[others], learned[fold][others]) > 0.69  # log(2) is what guessing costs
        assert log_loss(targets[others], again[fold][others]) < 0.6  # by trees that learned from these rows
        np.testing.assert_array_equal(learned[fold][~others], again[fold][~others])


@pytest.mark.parametrize("make", [*(kind.make for kind in forests.FORESTS.values()), lambda _, seed: _forest(seed)])
def test_a_forest_has_one_thread(make: Callable[[float, int], Any]) -> None:
    """With several its scores differ in their last bits from call to call, and filters of warnings are lost."""
    assert make(0.5, 0).n_jobs == 1


def test_a_step_is_learned() -> None:
    random = np.random.default_rng(0)
    matrix = random.random((400, 3)).astype(np.float32)
    targets = ((matrix > 0.3) & (matrix < 0.6)).astype(np.uint8)
    rows = LearningRows(matrix=matrix, targets=targets, folds=deal(targets, 2, 0))
    forest = forests.Forests("random forest", 0.5, 0)
    forest.fit(rows)
    assert log_loss(targets, forest.learned()[0]) < 0.2  # 0.61 is what guessing costs


@pytest.mark.parametrize(
    ("rows", "width", "numeric", "labels", "want"),
    [(391, 72, 72, 6, 0.5), (6145, 59, 7, 7, 0.5), (4880, 1836, 0, 159, None), (1_000_000, 20, 20, 5, None)],
)
def test_large_searches_are_left_out(rows: int, width: int, numeric: int, labels: int, want: float | None) -> None:
    kind = forests.FORESTS["random forest"]
    share = forests.affordable(kind, rows=rows, width=width, numeric=numeric, labels=labels, judges=5)
    assert share == (None if want is None else pytest.approx(want))


def test_training_leaves_filters_of_warnings_as_they_were() -> None:
    """Threads of a library may clear them, as this step does."""
    before = list(warnings.filters)
    features = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    steps: list[str] = []

    def clear(step: str) -> None:
        steps.append(step)
        warnings.resetwarnings()

    train(features, (features[:, :1] > 0).astype(int), config=Config(hidden=(4,), epochs=1, members=1), on_step=clear)
    assert list(warnings.filters) == before
    assert steps
