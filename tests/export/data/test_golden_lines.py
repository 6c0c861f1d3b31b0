"""Rows next to a threshold are found on lines through tables of words, missing cells, numbers and offsets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tagship_export.data.golden_changes import SHIFT
from tagship_export.data.golden_lines import next_to_thresholds, rounded
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime import Contract
from tagship_runtime.contract import CategoryFeature, NumericFeature, OffsetFeature, TensorSpec, TextFeature
from tagship_runtime.typing import Features, Scores

FEATURES = (
    NumericFeature(name="x"),
    NumericFeature(name="dose", fill=3.0, indicator=True),
    CategoryFeature(name="colour", values=("red", "blue")),
    OffsetFeature(name="time", offset=1.7e9),
    TextFeature(name="note", vocabulary=("oil", "leak")),
)
WEIGHTS = np.array([4, 0.01, 3, 6, -6, 1e-6, 1, -1], np.float64)
"""Of x, the dose and whether it is missing, red, blue, the time, and the two words."""


@dataclass
class Logistic:
    """Score of one label, by the weights; of a second one, that only the colour decides."""

    input: TensorSpec
    output: TensorSpec

    def scores(self, matrix: Features) -> Scores:
        logits = np.stack([matrix @ WEIGHTS - 3, 40 * matrix[:, 3] - 20], axis=1)
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    def one_row(self, row: Features, thresholds: Scores) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@pytest.fixture
def artifact() -> OpenArtifact:
    source = TensorSpec(name="x", dtype="float32", shape=(None, 8))
    target = TensorSpec(name="scores", dtype="float32", shape=(None, 2))
    contract = Contract(
        labels=("mixed", "colour"),
        thresholds=(0.5, 0.5),
        features=FEATURES,
        input=source,
        output=target,
        recipe="float32",
        source={},
    )
    return OpenArtifact(contract=contract, runner=Logistic(source, target))


def rows(count: int) -> list[Any]:
    """Rows in which the colour alone decides on which side of the first threshold they are, far from it."""
    random = np.random.default_rng(0)
    found = []
    for number in range(count):
        red = number % 2 == 0
        x = random.uniform(0.3, 1) if red else random.uniform(-1, 0.5)
        dose = None if random.random() < 0.25 else random.uniform(0, 9)
        found.append([x, dose, "red" if red else "blue", 1.7e9 + random.uniform(0, 1000), "an oil leak"])
    return found


def test_a_label_that_words_decide_is_brought_to_its_threshold_by_numbers(artifact: OpenArtifact) -> None:
    given = rows(64)
    scores = artifact.scores(given)
    assert np.abs(scores[:, 0] - 0.5).min() > SHIFT
    found = next_to_thresholds(artifact, given, scores, 1e-5)
    beyond = artifact.scores(found)[:, 0] - 0.5
    assert len(found) == 2
    assert SHIFT / 4 <= beyond[0] <= 3 * SHIFT / 4
    assert -3 * SHIFT / 4 <= beyond[1] <= -SHIFT / 4
    for row in found:  # one row's words, and what it lacks, stay as they are, and numbers are short
        assert (row[2], row[4]) in {(one[2], one[4]) for one in given}
        assert rounded(row[0], 9) == row[0]


def test_rows_that_are_there_are_not_invented_again(artifact: OpenArtifact) -> None:
    given = rows(64)
    found = next_to_thresholds(artifact, given, artifact.scores(given), 1e-5)
    again = [*given, *found]
    assert next_to_thresholds(artifact, again, artifact.scores(again), 1e-5) == []
    assert next_to_thresholds(artifact, given, artifact.scores(given), SHIFT) == []


def test_digits_that_would_pass_what_a_feature_takes_are_not_left_out() -> None:
    """In five digits the largest integer that float64 tells apart is one beyond it, which is refused."""
    near = float(2**53 - 2**25)
    feature = OffsetFeature(name="time", offset=near)
    source = TensorSpec(name="x", dtype="float32", shape=(None, 1))
    target = TensorSpec(name="scores", dtype="float32", shape=(None, 1))
    contract = Contract(
        labels=("late",), thresholds=(0.5,), features=(feature,), input=source, output=target, recipe="x", source={}
    )

    class Late(Logistic):
        def scores(self, matrix: Features) -> Scores:
            return np.asarray(1 / (1 + np.exp(-(matrix.astype(np.float64) - 2**24) / 2**22)), np.float32)

    late = OpenArtifact(contract=contract, runner=Late(source, target))
    given = [[near], [near + 2**25 - 2**10]]
    assert rounded(given[1][0], 5) >= 2**53
    found = next_to_thresholds(late, given, late.scores(given), 1e-5)
    assert [abs(score - 0.5) < SHIFT for score in late.scores(found)[:, 0].tolist()] == [True, True]
