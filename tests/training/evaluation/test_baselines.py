"""Simpler models are compared on the same rows, and named where they are as good."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
import pandas
import pytest

from tagship_runtime.documents import BaselineMetrics
from tagship_training import Config, Options, train
from tagship_training.evaluation.baselines import Baseline, TrainedBaseline, compare_trained, verdict
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import tune

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


def test_baselines_are_asked_for_the_confidence_that_the_network_is() -> None:
    """A baseline of the network's own scores decides as the network."""
    random, goal = np.random.default_rng(0), Objective.parse("precision=0.8")
    targets = (random.random((400, 2)) < 0.4).astype(np.uint8)
    scores = np.clip(0.3 + 0.3 * targets + random.normal(0, 0.15, (400, 2)), 0, 1).astype(np.float32)
    own = TrainedBaseline(title="itself", simple=True, held_out=scores, test=scores)
    asked = {confidence: tune(targets, scores, goal, 0, confidence) for confidence in (None, 0.95)}
    assert asked[None] != asked[0.95]
    for confidence, thresholds in asked.items():
        (found,) = compare_trained([own], targets, targets, (scores, thresholds), goal, 0, confidence)
        assert found.macro_f1_difference == (0, 0)


def test_a_run_asks_its_baselines_for_its_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def noting(*arguments: object) -> tuple[float, ...]:
        asked.append(arguments[-1])
        return tune(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("tagship_training.evaluation.baselines.tune", noting)
    monkeypatch.setattr("tagship_training.evaluation.baseline_models.TREES", 10)
    random = np.random.default_rng(0)
    features = random.normal(size=(300, 3))
    targets = (features @ random.normal(size=(3, 2)) > 0).astype(int)
    config = Config(hidden=(8,), epochs=2, members=1, objective=Objective.parse("precision=0.8"), confidence=0.95)
    run = train(features, targets, config=config, options=Options(baselines=True))
    assert asked == [0.95] * len(run.baselines)
    assert len(asked) == 4


def baseline(
    title: str,
    log_loss: tuple[float, float] | None,
    macro_f1: tuple[float, float],
    *,
    simple: bool = True,
    by_decisions: bool = False,
) -> Baseline:
    """One that is compared by scores where it has any, and by decisions where asked."""
    figures = cast(BaselineMetrics, {"macro_f1": 0.5} if log_loss is None else {"macro_f1": 0.5, "log_loss": 0.3})
    return Baseline(
        title=title,
        simple=simple,
        figures=figures,
        log_loss_difference=log_loss,
        macro_f1_difference=macro_f1,
        by_decisions=by_decisions,
    )


def test_for_other_goals_than_f1_scores_are_what_the_verdict_is_about() -> None:
    same, worse = baseline("forest", (-0.01, 0.02), (-0.3, -0.2)), baseline("line", (-0.2, -0.1), (-0.3, -0.2))
    assert verdict([same, worse]) == (
        "a simpler model may be as good: these test rows do not show the network's scores to be better than those of "
        "the forest (95% interval of what it loses in log loss: -0.0100 to +0.0200)"
    )
    assert verdict([worse]) == "the network beats every baseline on these test rows, in log loss"


@pytest.mark.parametrize(
    ("log_loss", "macro_f1", "simple", "said"),
    [
        (
            (-0.0012, -0.0002),
            (-0.03, -0.01),
            True,
            "the network beats every baseline on these test rows, in log loss or in macro-F1; it loses 0.010 to 0.030 "
            "in macro-F1 to the line",
        ),
        (
            (0.01, 0.02),
            (0.01, 0.03),
            True,
            "the network beats every baseline on these test rows, in log loss or in macro-F1; it loses 0.0100 to "
            "0.0200 in log loss to the line",
        ),
        (
            (0.01, 0.02),
            (-0.06, -0.02),
            False,
            "the network beats every simpler model, but not the line, larger to ship; it loses 0.020 to 0.060 in "
            "macro-F1 and 0.0100 to 0.0200 in log loss to the line",
        ),
        (
            (0.01, 0.02),
            (-0.03, 0.01),
            True,
            "a simpler model is better on these test rows: 0.0100 to 0.0200 in log loss are lost to the line",
        ),
        (
            (-0.01, 0.02),
            (-0.03, -0.01),
            True,
            "a simpler model is better on these test rows: 0.010 to 0.030 in macro-F1 are lost to the line",
        ),
        (
            (-0.01, 0.02),
            (-0.03, 0.01),
            True,
            "a simpler model may be as good: these test rows do not show the network to be better than the line (95% "
            "interval of what it gains in macro-F1: -0.030 to +0.010)",
        ),
        (
            (-0.02, -0.01),
            (-0.03, 0.01),
            True,
            "the network beats every baseline on these test rows, in log loss or in macro-F1",
        ),
    ],
)
def test_what_is_lost_to_another_model_is_told(
    log_loss: tuple[float, float], macro_f1: tuple[float, float], simple: bool, said: str
) -> None:
    other = baseline("line", log_loss, macro_f1, simple=simple, by_decisions=True)
    beaten = baseline("constant", (-0.3, -0.2), (0.2, 0.3), by_decisions=True)
    assert verdict([beaten, other]) == said


def test_a_model_that_is_better_is_told_before_one_that_may_be_as_good() -> None:
    same, better = (
        baseline("forest", (-0.01, 0.02), (-0.02, 0.03), by_decisions=True),
        baseline("line", (0.01, 0.02), (-0.02, 0.03), by_decisions=True),
    )
    assert verdict([same, better]).startswith("a simpler model is better on these test rows: 0.0100 to 0.0200 in log")


def test_a_logistic_regression_that_ships_is_called_so() -> None:
    features = np.random.default_rng(0).normal(size=(200, 3))
    run = train(features, (features[:, :2] > 0).astype(int), config=Config(max_parameters=9))
    assert (run.baseline_verdict or "").startswith("the logistic regression, which ships, beats every")
    assert "network" not in (run.baseline_verdict or "")


def test_a_larger_model_that_is_better_is_told_beside_a_simple_one_as_good() -> None:
    same, forest = (
        baseline("line", (-0.01, 0.02), (-0.02, 0.03), by_decisions=True),
        baseline("forest", (0.01, 0.02), (-0.02, 0.03), simple=False, by_decisions=True),
    )
    assert verdict([same, forest]).endswith("); it loses 0.0100 to 0.0200 in log loss to the forest")
