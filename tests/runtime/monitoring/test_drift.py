"""Counts of rows beside those of training, with known truth: what shifts shows, what does not shift does not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest

from tagship_runtime.contract import (
    CategoryFeature,
    Contract,
    DateFeature,
    DurationFeature,
    NumericFeature,
    OffsetFeature,
    TextFeature,
)
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.errors import ContractError, DataError, InputError, UsageError
from tagship_runtime.monitoring.drift import Drift
from tagship_runtime.monitoring.reference import ColumnReference, Reference
from tagship_runtime.monitoring.stability import stability

FEATURES = (
    NumericFeature(name="size", fill=1.0, indicator=True),
    NumericFeature(name="teeth"),
    OffsetFeature(name="clock", offset=1.7e9),
    CategoryFeature(name="maker", values=("Borg", "Kessler", "Lunde")),
    DateFeature(name="day", since="2024-01-01", fill="2024-01-01"),
    DurationFeature(name="took", fill=60.0),
    TextFeature(name="note", vocabulary=("oil", "leak", "noise")),
)
ROWS = 4000


def columns(seed: int, rows: int = ROWS) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    size = random.lognormal(3, 1, rows)
    size[random.random(rows) < 0.1] = np.nan
    days = np.datetime64("2024-01-01") + random.integers(0, 300, rows)
    words = random.choice(["oil", "leak", "noise", "rain"], (rows, 6))
    return {
        "size": size,
        "teeth": random.integers(1, 4, rows).astype(float),
        "clock": 1.7e9 + random.uniform(0, 86_400, rows),
        "maker": random.choice(["Borg", "Kessler", "Lunde", "Other"], rows, p=[0.5, 0.3, 0.15, 0.05]).astype(object),
        "day": np.array([str(day) for day in days], object),
        "took": np.array([f"0:{minute:02d}:00" for minute in random.integers(1, 50, rows)], object),
        "note": np.array([" ".join(row[: 1 + row_number % 6]) for row_number, row in enumerate(words)], object),
    }


def scores(seed: int, rows: int = ROWS) -> Any:
    random = np.random.default_rng(seed)
    return random.beta([1, 4], [3, 2], (rows, 2)).astype(np.float32)


def contract(**changes: Any) -> Contract:
    width = sum(feature.width for feature in FEATURES)
    reference = Reference.of(FEATURES, columns(0), ROWS, scores(0, 1500)).to_dict()
    made: dict[str, Any] = {
        "labels": ("bearing", "seal"),
        "thresholds": (0.5, 0.5),
        "features": FEATURES,
        "input": TensorSpec(name="x", dtype="float32", shape=(None, width)),
        "output": TensorSpec(name="y", dtype="float32", shape=(None, 2)),
        "recipe": "float32",
        "digest": "0" * 64,
        "reference": json.loads(json.dumps(reference)),
    }
    return Contract(**made | changes)


def shifted(rows: Any, scored: Any) -> set[str]:
    drift = Drift(contract())
    drift.count(rows, scored)
    document = drift.to_dict()
    found = {one["name"] for one in document["features"] if one["shifted"]}
    return found | {one["label"] for one in document["labels"] if one["shifted"]}


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("rows", [300, 4000])
def test_what_does_not_shift_does_not_show(seed: int, rows: int) -> None:
    assert shifted(columns(seed, rows), scores(seed, rows)) == set()


SHIFTS: dict[str, Callable[[Any], Any]] = {
    "size": lambda cells: cells * 2,
    "teeth": lambda cells: np.where(cells == 1, 3.0, cells),
    "clock": lambda cells: cells + 30_000,
    "maker": lambda cells: np.where(cells == "Kessler", "Borg", cells),
    "day": lambda cells: np.array([cell.replace("2024", "2020") for cell in cells], object),
    "took": lambda cells: np.array([cell.replace("0:", "1:", 1) for cell in cells], object),
    "note": lambda cells: np.array([cell.replace("oil", "snow") for cell in cells], object),
}


@pytest.mark.parametrize("name", SHIFTS)
def test_what_shifts_shows_and_nothing_else(name: str) -> None:
    rows = columns(1)
    assert shifted(rows | {name: SHIFTS[name](rows[name])}, scores(1)) == {name}


def test_missing_cells_and_unknown_words_show() -> None:
    rows = columns(1)
    gaps = np.where(np.arange(ROWS) % 3 == 0, np.nan, rows["size"])
    words = np.where(np.arange(ROWS) % 3 == 0, "Acme", rows["maker"])
    drift = Drift(contract())
    drift.count(rows | {"size": gaps, "maker": words}, scores(1))
    size, _, _, maker, *_ = drift.to_dict()["features"]
    assert (size["shifted"], maker["shifted"]) == (True, True)
    assert size["missing_cells"] == np.isnan(gaps).sum()
    assert size["reference_missing"] == pytest.approx(0.1, abs=0.02)
    assert maker["unknown"] == (~np.isin(words, ["Borg", "Kessler", "Lunde"])).mean()
    assert drift.shifted() == [
        f"column {one['name']!r} is distributed otherwise than in training: PSI {one['psi']:.2f}"
        for one in (size, maker)
    ]


def test_scores_show() -> None:
    moved = scores(1)
    moved[:, 1] = np.sqrt(moved[:, 1])
    assert shifted(columns(1), moved) == {"seal"}


def test_what_is_out_of_range() -> None:
    rows = columns(1)
    drift = Drift(contract())
    drift.count(rows | {"took": np.full(ROWS, "9:00:00", object)}, scores(1))
    took = drift.to_dict()["features"][5]
    assert (took["below"], took["above"]) == (0, 1)


@pytest.mark.parametrize("cut", [0, 1, 1777, ROWS])
def test_halves_add_up_to_the_whole_bit_for_bit(cut: int) -> None:
    rows, scored = columns(2), scores(2)
    whole, first, second = (Drift(contract()) for _ in range(3))
    whole.count(rows, scored)
    first.count({name: cells[:cut] for name, cells in rows.items()}, scored[:cut])
    second.count({name: cells[cut:] for name, cells in rows.items()}, scored[cut:])
    sent = Drift.from_dict(json.loads(json.dumps(second.to_dict())), contract())
    first.merge(sent)
    assert json.dumps(first.to_dict()) == json.dumps(whole.to_dict())
    sent.merge(Drift(contract()))
    assert sent.to_dict() == second.to_dict()


def test_a_row_counts_the_same_whatever_way_it_comes() -> None:
    rows, scored = columns(3, 200), scores(3, 200)
    frame = pandas.DataFrame(rows)
    ways = [rows, frame, pyarrow.table(frame), frame.to_dict("records"), frame.to_numpy(object), frame.values.tolist()]
    documents = []
    for way in ways:
        drift = Drift(contract())
        drift.count(way, scored)
        documents.append(drift.to_dict())
    assert all(document == documents[0] for document in documents)
    assert documents[0]["rows"] == 200


def test_scores_of_other_rows_are_refused_and_count_nothing() -> None:
    drift = Drift(contract())
    with pytest.raises(InputError, match="200 rows came with 150 rows of scores"):
        drift.count(columns(3, 200), scores(3, 150))
    assert drift.to_dict() == Drift(contract()).to_dict()


def test_counts_of_another_artifact_are_refused() -> None:
    drift, other = Drift(contract()), Drift(contract(digest="1" * 64))
    with pytest.raises(UsageError, match="of two artifacts"):
        drift.merge(other)
    with pytest.raises(DataError, match="no counts of version 1 of the artifact 000"):
        Drift.from_dict(other.to_dict(), contract())
    with pytest.raises(UsageError, match="export it again"):
        Drift(contract(reference=None))


@pytest.mark.parametrize(("key", "value"), [("rows", -1), ("rows", True), ("labels", [{"counts": ["x"] * 10}])])
def test_damaged_counts_are_refused(key: str, value: Any) -> None:
    document = Drift(contract()).to_dict()
    with pytest.raises(DataError, match="damaged"):
        Drift.from_dict(dict(document) | {key: value}, contract())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": "x"}, "'rows'"),
        ({"scores": [[0.1] * 10]}, "10 shares of scores for 2 labels"),
        ({"scores": [[0.1] * 9] * 2}, "10 shares of scores for 2 labels"),
        ({"features": []}, "does not describe its features"),
        ({"features": [{"cuts": [2, 1], "shares": [0.5, 0.5, 0], "missing": 0}]}, "are not those of bins"),
        ({"features": [{"cuts": [1], "shares": [0.5, 0.5], "missing": 2}]}, "are not those of bins"),
        ({"features": [{"shares": [0.5, 0.5], "missing": 0}] * 7}, "does not describe its features"),
    ],
)
def test_a_reference_that_contradicts_its_contract_is_refused(changes: dict[str, Any], said: str) -> None:
    whole = contract()
    assert whole.reference is not None
    broken = Contract.from_json(contract(reference=dict(whole.reference) | changes).to_json())  # read, as nobody asks
    with pytest.raises(ContractError, match=said):
        Drift(broken)


def test_the_index_by_hand() -> None:
    """With half a row more in each bin: 50.5 of 101 each, and 90.5 and 10.5 of 101."""
    found = stability([50, 50], [0.9, 0.1], 100)
    p, q = [0.5, 0.5], [90.5 / 101, 10.5 / 101]
    assert found["psi"] == pytest.approx(sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True)), rel=1e-12)
    assert found["psi_by_chance"] == pytest.approx(0.02 * (1 + 1.645 * math.sqrt(2)), rel=1e-12)
    assert found["shifted"]
    none = stability([0, 0], [0.9, 0.1], 100)
    assert (none["psi"], none["psi_by_chance"], none["shifted"]) == (None, None, False)


@pytest.mark.parametrize(("rows", "before"), [(300, 1000), (3000, 3000)])
def test_the_index_exceeds_its_limit_by_chance_in_one_of_twenty_samples(rows: int, before: int) -> None:
    random = np.random.default_rng(0)
    shares = np.array([0.01, 0.09, 0.15, 0.25, 0.25, 0.15, 0.09, 0.01])
    over = 0
    for _ in range(2000):
        reference = random.multinomial(before, shares) / before
        found = stability(random.multinomial(rows, shares).tolist(), reference.tolist(), before)
        assert found["psi"] is not None
        assert found["psi_by_chance"] is not None
        over += found["psi"] > found["psi_by_chance"]
    assert 0.03 < over / 2000 < 0.09


def test_cuts_of_large_numbers_close_together_stay_apart() -> None:
    column = ColumnReference.of(FEATURES[2], columns(0)["clock"])
    assert column.cuts is not None
    assert len(column.cuts) == 7
    assert ColumnReference.of(FEATURES[1], np.full(9, 3.0)).to_dict() == {
        "cuts": [3.0],
        "shares": [1.0, 0.0],
        "missing": 0,
    }
    empty = ColumnReference.of(FEATURES[0], np.full(9, np.nan))
    assert (empty.missing, sum(empty.shares)) == (1, 0)
