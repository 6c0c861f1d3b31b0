"""What is done with cuts: drawn together, refused, told; each against the formula written out once more."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from tagship_training.errors import ConfigError, TableError
from tagship_training.thresholds import tune as tuning
from tagship_training.thresholds.cuts import all_cuts
from tagship_training.thresholds.guarantees import guaranteed_cuts, shortfall
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import (
    best_cut,
    choose_thresholds,
    sure_cut,
    tune,
    tune_thresholds,
    unreached,
    unsure,
)


def table(rows: int, shares: tuple[float, ...] = (0.05, 0.4)) -> Any:
    """Truth and scores that know something of it."""
    random = np.random.default_rng(4)
    truth = random.random((rows, len(shares))) < shares
    scores = np.clip(0.35 * truth + 0.65 * random.random(truth.shape), 0, 1)
    return truth.astype(np.uint8), scores.astype(np.float32)


def logit(probability: float) -> float:
    return float(np.log(probability) - np.log1p(-probability))


def shrunk(truth: Any, scores: Any, seed: int, samples: int) -> list[float]:
    """Mean of the best cuts' logits on bootstrap samples, drawn towards the pooled cut by 3 / (3 + positives)."""
    random = np.random.default_rng(seed)
    rows = len(truth)
    weights: list[Any] = [
        np.bincount(random.integers(0, rows, rows), minlength=rows).astype(float) for _ in range(samples)
    ]
    pooled = logit(best_cut(truth.ravel(), scores.ravel(), Objective()))
    cuts = []
    for label in range(truth.shape[1]):
        owns = [logit(best_cut(truth[:, label], scores[:, label], Objective(), weight)) for weight in weights or [None]]
        positives = int(truth[:, label].sum())
        mixed = (positives * np.mean(owns) + 3 * pooled) / (positives + 3)
        cuts.append(1 / (1 + np.exp(-mixed)))
    return cuts


@pytest.mark.parametrize("seed", [0, 1])
def test_a_labels_cut_is_drawn_towards_all_labels(seed: int) -> None:
    truth, scores = table(120)
    np.testing.assert_allclose(tune(truth, scores, Objective(), seed), shrunk(truth, scores, seed, 30), atol=1e-6)


def test_the_seed_is_0_unless_given() -> None:
    truth, scores = table(120)
    assert (
        tune(truth, scores, Objective()) == tune(truth, scores, Objective(), 0) != tune(truth, scores, Objective(), 1)
    )
    assert (
        tune_thresholds(truth, scores) == tune_thresholds(truth, scores, seed=0) == tune(truth, scores, Objective(), 0)
    )
    assert tune_thresholds(truth, scores, seed=1) == tune(truth, scores, Objective(), 1)


@pytest.mark.parametrize(("limit", "samples"), [(120, 30), (119, 0)])
def test_many_rows_are_cut_once(limit: int, samples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "BOOTSTRAP_ROWS", limit)
    truth, scores = table(120)
    np.testing.assert_allclose(tune(truth, scores, Objective()), shrunk(truth, scores, 0, samples), atol=1e-6)


def test_many_rows_are_more_than_a_hundred_thousand() -> None:
    truth, scores = table(100_001)
    np.testing.assert_allclose(tune(truth, scores, Objective()), shrunk(truth, scores, 0, 0), atol=1e-6)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float16, np.float64])
def test_scores_may_be_of_any_real_type(kind: Any) -> None:
    truth = np.array([[0], [1], [1], [0]])
    scores = np.array([[0], [1], [1], [0]], kind)
    assert tune_thresholds(truth, scores, "recall=0.9") == pytest.approx((0.5,))


@pytest.mark.parametrize("score", [1.5, -0.25, 1.0000001])
def test_scores_beyond_0_and_1_are_refused(score: float) -> None:
    with pytest.raises(TableError, match="after its sigmoid"):
        tune_thresholds([[0], [1]], [[0.5], [score]])


def test_a_confidence_goes_with_precision_or_recall() -> None:
    truth, scores = table(120)
    with pytest.raises(ConfigError, match="a confidence goes with"):
        tune_thresholds(truth, scores, "f1", confidence=0.95)


def told(*arguments: Any, **options: Any) -> list[str]:
    """What is warned of, at the line that calls."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tune_thresholds(*arguments, **options)
    here = told.__code__.co_firstlineno
    assert all(warning.filename == __file__ and here < warning.lineno < here + 6 for warning in caught)
    return [str(warning.message) for warning in caught]


def test_goals_out_of_reach_are_told_where_it_was_called() -> None:
    targets, scores = np.array([[0, 1], [1, 0], [0, 1], [0, 0]]), np.array([[0.9, 0.9], [0.5, 0.1]] * 2)
    assert told(targets, scores, "precision=0.75") == ["label 0 reaches a precision of 0.250 at best, not 0.75"]
    (first, second) = told(targets, scores, "precision=0.75", confidence=0.9)
    assert first.startswith("label 0: no threshold is sure to reach precision 0.75 (confidence 0.9)")
    assert second.startswith("label 1: no threshold is sure")
    assert told(targets, scores, "f1") == []


def test_nothing_is_told_of_a_goal_that_is_sure() -> None:
    truth = np.repeat([1, 0], 100).astype(np.uint8)[:, None]
    scores = np.linspace(0.99, 0.01, 200, dtype=np.float32)[:, None]
    assert told(truth, scores, "precision=0.9", confidence=0.95) == []
    goal = Objective.parse("precision=0.9")
    assert choose_thresholds(truth, scores, ("a",), goal, 0, 0.95).missed_by == ()
    sure = guaranteed_cuts(all_cuts(truth[:, 0], scores[:, 0]), goal, 0.95)
    assert sure.any()
    assert not sure.all()
    cut = sure_cut(truth[:, 0], scores[:, 0], goal, 0.95)
    assert (scores[truth == 1] >= np.float32(cut)).all()  # of the sure cuts the one that finds most
    assert tune(truth, scores, goal, confidence=0.95) == (float(np.float32(cut)),)


def test_of_the_sure_cuts_the_one_that_finds_most_is_taken() -> None:
    """The nearest by its p-value is the one below the hundred that are right without exception."""
    truth = np.array([1] * 100 + [1, 0] * 20 + [0] * 60, np.uint8)
    scores = np.linspace(0.99, 0.01, 200, dtype=np.float32)
    goal = Objective.parse("precision=0.8")
    sure = guaranteed_cuts(all_cuts(truth, scores), goal, 0.95)
    assert sure.any()
    assert not sure.all()
    assert sure_cut(truth, scores, goal, 0.95) < scores[110]


TRUTH = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]], np.uint8)
SCORES = np.array(
    [[0.9, 0.9, 0.7, 0.1], [0.8, 0.8, 0.2, 0.1], [0.75, 0.7, 0.2, 0.1], [0.5, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]],
    np.float32,
)
AT = (0.5, 0.5, float(SCORES[0, 2]), 0.5)


def test_what_a_goal_reaches_at_a_threshold() -> None:
    """Label by label 3, 2, 1 and 0 right; of 4, 3, 1 and 0 that are on, and of 4, 2, 1 and 2 that are true."""
    assert unreached(TRUTH, SCORES, AT, Objective("precision", 0.75)) == {1: pytest.approx(2 / 3), 3: 0}
    assert unreached(TRUTH, SCORES, AT, Objective("precision", 0.76)) == {0: 0.75, 1: pytest.approx(2 / 3), 3: 0}
    assert unreached(TRUTH, SCORES, AT, Objective("recall", 0.75)) == {3: 0}
    assert unreached(TRUTH, SCORES, AT, Objective("recall", 0.8)) == {0: 0.75, 3: 0}
    assert unreached(TRUTH, SCORES, AT, Objective("recall", 1.0)) == {0: 0.75, 3: 0}
    assert unreached(TRUTH, SCORES, AT, Objective("cost", 1.0, 5.0)) == {}


def test_what_a_goal_that_is_not_sure_would_take() -> None:
    goal = Objective("precision", 0.6)
    said = unsure(TRUTH, SCORES, AT, goal, 0.95)
    figures = [(3, 4, 4), (2, 3, 2), (1, 1, 1), (0, 0, 2)]
    assert said == {label: shortfall(goal, 0.95, *counts) for label, counts in enumerate(figures)}


def test_a_cut_that_is_not_sure_is_the_nearest() -> None:
    truth, scores = np.array([1, 1, 0], np.uint8), np.array([0.9, 0.8, 0.1], np.float32)
    goal = Objective.parse("precision=0.9")
    assert not guaranteed_cuts(all_cuts(truth, scores), goal, 0.95).any()
    assert sure_cut(truth, scores, goal, 0.95) == pytest.approx(0.45)  # two of two, rather than one of one
