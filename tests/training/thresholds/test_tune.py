"""Cuts are the best there are, by trying all; what is shipped is drawn between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_training.errors import TrainingError
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, choose_thresholds, tune, tune_thresholds

CELL = st.tuples(st.integers(0, 1), st.sampled_from([i / 16 for i in range(17)]))


def gain(objective: Objective, targets: Any, on: Any) -> float:
    """Of one set of decisions, counted anew."""
    true, switched, positives = (targets & on).sum(), on.sum(), targets.sum()
    match objective.kind:
        case "f1":
            return float(2 * true / (switched + positives))
        case "cost":
            return float(-objective.value * (switched - true) - objective.other * (positives - true))
        case "precision":
            precision = true / switched
            return float(1 + true / positives if precision >= objective.value and true else precision)
    recall = true / positives
    return float(1 + true / switched if recall >= objective.value else recall)


@pytest.mark.parametrize("text", ["f1", "cost=1:5", "precision=0.75", "recall=0.75"])
@given(st.lists(CELL, min_size=1, max_size=20))
def test_no_other_cut_is_better(text: str, cells: list[tuple[int, float]]) -> None:
    objective = Objective.parse(text)
    targets = np.array([target for target, _ in cells], np.uint8)
    scores = np.array([score for _, score in cells], np.float32)
    if not targets.any() or not scores.any():
        return
    cut = np.float32(best_cut(targets, scores, objective))
    assert 0 < cut < 1
    others = [np.float32(score) - np.float32(1 / 32) for score in set(scores.tolist()) if score > 0]
    best = max(gain(objective, targets, scores >= other) for other in others)
    assert gain(objective, targets, scores >= cut) == pytest.approx(best)


def test_a_cut_stands_between_two_scores() -> None:
    targets = np.array([0, 0, 1, 1], np.uint8)
    assert best_cut(targets, np.array([0.1, 0.3, 0.5, 0.9], np.float32), Objective()) == pytest.approx(0.4)


def test_weights_count_as_repeated_rows() -> None:
    random = np.random.default_rng(3)
    targets, scores = random.integers(0, 2, 50).astype(np.uint8), random.random(50).astype(np.float32)
    weights = random.integers(0, 4, 50).astype(np.float64)
    repeated = np.repeat(np.arange(50), weights.astype(int))
    assert best_cut(targets, scores, Objective(), weights) == best_cut(targets[repeated], scores[repeated], Objective())


def test_a_rare_label_is_drawn_towards_the_others() -> None:
    random = np.random.default_rng(0)
    rows = 2000
    scores = random.random((rows, 2)).astype(np.float32)
    targets = (scores > 0.7).astype(np.uint8)
    targets[:, 1] = 0
    targets[np.argsort(scores[:, 1])[-2:], 1] = 1  # two positives, at the very top
    frequent, rare = tune(targets, scores, Objective())
    own = best_cut(targets[:, 1], scores[:, 1], Objective())
    pooled = best_cut(targets.ravel(), scores.ravel(), Objective())
    assert frequent == pytest.approx(0.7, abs=0.02)
    assert pooled < rare < own
    middle = (np.log(pooled / (1 - pooled)) + np.log(own / (1 - own))) / 2
    assert np.log(rare / (1 - rare)) < middle


@pytest.mark.parametrize(("rows", "share"), [(300, 0.02), (300, 0.05), (1000, 0.02)])
def test_drawing_rare_labels_towards_the_others_raises_macro_f1(rows: int, share: float) -> None:
    """By 0.01 to 0.04 against each label's own best cut, on new rows of the same kind."""
    random = np.random.default_rng(0)

    def draw(count: int) -> tuple[Any, Any]:
        scores = random.beta(1, 1 / share - 1, (count, 20)).astype(np.float32).clip(1e-4, 0.999)
        return (random.random(scores.shape) < scores).astype(np.uint8), scores

    truth, known = draw(30_000)
    gains = []
    for seed in range(10):
        targets, scores = draw(rows)
        own = [best_cut(target, score, Objective()) for target, score in zip(targets.T, scores.T, strict=True)]
        reached = [
            decision_metrics(truth, known >= np.asarray(cuts, np.float32))["macro_f1"]
            for cuts in (own, tune(targets, scores, Objective(), seed))
        ]
        gains.append(reached[1] - reached[0])
    assert np.mean(gains) > 0.003
    assert min(gains) > -0.01


def test_constrained_objectives_hold_on_the_rows_they_are_tuned_on() -> None:
    random = np.random.default_rng(1)
    targets = random.integers(0, 2, (500, 3)).astype(np.uint8)
    scores = np.clip(0.4 * targets + 0.6 * random.random((500, 3)), 0, 1).astype(np.float32)
    for text, figure in (("precision=0.9", "precision"), ("recall=0.95", "recall")):
        on = scores >= np.array(tune(targets, scores, Objective.parse(text)), np.float32)
        right = (on & (targets == 1)).sum(axis=0)
        reached = right / (on if figure == "precision" else targets).sum(axis=0)
        assert (reached >= float(text.partition("=")[2])).all()
        assert (reached < 0.99).all()
    assert tune(targets, scores, Objective.parse("fixed=0.3")) == (float(np.float32(0.3)),) * 3


def test_one_cut_for_all_labels_has_the_highest_micro_f1() -> None:
    random = np.random.default_rng(0)
    scores = random.beta([2, 1, 0.2, 0.1], [2, 2, 2, 2], (20_000, 4)).astype(np.float32).clip(0.001, 0.999)
    targets = (random.random(scores.shape) < scores).astype(np.uint8)
    thresholds = tune(targets, scores, Objective.parse("micro-f1"))
    assert len(set(thresholds)) == 1

    def micro_f1(cuts: Any) -> float:
        on = scores >= np.asarray(cuts, np.float32)
        return float(2 * (on & (targets == 1)).sum() / (on.sum() + targets.sum()))

    assert micro_f1(thresholds) == max(micro_f1([cut] * 4) for cut in [*np.linspace(0.01, 0.99, 99), *thresholds])
    assert micro_f1(thresholds) > micro_f1(tune(targets, scores, Objective()))


@pytest.mark.parametrize(
    "text", ["f2", "f1=1", "micro-f1=1", "precision", "precision=2", "cost=1", "cost=0:1", "fixed=0"]
)
def test_what_is_no_objective(text: str) -> None:
    with pytest.raises(TrainingError, match="cost=FP:FN"):
        Objective.parse(text)


@pytest.mark.parametrize("text", ["f1", "micro-f1", "precision=0.9", "recall=0.95", "cost=1:5", "fixed=0.5"])
def test_an_objective_prints_as_it_was_given(text: str) -> None:
    assert str(Objective.parse(text)) == text


def test_scores_of_ones_own_are_tuned_as_those_of_a_run() -> None:
    random = np.random.default_rng(3)
    targets = random.random((400, 3)) < [0.1, 0.4, 0.7]
    scores = np.clip(0.3 * targets + random.random((400, 3)) * 0.7, 0, 1)
    narrow = scores.astype(np.float32)
    for text in ("f1", "cost=1:5", "recall=0.95", "fixed=0.25"):
        objective = Objective.parse(text)
        want = tune(targets.astype(np.uint8), narrow, objective)
        assert tune_thresholds(targets, scores, text) == want
        assert tune_thresholds(targets.astype(float).tolist(), narrow.tolist(), objective) == want
    decisions = narrow >= np.array(tune_thresholds(targets, scores, "recall=0.95"), np.float32)
    assert ((decisions & targets).sum(axis=0) / targets.sum(axis=0) >= 0.95).all()


def test_a_goal_out_of_reach_is_told() -> None:
    targets, scores = np.array([[0, 1], [1, 0], [0, 1], [0, 0]]), np.array([[0.9, 0.9], [0.5, 0.1]] * 2)
    with pytest.warns(UserWarning, match=r"label 0 reaches a precision of 0\.\d+ at best, not 0\.95"):
        assert len(tune_thresholds(targets, scores, "precision=0.95")) == 2


@pytest.mark.parametrize(
    ("targets", "scores", "objective", "said"),
    [
        ([[0, 1]], [[0.5]], "f1", r"shape \(1, 2\) and scores \(1, 1\)"),
        ([0, 1], [0.5, 0.5], "f1", r"shape \(2,\)"),
        (np.empty((0, 2)), np.empty((0, 2)), "f1", "with a row"),
        ([[0, 2]], [[0.5, 0.5]], "f1", "else than 0 and 1"),
        ([[0, np.nan]], [[0.5, 0.5]], "f1", "else than 0 and 1"),
        ([[0, 1]], [[0.5, 3.2]], "f1", "after its sigmoid"),
        ([[0, 1]], [[0.5, np.nan]], "f1", "after its sigmoid"),
        ([[0, 1]], [["a", "b"]], "f1", "after its sigmoid"),
        ([[0, 1]], [[0.5, 0.5]], "auc", "the objective is 'auc'"),
    ],
)
def test_what_cannot_be_tuned_on_is_refused(targets: Any, scores: Any, objective: str, said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        tune_thresholds(targets, scores, objective)


def test_thresholds_come_with_notices_on_goals_out_of_reach() -> None:
    targets = np.array([[0, 1], [1, 0], [0, 1], [0, 0]], np.uint8)
    scores = np.array([[0.9, 0.9], [0.5, 0.1]] * 2, np.float32)
    goal = Objective.parse("precision=0.95")
    found = choose_thresholds(targets, scores, ("noise", "easy"), goal, seed=0)
    assert found.thresholds == tune(targets, scores, goal)
    assert found.missed_by == ("noise",)
    (notice,) = found.notices
    assert notice.startswith("label 'noise' reaches precision 0.")
    assert notice.endswith("at best on held-out rows, not 0.95")
    for_f1 = choose_thresholds(targets, scores, ("noise", "easy"), Objective(), seed=0)
    assert (for_f1.missed_by, for_f1.notices) == ((), ())


@pytest.mark.parametrize(("confidence", "said"), [(None, "label 'l1' reaches precision"), (0.9, "label 'l1': no thr")])
def test_many_labels_that_miss_a_goal_are_told_in_one_sentence(confidence: float | None, said: str) -> None:
    targets = (np.random.default_rng(0).random((200, 6)) < 0.3).astype(np.uint8)
    scores = np.where(targets == 1, 0.1, 0.9).astype(np.float32)
    scores[:, 0] = 1 - scores[:, 0]
    names = [f"l{place}" for place in range(6)]
    goal = Objective.parse("precision=0.9")
    found = choose_thresholds(targets, scores, names, goal, 0, confidence)
    (notice,) = found.notices
    assert notice.startswith("5 labels miss their goal, 'l1', 'l2', 'l3' among them (goal_missed_by in run.json ")
    assert f"; {said}" in notice
    assert found.missed_by == tuple(names[1:])
    assert len(choose_thresholds(targets[:, :4], scores[:, :4], names[:4], goal, 0, confidence).notices) == 3
