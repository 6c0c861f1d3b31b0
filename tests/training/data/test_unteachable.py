"""Columns that should not teach: what they are recognised by, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

from tagship_runtime.features import as_column
from tagship_runtime.files.arrow_columns import arrow_table
from tagship_runtime.files.dataset import Dataset
from tagship_training.data.deciding import find_deciding
from tagship_training.data.unteachable import Unteachable, find_unteachable
from tagship_training.evaluation.diagnosis import Diagnosis

Command = Callable[..., Any]
ROWS = 200
RANDOM = np.random.default_rng(0)
WIDTH = np.random.default_rng(1).normal(size=ROWS)
TRUTH = (RANDOM.random((ROWS, 2)) < 0.4).astype(np.uint8)


def found(name: str, values: Any, named: tuple[str, ...] = (), rows: int = ROWS) -> Unteachable:
    table = arrow_table({name: as_column(values)[:rows], "width": WIDTH[:rows]})
    return find_unteachable(Dataset(table=table, targets=TRUTH[:rows], labels=("large", "round")), named)


def ean(number: int) -> int:
    """Return a number with the check digit of a barcode behind it."""
    digits = [int(digit) for digit in reversed(str(number))]
    return 10 * number + -sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(digits)) % 10


def spelled(on: str, off: str, label: int = 0) -> list[str]:
    return [on if truth else off for truth in TRUTH[:, label]]


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("row", np.arange(ROWS), "it counts the rows; --numeric row keeps it"),
        ("row", np.arange(ROWS) + 17.0, "it counts the rows"),
        ("minute", np.arange(ROWS) * 5.0, "it counts the rows in steps of 5; --numeric minute keeps it"),
        ("row", 1100 - np.arange(ROWS), "it counts the rows in steps of -1; --numeric row keeps it"),
        ("row", 100 + 10 * np.arange(ROWS), "it counts the rows in steps of 10"),
        ("row", 100 + 10 * RANDOM.permutation(ROWS), "it numbers the rows: 200 different integers that lie close"),
        (
            "row",
            [str(row) if row % 3 else row for row in range(ROWS)],
            "it counts the rows; --categorical row keeps it",
        ),
        ("", RANDOM.permutation(ROWS)[::-1] ** 2, "it is an index without a name; a name and --numeric keep it"),
        ("Unnamed: 0", RANDOM.permutation(ROWS) * 100, "it is an index without a name"),
        ("Unnamed: 0", np.arange(ROWS) % 120, "it is an index without a name; --numeric Unnamed: 0 keeps it"),
        ("Unnamed: 0", [None if row == 7 else float(row) for row in range(ROWS)], "it is an index without a name"),
        ("", [f"r{row}" for row in range(ROWS)], "it is an index without a name; a name and --categorical keep it"),
        ("part", RANDOM.permutation(ROWS) + 40_000, "it numbers the rows: 200 different integers that lie close"),
        ("part_id", RANDOM.choice(10**9, ROWS, replace=False), "it is an identifier, by its name and 200"),
        ("Teile-Nr.", RANDOM.choice(10**9, ROWS, replace=False), "it is an identifier"),
        *(
            (name, RANDOM.choice(10**6, ROWS, replace=False), "it is an identifier, by its name")
            for name in ("Artikelnummer", "sku", "Barcode", "Seriennummer", "partId", "ArtNr", "article number", "LOT")
        ),
        ("Teil", RANDOM.choice(9 * 10**7, ROWS, replace=False) + 10**7, "by 200 different integers of many digits"),
        ("piece", [ean(int(n)) for n in RANDOM.choice(10**10, ROWS, replace=False) + 10**8], "of many digits"),
        ("copy", TRUTH[:, 0], "it is the label 'large' under another name"),
        ("copy", 1 - TRUTH[:, 1], "it is the label 'round' under another name"),
        ("copy", spelled("ja", "nein", 1), "it is the label 'round' under another name"),
        ("copy", spelled("x", ""), "it is the label 'large' under another name"),
        ("copy", np.where(TRUTH[:, 0] == 1, 2.5, 7.0), "it is the label 'large' under another name"),
    ],
)
def test_left_out(name: str, values: Any, reason: str) -> None:
    got = found(name, values)
    assert reason in got.reasons[name]
    assert (name in got.leaks) == reason.startswith("it is the label")
    assert not found(name, values, (name,)).reasons
    assert not found(name, values, rows=19).reasons


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("weight_mg", RANDOM.choice(10**9, ROWS, replace=False)),  # all different, but a measure
        ("grid", RANDOM.choice(10**6, ROWS, replace=False)),
        ("lotion", RANDOM.choice(10**6, ROWS, replace=False)),
        ("made", RANDOM.choice(10**6, ROWS, replace=False) + 19_100_000),  # as dates are written
        ("width", RANDOM.normal(size=ROWS)),
        ("id", RANDOM.integers(0, 50, ROWS)),  # it repeats, so it says something
        ("idea", RANDOM.choice(10**9, ROWS, replace=False)),
        ("year", RANDOM.integers(1990, 2020, ROWS)),
        ("flag", RANDOM.random(ROWS) < 0.5),
        ("lot", 100 + 10 * RANDOM.integers(0, 150, ROWS)),
        ("second", 1_700_000_000 - 60 * np.arange(ROWS)),
        ("nearly", np.where(np.arange(ROWS) == 3, 1 - TRUTH[:, 0], TRUTH[:, 0])),
        ("constant", np.ones(ROWS)),
        ("second", RANDOM.permutation(ROWS) + 1_700_000_000),
        ("millisecond", np.arange(ROWS) + 1_700_000_000_000),
        ("words", [*spelled("ja", "nein")[:-1], "vielleicht"]),
        ("step", np.concatenate([np.arange(ROWS - 1), [np.nan]])),
    ],
)
def test_left_alone(name: str, values: Any) -> None:
    assert found(name, values) == Unteachable()


def of_words(word: Any, flagged: int = 199) -> Dataset:
    """Make a table of 199 rare words, and one more."""
    words = {f"word{place}": (RANDOM.random(ROWS) < 0.05).astype(float) for place in range(flagged)}
    return Dataset(table={"word": np.asarray(word, float), **words}, targets=TRUTH, labels=("large", "round"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_word_that_stands_in_the_rows_of_a_label_is_no_copy_of_it(count: int) -> None:
    """Words such as ``fibrosis`` are what a label means; the user is told."""
    rows = of_words(count * TRUTH[:, 0])
    assert find_unteachable(rows, ()) == Unteachable()
    assert find_deciding(rows, ()) == {"word": "large"}
    assert list(find_unteachable(of_words(count * TRUTH[:, 0], 198), ()).leaks) == ["word"]  # too few to be words
    upside_down = of_words(count * (1 - TRUTH[:, 0]))
    assert list(find_unteachable(upside_down, ()).leaks) == ["word"]


def test_of_a_rare_label_words_are_copies_by_chance() -> None:
    rows = of_words(np.arange(ROWS) == 7)
    rare = Dataset(table=rows.table, targets=(np.arange(ROWS) == 7).astype(np.uint8)[:, None], labels=("rare",))
    assert find_unteachable(rare, ()) == Unteachable()
    assert find_deciding(rare, ()) == {}


def test_labels_under_another_name_stay_where_nothing_else_would_be_left() -> None:
    columns = {"a": TRUTH[:, 0].astype(float), "b": TRUTH[:, 1].astype(float)}
    both = find_unteachable(Dataset(table=columns, targets=TRUTH, labels=("large", "round")), ())
    assert both == Unteachable(leaks={"a": "large", "b": "round"})
    three = find_unteachable(Dataset(table=columns | {"width": WIDTH}, targets=TRUTH, labels=("large", "round")), ())
    assert list(three.reasons) == ["a", "b"]


def test_the_verdict_names_a_leak() -> None:
    verdict = Diagnosis(learned=0.3, held_out=0.31, test=0.3, leaks={"groß": "large"}).verdict
    assert verdict.endswith("; column 'groß' is the label 'large' under another name")
    best = Diagnosis(learned=0.3, held_out=0.31, test=0.3, optimal=0.3, leaks={"groß": "large"}).verdict
    assert best.endswith("is the label 'large' under another name")


def test_from_the_table_to_the_run(tagship: Command, tmp_path: Path) -> None:
    """What is left out is told, is no feature, and comes back when the user names it."""
    width = RANDOM.normal(size=ROWS)
    frame = pandas.DataFrame({"width": width, "groß": np.where(width > 0, "ja", "nein"), "label:large": width > 0})
    frame.to_csv(tmp_path / "parts.csv")
    quick = ("--epochs", 1, "--members", 2, "--hidden", 2)
    done = tagship("train", tmp_path / "parts.csv", "--out", tmp_path / "run", *quick)
    assert done.code == 0, done.err
    assert "column '' is left out: it counts the rows" in done.err
    assert (
        "column 'groß' is left out: it is the label 'large' under another name; --categorical groß keeps it" in done.err
    )
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert [feature["name"] for feature in document["features"]] == ["width"]
    assert "column 'groß' is the label 'large' under another name" in document["diagnosis"]["verdict"]
    assert any("'groß' is left out" in notice for notice in document["notices"])
    done = tagship(
        "train", tmp_path / "parts.csv", "--out", tmp_path / "kept", *quick, "--categorical", "groß", "--drop", "width"
    )
    assert done.code == 0, done.err
    document = json.loads((tmp_path / "kept" / "run.json").read_text())
    assert [feature["name"] for feature in document["features"]] == ["groß"]
