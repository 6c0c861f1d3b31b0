"""Which size ships: by preference, by bounds, by noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from tagship_runtime.contract import TextFeature
from tagship_runtime.documents import Metrics
from tagship_training import Config, TrainingError
from tagship_training.sizes.size import Size, choose, within_one_error
from tagship_training.thresholds.tune import ChosenThresholds

TARGETS = (np.arange(1000) % 2).astype(np.uint8)[:, None]


def size(name: str, parameters: int, confidence: float, f1: float, spread: float = 0.0) -> Size:
    """A size that is right by so much, more so on some rows."""
    shift = spread * np.random.default_rng(parameters).standard_normal((1000, 1))
    own = np.clip(confidence + shift, 0.01, 0.99)
    return Size(
        name=name,
        model=None,
        features=(),
        columns=None,
        architectures=(),
        shares=(),
        held_out=np.where(TARGETS == 1, own, 1 - own).astype(np.float32),
        cuts=ChosenThresholds((0.5,)),
        parameters=parameters,
        bytes=4 * parameters + 3000,
        microseconds=1.0,
        learned_loss=0.1,
        metrics=cast(Metrics, {"macro_f1": f1}),
    )


LADDER = [
    size("linear", 20, 0.60, 0.70),
    size("8", 100, 0.70, 0.80),
    size("16", 300, 0.7999, 0.895, spread=0.02),
    size("32", 900, 0.80, 0.90),
    size("networks", 60_000, 0.81, 0.905),
]


@pytest.mark.parametrize(
    ("choice", "want"),
    [
        ({}, "16"),  # no worse than 32 by more than noise
        ({"prefer": "quality"}, "networks"),
        ({"prefer": "size"}, "8"),
        ({"max_parameters": 1000}, "32"),
        ({"max_parameters": 1000, "prefer": "size"}, "8"),
        ({"max_bytes": 4500}, "16"),
        ({"max_bytes": 3200}, "linear"),
        ({"max_parameters": 10**9}, "networks"),
    ],
)
def test_choice(choice: dict[str, Any], want: str) -> None:
    assert choose(LADDER, TARGETS, Config(**choice)).name == want


def test_goals_that_may_be_missed_are_in_the_document() -> None:
    sure = size("32", 900, 0.8, 0.9)
    unsure = replace(sure, cuts=ChosenThresholds((0.5,), ("a",), ("label 'a': ...",)))
    assert sure.to_dict(chosen=True, test=sure.metrics).keys().isdisjoint({"notices", "goal_missed_by"})
    told = unsure.to_dict(chosen=False, test=sure.metrics)
    assert (told["notices"], told["goal_missed_by"]) == (["label 'a': ..."], ["a"])


def test_decisions_count_besides_scores() -> None:
    worse = [*LADDER[:2], size("16", 300, 0.7999, 0.88, spread=0.02), *LADDER[3:]]
    assert choose(worse, TARGETS, Config()).name == "32"
    # Students are held to the best of their own, by log loss.
    networks_decide_better = [*LADDER[:4], size("networks", 60_000, 0.81, 0.92), size("blended", 90_000, 0.82, 0.93)]
    assert choose(networks_decide_better, TARGETS, Config()).name == "16"
    assert choose(networks_decide_better, TARGETS, Config(prefer="quality")).name == "blended"
    assert choose(networks_decide_better[-2:], TARGETS, Config()).name == "blended"


def test_nothing_fits() -> None:
    with pytest.raises(TrainingError, match=r"20 parameters in 3,080 bytes.*raise them"):
        choose(LADDER, TARGETS, Config(max_parameters=3))


def test_of_equals_the_average_of_several_is_the_better_one() -> None:
    equals = [*LADDER[:4], size("32-averaged", 4500, 0.80, 0.90)]
    assert choose(equals, TARGETS, Config(prefer="quality")).name == "32-averaged"
    assert choose(equals, TARGETS, Config()).name == "16"


def test_one_error_is_paired_over_rows() -> None:
    rows = np.random.default_rng(0).random(400)
    assert within_one_error(rows, rows)
    assert not within_one_error(rows + 0.001, rows)  # a small difference that every row has
    noise = np.random.default_rng(1).standard_normal(400)
    assert within_one_error(rows + noise - noise.mean() + 0.04, rows)  # one error is 0.05
    assert not within_one_error(rows + noise - noise.mean() + 0.06, rows)


@pytest.mark.parametrize("choice", [{"hidden": (8,)}, {"epochs": 3}, {"preset": "article"}, {"members": 2}])
@pytest.mark.parametrize("bound", [{"prefer": "size"}, {"max_bytes": 8000}])
def test_one_network_has_no_sizes_to_choose_from(choice: dict[str, Any], bound: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match="leave one of them out"):
        Config(**choice, **bound)


def test_of_texts_the_averaged_teachers_may_ship() -> None:
    text = (TextFeature(name="body", vocabulary=("rain",)),)
    sizes = [replace(one, features=text) for one in (*LADDER, size("blended", 500_000, 0.82, 0.906))]
    assert choose(sizes, TARGETS, Config()).name == "networks"
    assert choose(LADDER, TARGETS, Config()).name != "networks"
