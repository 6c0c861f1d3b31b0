"""Columns whose values decide a label alone: named where chance would not have it, and no others."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

from tagship_runtime.files.dataset import Dataset
from tagship_training.data.deciding import CHANCE, find_deciding, log_chance
from tagship_training.evaluation.diagnosis import Diagnosis

Command = Callable[..., Any]
ROWS = 400
RANDOM = np.random.default_rng(0)
TRUTH = (RANDOM.random((ROWS, 2)) < 0.3).astype(np.uint8)
GOOD, OTHER = TRUTH.T


def cells(values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = list(values)
    return made


def found(values: Any, rows: int = ROWS) -> dict[str, str]:
    table = {"grade": values[:rows], "width": RANDOM.normal(size=ROWS)[:rows]}
    return find_deciding(Dataset(table=table, targets=TRUTH[:rows], labels=("good", "other")), ())


def grade(on: str, off: str, truth: Any = GOOD) -> Any:
    return cells([RANDOM.choice(list(on if one else off)) for one in truth])


RARE = grade("AB", "CD")
RARE[np.flatnonzero(GOOD)[:6]] = ["E", "E", "F", "F", "G", "G"]
"""With words on two rows each."""

MISTAKEN = grade("AB", "CD")
MISTAKEN[0] = "C" if GOOD[0] else "A"


@pytest.mark.parametrize(
    "values",
    [
        grade("AB", "CD"),
        grade("A", "BCDEFGHIJ"),
        np.where(GOOD == 1, RANDOM.choice([2, 7], ROWS), RANDOM.choice([1, 5, 9], ROWS)),
        RARE,
        cells(
            [None if one else f"2024-01-{day:02d}" for one, day in zip(GOOD, RANDOM.integers(1, 29, ROWS), strict=True)]
        ),
        np.where(GOOD == 1, np.nan, RANDOM.normal(size=ROWS)),
        cells(
            [f"scratch of {size:.6f} mm" if one else "" for one, size in zip(GOOD, RANDOM.random(ROWS), strict=True)]
        ),
    ],
    ids=["grade", "one against nine", "codes", "rare words", "dates when on", "numbers when off", "texts when on"],
)
def test_named(values: Any) -> None:
    assert found(values) == {"grade": "good"}


@pytest.mark.parametrize(
    "values",
    [
        grade("AB", "BC"),
        MISTAKEN,
        cells([f"part {row}" for row in range(ROWS)]),
        cells([f"lot {row // 4} {GOOD[row]}" for row in range(ROWS)]),
        RANDOM.normal(size=ROWS),
        np.where(GOOD == 1, RANDOM.integers(6, 10, ROWS), RANDOM.integers(1, 6, ROWS)),
        np.where(GOOD == 1, RANDOM.integers(6, 10, ROWS), RANDOM.integers(1, 6, ROWS)).astype(float),
        grade("AB", "AB"),
        cells(["steel"] * ROWS),
        np.where(RANDOM.random(ROWS) < 0.3, np.nan, 1.0),
    ],
    ids=["shared", "one mistake", "names", "few rows each", "measured", "a size", "a size in float", "nothing",
         "constant", "blank by chance"],
)  # fmt: skip
def test_not_named(values: Any) -> None:
    assert found(values) == {}


def test_repeated_rows_decide_nothing() -> None:
    """In a table that holds each of its rows five times, every column has values that are pure."""
    table = {"part": cells([f"{row // 5}" for row in range(ROWS)])}
    targets = np.repeat(TRUTH[: ROWS // 5], 5, axis=0)
    assert find_deciding(Dataset(table=table, targets=targets, labels=("good", "other")), ()) == {}


@pytest.mark.parametrize("rows", [20, 30, 60])
def test_small_tables_are_not_accused_by_chance(rows: int) -> None:
    """Of 400 tables of 5 columns of 3 words that have nothing to do with the label, none; a rare label hides none."""
    random = np.random.default_rng(rows)
    accused = 0
    for _ in range(400):
        on = np.zeros((rows, 1), np.uint8)
        on[random.choice(rows, 2, replace=False)] = 1
        words = np.array(["a", "b", "c"], object)
        columns = {f"c{place}": words[random.choice(3, rows, p=[0.8, 0.1, 0.1])] for place in range(5)}
        accused += bool(find_deciding(Dataset(table=columns, targets=on, labels=("rare",)), ()))
    assert accused == 0


def test_few_rows_are_enough_where_chance_has_no_part() -> None:
    on = np.repeat([1, 0], 20).astype(np.uint8)[:, None]
    values = cells(list("AABB" * 5 + "CCDD" * 5))
    assert find_deciding(Dataset(table={"g": values}, targets=on, labels=("on",)), ()) == {"g": "on"}


def test_the_bound_holds_the_chance_of_a_small_case() -> None:
    """All ways to choose 4 of 9 rows, of which three words have three rows each."""
    words = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    ways = list(combinations(range(9), 4))
    pure = sum(
        all(len({row in way for row in range(9) if words[row] == word}) == 1 for word in range(3)) for way in ways
    )
    assert pure / len(ways) <= math.exp(log_chance(3, 9, 4)) == pytest.approx(8 / len(ways))
    assert log_chance(9, 9, 4) == 0
    assert log_chance(3, 400, 100) < math.log(CHANCE) < log_chance(2, 30, 2)


def test_the_verdict_and_the_notices_name_it(tagship: Command, tmp_path: Path) -> None:
    frame = pandas.DataFrame({"width": RANDOM.normal(size=ROWS), "grade": grade("AB", "CD"), "label:good": GOOD})
    frame.to_csv(tmp_path / "t.csv", index=False)
    quick = ("--epochs", 1, "--members", 2, "--hidden", 2)
    done = tagship("train", tmp_path / "t.csv", "--out", tmp_path / "run", *quick)
    assert done.code == 0, done.err
    assert "column 'grade' alone decides the label 'good'" in done.err
    assert "--drop grade" in done.err
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert "column 'grade' alone decides the label 'good'" in document["diagnosis"]["verdict"]
    assert [feature["name"] for feature in document["features"]] == ["width", "grade"]
    done = tagship("train", tmp_path / "t.csv", "--out", tmp_path / "named", *quick, "--categorical", "grade")
    assert "alone decides" not in done.err
    verdict = Diagnosis(learned=0.3, held_out=0.31, test=0.3, deciding={"grade": "good"}).verdict
    assert verdict.endswith("; column 'grade' alone decides the label 'good': is it known before the label?")
