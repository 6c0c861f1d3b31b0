"""With a confidence, new rows reach a goal as often as it says; without, they do in about half of the draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, binomtest, norm

from tagship_training.config import Config
from tagship_training.errors import ConfigError
from tagship_training.thresholds.guarantees import allowed_misses, least_positives
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, choose_thresholds, sure_cut, tune_thresholds, unsure

DRAWS = 150


def rows(random: np.random.Generator, count: int, positive: float, ranking: float) -> Any:
    """Truth and scores of one label, (rows,), whose scores are its true probabilities."""
    hidden = random.normal(size=count)
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=count)
    chance = norm.cdf((ranking * seen + norm.ppf(positive)) / np.sqrt(1 - ranking**2))
    return (hidden > -norm.ppf(positive)).astype(np.uint8), chance.astype(np.float32)


@pytest.mark.parametrize(
    ("goal", "count", "positive", "ranking"),
    [
        ("precision=0.9", 700, 0.3, 0.97),
        ("precision=0.8", 2000, 0.3, 0.8),
        ("recall=0.95", 1000, 0.1, 0.9),
        ("recall=0.8", 300, 0.2, 0.9),
    ],
)
def test_new_rows_reach_the_goal(goal: str, count: int, positive: float, ranking: float) -> None:
    random, objective = np.random.default_rng(0), Objective.parse(goal)
    truth, scores = rows(random, 200_000, positive, ranking)
    reached: dict[str, list[bool]] = {"aimed": [], "sure": []}
    for _ in range(DRAWS):
        few, own = rows(random, count, positive, ranking)
        for name, cut in (("aimed", best_cut(few, own, objective)), ("sure", sure_cut(few, own, objective, 0.95))):
            on = scores >= np.float32(cut)
            figure = truth[on].mean() if objective.kind == "precision" else on[truth == 1].mean()
            reached[name].append(bool(figure >= objective.value))
    assert np.mean(reached["aimed"]) < 0.65
    assert np.mean(reached["sure"]) >= 0.92  # 95% less two standard errors of 150 draws


def test_precision_is_not_claimed_where_many_cuts_nearly_reach_it() -> None:
    """Testing every cut on its own finds a lucky one in a seventh of the draws."""
    random, objective, wrong = np.random.default_rng(0), Objective.parse("precision=0.9"), []
    for _ in range(DRAWS):
        scores = random.random(2000).astype(np.float32)
        truth = (random.random(2000) < np.where(scores > 0.5, 0.89, 0.05)).astype(np.uint8)
        wrong.append(not unsure(truth[:, None], scores[:, None], (0.5,), objective, 0.95))
    assert np.mean(wrong) <= 0.08


@pytest.mark.parametrize(("goal", "least"), [(0.95, 59), (0.9, 29), (0.8, 14), (0.5, 5)])
def test_how_many_positives_it_takes_at_least(goal: float, least: int) -> None:
    assert least_positives(goal, 0.95) == least
    assert allowed_misses(least, goal, 0.95) == 0
    assert allowed_misses(least - 1, goal, 0.95) == -1


@pytest.mark.parametrize("positives", [59, 93, 500])
def test_misses_are_those_at_which_clopper_and_pearsons_bound_is_the_goal(positives: int) -> None:
    misses = allowed_misses(positives, 0.95, 0.95)
    for count, holds in ((misses, True), (misses + 1, False)):
        low = binomtest(positives - count, positives, alternative="greater").proportion_ci(0.95, method="exact").low
        assert (low >= 0.95) == holds


def test_a_recall_is_the_most_precise_cut_of_those_that_reach_it() -> None:
    """Not the highest: below it may lie one that switches more rows on, and more of them rightly."""
    targets = np.array([1, 0, 0, 1, 1, 1, 0], np.uint8)
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1], np.float32)
    assert best_cut(targets, scores, Objective.parse("recall=0.5")) == pytest.approx(0.25)
    assert best_cut(targets, scores, Objective.parse("recall=0.2")) == pytest.approx(0.85)


def test_of_equally_good_cuts_the_highest() -> None:
    targets, scores = np.array([1, 0, 1, 0], np.uint8), np.array([0.8, 0.6, 0.4, 0.2], np.float32)
    assert best_cut(targets, scores, Objective.parse("precision=0.5")) == pytest.approx(0.3)
    assert best_cut(targets, scores, Objective.parse("recall=0.5")) == pytest.approx(0.7)


def test_what_it_would_take_is_told() -> None:
    random = np.random.default_rng(0)
    truth = (np.arange(500) < 23).astype(np.uint8)[:, None]
    scores = np.clip(0.5 * truth + 0.5 * random.random((500, 1)), 0, 1).astype(np.float32)
    found = choose_thresholds(truth, scores, ("rare",), Objective.parse("recall=0.95"), 0, 0.95)
    (notice,) = found.notices
    assert notice == (
        "label 'rare': no threshold is sure to reach recall 0.95 (confidence 0.95): that takes 59 positive held-out "
        "rows, there are 23"
    )
    assert ((scores >= np.float32(found.thresholds[0])) & (truth == 1)).sum() == 23
    (notice,) = choose_thresholds(truth, scores, ("rare",), Objective.parse("precision=0.9"), 0, 0.95).notices
    assert notice.endswith("it takes about 29 positive ones, there are 23")
    with pytest.warns(UserWarning, match="label 0: no threshold is sure to reach precision 0.9"):
        tune_thresholds(truth, scores, "precision=0.9", confidence=0.95)
    noise = random.random((500, 1)).astype(np.float32)
    (notice,) = choose_thresholds(truth, noise, ("noise",), Objective.parse("precision=0.9"), 0, 0.95).notices
    assert notice.endswith("that takes at least 29 positive held-out rows, there are 23")
    wrong = np.linspace(0.9, 0.1, 500, dtype=np.float32)[:, None]
    truth = (np.arange(500) >= 440).astype(np.uint8)[:, None]
    (notice,) = choose_thresholds(truth, wrong, ("wrong",), Objective.parse("precision=0.9"), 0, 0.95).notices
    assert notice.endswith("on held-out rows; as precise as that, no number would do")


def test_tied_scores_are_switched_on_together() -> None:
    truth = np.repeat([1, 0], [60, 60]).astype(np.uint8)
    scores = np.repeat([0.8, 0.4, 0.2], [58, 20, 42]).astype(np.float32)
    assert sure_cut(truth, scores, Objective.parse("recall=0.95"), 0.95) == pytest.approx(0.3)
    assert sure_cut(truth, scores, Objective.parse("precision=0.9"), 0.95) == pytest.approx(0.6)
    assert binom.sf(57, 58, 0.9) < 0.05


@pytest.mark.parametrize(
    ("objective", "confidence", "said"),
    [("f1", 0.95, "goes with precision"), ("recall=0.9", 1.0, "at least 0.5"), ("recall=0.9", 0.2, "at least 0.5")],
)
def test_a_confidence_that_cannot_be(objective: str, confidence: float, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Config(objective=Objective.parse(objective), confidence=confidence)
    with pytest.raises(ConfigError, match=said):
        tune_thresholds([[0], [1]], [[0.1], [0.9]], objective, confidence=confidence)


def test_it_is_written_down() -> None:
    assert Config(objective=Objective.parse("recall=0.9"), confidence=0.9).to_dict()["confidence"] == 0.9
    assert Config().to_dict()["confidence"] is None


def test_a_precision_far_out_of_reach_switches_on_few_rows() -> None:
    """Of four positives the best is the hundredth row: no cut is nearer than another."""
    scores = np.linspace(0.9, 0.1, 139, dtype=np.float32)
    truth = np.zeros(139, np.uint8)
    truth[[100, 110, 120, 137]] = 1
    cut = sure_cut(truth, scores, Objective.parse("precision=0.9"), 0.95)
    assert (scores >= np.float32(cut)).sum() == 1
    truth[1] = 1
    cut = sure_cut(truth, scores, Objective.parse("precision=0.9"), 0.95)
    assert (scores >= np.float32(cut)).sum() == 2
