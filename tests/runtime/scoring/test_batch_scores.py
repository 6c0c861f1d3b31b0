"""Scores of batches, with and without rows that cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.errors import InputValueError
from tagship_runtime.features import encoder
from tagship_runtime.files import Batch
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import score_batches

PARCELS = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
ROWS = 20


@pytest.fixture(scope="module")
def model() -> Predictor:
    return tagship_runtime.load(PARCELS)


def batches(bad: Sequence[int] = (), size: int = 8) -> list[Batch]:
    """Rows in batches; the weight of a bad one is infinite."""
    random = np.random.default_rng(0)
    weight = random.uniform(0, 20, ROWS)
    weight[list(bad)] = np.inf
    columns = {
        "id": np.arange(ROWS),
        "weight": weight,
        "humidity": random.uniform(0, 100, ROWS),
        "surface": np.array(["steel", "moss"] * (ROWS // 2), object),
    }
    found = []
    for start in range(0, ROWS, size):
        part = {name: values[start : start + size] for name, values in columns.items()}
        found.append(Batch(columns=part, first=start, size=len(part["id"])))
    return found


def encode(model: Predictor) -> tagship_runtime.features.Encoder:
    return encoder(model.contract.features, model.contract.input.shape)


def test_rows_come_in_order_with_the_scores_that_they_have_alone(model: Predictor) -> None:
    unknown: Counter[str] = Counter()
    found = list(score_batches(model, encode(model), batches(), passed_on=["id"], unknown=unknown))
    assert [batch.first for batch, _ in found] == [0, 8, 16]
    assert np.concatenate([batch.columns["id"] for batch, _ in found]).tolist() == list(range(ROWS))
    rows = [{name: batch.columns[name][row] for name in ("weight", "humidity", "surface")}
            for batch, _ in found for row in range(batch.size)]  # fmt: skip
    np.testing.assert_allclose(
        np.concatenate([scores for _, scores in found]), model.predict_proba(rows), rtol=0, atol=1e-6
    )
    assert unknown == {"surface": ROWS // 2}


def test_a_bad_row_is_named_by_its_place_among_all(model: Predictor) -> None:
    with pytest.raises(InputValueError) as caught:
        list(score_batches(model, encode(model), batches(bad=[13]), passed_on=["id"]))
    assert (caught.value.row, caught.value.column) == (13, "weight")


@pytest.mark.parametrize("bad", [[0], [7, 8], [3, 4, 19], list(range(8)), list(range(ROWS))])
def test_bad_rows_are_left_out_and_no_other(model: Predictor, bad: list[int]) -> None:
    told: list[int | None] = []
    found = list(
        score_batches(model, encode(model), batches(bad), passed_on=["id"], skip=lambda error: told.append(error.row))
    )
    assert told == bad
    left = [number for batch, _ in found for number in batch.columns["id"].tolist()]
    assert left == [row for row in range(ROWS) if row not in bad]
    good = {int(number): scores for batch, rows in score_batches(model, encode(model), batches(), passed_on=["id"])
            for number, scores in zip(batch.columns["id"], rows, strict=True)}  # fmt: skip
    for batch, rows in found:
        for number, scores in zip(batch.columns["id"].tolist(), rows, strict=True):
            np.testing.assert_allclose(scores, good[number], rtol=0, atol=1e-6)
