"""Repeated test rows are found, also nearly equal ones, and blamed only where they make figures too good."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tagship_training import Config, train
from tagship_training.data.repeated_rows import Flags, find_repeated, find_repeated_within
from tagship_training.evaluation.repeated import judge_repeated

RANDOM = np.random.default_rng(0)
NUMBERS = RANDOM.normal(size=(3000, 12)).astype(np.float32)
FLAGS = (RANDOM.random((3000, 8)) < 0.5).astype(np.float32)


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e-3])
@pytest.mark.parametrize("jitter", [0.0, 1e-6])
def test_copies_are_found(scale: float, jitter: float) -> None:
    """A hash of the numbers alone finds none that was jittered."""
    train_rows, new = NUMBERS[:2000] * np.float32(scale), NUMBERS[2000:] * np.float32(scale)
    copies = train_rows[:200] + np.float32(scale * jitter) * RANDOM.normal(size=(200, 12)).astype(np.float32)
    assert find_repeated(train_rows, np.vstack([copies, new])).tolist() == [True] * 200 + [False] * 1000


def test_one_column_that_differs_makes_another_row() -> None:
    other = NUMBERS[:200].copy()
    other[:, 3] += 0.01
    assert not find_repeated(NUMBERS, other).any()


def test_rows_within_a_table() -> None:
    again = NUMBERS[:3] + np.float32(1e-6)
    assert find_repeated_within(np.vstack([NUMBERS, again])).nonzero()[0].tolist() == [0, 1, 2, 3000, 3001, 3002]
    assert find_repeated_within(np.vstack([NUMBERS[:5], NUMBERS[:2]])).tolist() == [True] * 2 + [False] * 3 + [True] * 2
    assert not find_repeated_within(NUMBERS[:1]).any()


def _judge(repeated: Flags, within: Flags, losses_differ: bool = False) -> tuple[bool, bool]:
    targets = (RANDOM.random((len(repeated), 2)) < 0.5).astype(np.uint8)
    sure = np.where(repeated[:, None] & losses_differ, 0.95, 0.7)
    scores = np.where(targets == 1, sure, 1 - sure) + 0.04 * RANDOM.random(targets.shape)
    judged = judge_repeated(targets, scores.astype(np.float32), (0.5, 0.5), repeated, within)
    assert judged is not None
    assert judged["expected"] == within.mean()
    return judged["more"], judged["worse"]


def test_tables_of_few_values_are_not_blamed() -> None:
    """Of 1,000 test rows of eight flags nearly all stand among the training rows."""
    repeated, within = find_repeated(FLAGS[:2000], FLAGS[2000:]), find_repeated_within(FLAGS[:2000])
    assert repeated.mean() > 0.95
    assert _judge(repeated, within) == (False, False)


def test_more_than_the_training_rows_show() -> None:
    none = np.zeros(2000, bool)
    assert _judge(np.arange(1000) < 10, none) == (True, False)
    assert _judge(np.arange(1000) < 100, np.arange(2000) < 200) == (False, False)
    assert _judge(np.arange(1000) < 200, np.arange(2000) < 200) == (True, False)


def test_worse_without_them() -> None:
    assert _judge(np.arange(1000) < 300, np.arange(2000) < 600, losses_differ=True) == (False, True)


def test_figures_stand_beside_each_other() -> None:
    targets = np.repeat([[1], [1], [0], [0]], 25, axis=0).astype(np.uint8)
    scores = np.full((100, 1), 0.6, np.float32)
    judged = judge_repeated(targets, scores, (0.5,), np.arange(100) < 50, np.zeros(200, bool))
    assert judged is not None
    assert judged["others"] is not None
    assert judged["others"]["macro_f1"] == 0.0
    assert judge_repeated(targets, scores, (0.5,), np.zeros(100, bool), np.zeros(200, bool)) is None
    everything = judge_repeated(targets, scores, (0.5,), np.ones(100, bool), np.zeros(200, bool))
    assert everything is not None
    assert everything["others"] is None


def test_a_run_says_so_where_it_matters() -> None:
    targets = (NUMBERS[:, :2] > 0).astype(np.uint8)
    config = replace(Config(), preset="article", epochs=1)
    leaked = train(NUMBERS[:600], targets[:600], test=(NUMBERS[500:800], targets[500:800]), config=config)
    (notice,) = [one for one in leaked.notices if "test rows" in one]
    assert notice.startswith("100 of 300 test rows have the features of a training row, where 0.0% is to be expected")
    assert re.search(r"log loss is \d\.\d{4} with these rows and \d\.\d{4} without, micro-F1 \d\.\d{3} and", notice)
    assert leaked.to_dict()["repeated_rows"] == {"test": 100}
    flags = train(FLAGS[:600], targets[:600], test=(FLAGS[600:900], targets[600:900]), config=config)
    assert flags.to_dict()["repeated_rows"]["test"] > 250
    assert not [one for one in flags.notices if "test rows" in one]
