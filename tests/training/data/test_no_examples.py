"""Lines below a table and rows of totals are no examples, and rows that are none of these are left in peace."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tagship_training.data.no_examples import check_rows_below, check_totals
from tagship_training.data.tables import read
from tagship_training.errors import TableError

ROWS = 40


def columns() -> dict[str, list[Any]]:
    """An ordinary table."""
    random = np.random.default_rng(3)
    return {
        "id": [f"P{row}" for row in range(ROWS)],
        "count": random.integers(1, 90, ROWS).tolist(),
        "weight": random.uniform(1, 9, ROWS).round(2).tolist(),
        "heavy": [("x", None)[flag] for flag in random.integers(0, 2, ROWS)],
    }


def notes_on(table: dict[str, list[Any]]) -> list[str]:
    told: list[str] = []
    check_totals(pyarrow.table(table), "t", told.append)
    return told


@pytest.mark.parametrize(
    "word", ["Summe", "TOTAL", "Total:", " Grand Total", "Zwischensumme", "Gesamt", "Σ", "sub-total"]
)
def test_a_named_row_of_sums_is_refused(word: str) -> None:
    table = columns()
    for name, cell in (("id", word), ("count", sum(table["count"])), ("weight", None), ("heavy", None)):
        table[name].append(cell)
    said = (
        rf"row 40, the last one, holds totals and is no example: '{word}' in column 'id', and \d+, the sum of the rows"
    )
    with pytest.raises(TableError, match=said):
        notes_on(table)


@pytest.mark.parametrize("blank", [None, ""])
def test_a_row_of_sums_without_a_name_is_refused(blank: Any) -> None:
    table = columns()
    table["id"].append(blank)
    table["count"].append(sum(table["count"]))
    table["weight"].append(1.5)
    table["heavy"].append(None)
    with pytest.raises(
        TableError, match=r"'' in column 'id', and \d+, the sum of the rows above it, in column 'count'"
    ):
        notes_on(table)
    table["id"][-1], table["weight"][-1] = "P40", round(sum(table["weight"][:-1]), 2)
    with pytest.raises(TableError, match=r"no example: \d+, the sum"):
        notes_on(table)


def test_a_sum_of_unrounded_numbers_is_one_where_the_row_is_named() -> None:
    exact = np.random.default_rng(4).uniform(1, 9, 400)
    table: dict[str, list[Any]] = {"id": ["a"] * 400 + ["Summe"], "weight": [*exact.round(1), exact.sum().round(1)]}
    assert abs(exact.round(1).sum() - table["weight"][-1]) > 0.05
    with pytest.raises(TableError, match="holds totals"):
        notes_on(table)
    table["id"][-1] = "b"
    assert notes_on(table) == []


def test_a_name_alone_is_noted() -> None:
    table = columns()
    table["id"][7] = "Summe"
    assert notes_on(table) == [
        "t: row 7 holds 'Summe' in column 'id', and is taken for an example; if it holds totals, remove it"
    ]
    table["id"][19] = "Total"
    assert notes_on(table)[0].startswith("t: row 7 holds 'Summe' in column 'id', as 1 more do, and is taken")


@pytest.mark.parametrize(
    "last",
    [
        {"id": "P40", "count": 17, "weight": 3.3, "heavy": "x"},
        {"id": None, "count": 17, "weight": 3.3, "heavy": None},  # a blank alone
        {"id": "P40", "count": 10_000_000, "weight": 300.0, "heavy": None},  # outliers
        {"id": "Total quartz", "count": 17, "weight": 3.3, "heavy": None},
    ],
)
def test_ordinary_rows_are_left_in_peace(last: dict[str, Any]) -> None:
    table = columns()
    for name, cell in last.items():
        table[name].append(cell)
    assert notes_on(table) == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("rows", "words"), [(50, 200), (100, 1000), (200, 1000)])
@pytest.mark.parametrize("longest_last", [False, True])
def test_counts_of_rare_words_are_no_sums(seed: int, rows: int, words: int, longest_last: bool) -> None:
    """Of a thousand columns of which each has a few counts, the last row is the sum of some."""
    random = np.random.default_rng(seed)
    counts = (random.random((rows, words)) < 0.02) * random.geometric(0.5, (rows, words))
    if longest_last:
        counts = counts[np.argsort(counts.sum(axis=1), kind="stable")]
    assert notes_on({f"w{place}": column.tolist() for place, column in enumerate(counts.T)}) == []


def test_a_missing_reading_beside_a_rare_count_is_no_row_of_totals() -> None:
    temperature = [*np.random.default_rng(1).normal(20, 3, 59).round(1).tolist(), None]
    errors = [int(row in (20, 41)) for row in range(59)] + [2]
    assert notes_on({"temp": temperature, "errors": errors, "label:a": [row % 2 for row in range(60)]}) == []


def test_a_brand_called_total_is_noted_whatever_its_ratings() -> None:
    """A mean of few different numbers, rounded, is a number that many rows have."""
    random = np.random.default_rng(2)
    told = 0
    for _ in range(20):
        brands = [*random.choice(["Aral", "Esso", "Shell"], ROWS).tolist(), "Total"]
        table = {"brand": brands, "stars": random.integers(1, 6, ROWS + 1).tolist()}
        table |= {"price": random.uniform(1.6, 1.9, ROWS + 1).round(3).tolist(), "label:y": [1, 0] * 20 + [1]}
        (note,) = notes_on(table)
        told += "holds 'Total' in column 'brand', and is taken for an example" in note
    assert told == 20


def test_words_that_many_rows_have_and_numbers_that_grow_are_left_in_peace() -> None:
    kinds = ["sum", "mean", "max"] * 20
    assert notes_on({"kind": kinds, "n": list(range(60))}) == []
    assert notes_on({"a": [2**row for row in range(20)], "b": [0] * 20, "c": [1] * 20}) == []
    assert notes_on({"signed": [1.0, -1.0] * 20 + [0.0], "other": [None, "a"] * 20 + [None]}) == []
    assert notes_on({"a": [1, 2, 3, 6], "b": [1, 1, 1, 3]}) == []


def test_a_file_with_a_row_of_totals(tmp_path: Path) -> None:
    table = columns()
    rows = [
        f"{name};{count};{weight};{heavy or ''}" for name, count, weight, heavy in zip(*table.values(), strict=True)
    ]
    total = f"Gesamt;{sum(table['count'])};{sum(table['weight']):.2f};"
    (tmp_path / "t.csv").write_text("\n".join(["id;count;weight;heavy", *rows, total]) + "\n")
    with pytest.raises(TableError, match=r"t\.csv: row 40, the last one, holds totals"):
        read(str(tmp_path / "t.csv"))


@pytest.mark.parametrize(("row", "refused"), [
    (["* estimated", None, None, None], True),
    (["* estimated", None, None, ""], True),
    ([None, 4711, None, None], True),
    (["P41", 3, None, None], False),
])  # fmt: skip
def test_a_line_below_a_table(row: list[Any], refused: bool) -> None:
    table = columns()
    for own, cell in zip(table.values(), row, strict=True):
        own.append(cell)
    with pytest.raises(TableError, match="row 40, the last one, has nothing but") if refused else nullcontext():
        check_rows_below(pyarrow.table(table), "t")
    table["weight"][3] = table["heavy"][3] = table["count"][3] = None  # one such row is not the only one
    check_rows_below(pyarrow.table(table), "t")


@pytest.mark.parametrize(("rows", "refused"), [
    ([["As of 2024", None, None, None], ["Source: us", None, None, None]], 40),
    ([[None, None, None, None], ["Source: us", None, None, None]], 41),
    ([["As of 2024", None, None, ""], [None, None, None, None], ["Source: us", None, None, ""]], 40),
    ([[f"note {row}", None, None, None] for row in range(5)], 40),
    ([[f"note {row}", None, None, None] for row in range(6)], None),
    ([["P3", None, None, None], ["Source: us", None, None, None]], None),
    ([[None, None, None, "x"]] * 3, None),
])  # fmt: skip
def test_lines_below_a_table(rows: list[list[Any]], refused: int | None) -> None:
    table, told = columns(), list[str]()
    for place, own in enumerate(table.values()):
        own += [row[place] for row in rows]
    with pytest.raises(TableError, match=f"{refused}.*--keep-last-row takes") if refused else nullcontext():
        check_rows_below(pyarrow.table(table), "t")
    check_rows_below(pyarrow.table(table), "t", told.append, keep_last=True)
    assert any(f"{refused}" in note and "taken for" in note for note in told) == (refused is not None)


def test_tables_of_few_columns_have_no_lines_below() -> None:
    check_rows_below(pyarrow.table({"a": ["x"] * 9}), "t")
    check_rows_below(pyarrow.table({"text": ["x"] * 9, "tags": [["a"]] * 8 + [None]}), "t")
    check_rows_below(pyarrow.table({"a": pyarrow.array([], "string")}), "t")


def test_rows_without_a_cell_in_between_are_told() -> None:
    table, told = columns(), list[str]()
    for row in (7, 9):
        for own in table.values():
            own[row] = None
    check_rows_below(pyarrow.table(table), "t", told.append)
    assert told == ["t: row 7 has no cell, as 1 more, and is taken for an example"]
    check_rows_below(pyarrow.table({"a": ["x", None, "x"]}), "t", told.append)
    assert len(told) == 1


def test_a_mean_that_is_rounded_to_what_one_row_in_eight_has_is_noted() -> None:
    table = columns()
    for name, cell in (
        ("id", "Mittelwert"),
        ("count", None),
        ("weight", float(round(np.mean(table["weight"])))),
        ("heavy", None),
    ):
        table[name].append(cell)
    (note,) = notes_on(table)
    assert "holds 'Mittelwert' in column 'id', and is taken for an example; if it holds totals, remove it" in note


@pytest.mark.parametrize("digits", [1, 3, 12])
def test_a_named_row_of_means_is_refused(digits: int) -> None:
    table = columns()
    unrounded = np.array(table["weight"]) + np.random.default_rng(5).uniform(-0.005, 0.005, ROWS) * (digits == 12)
    mean = float(unrounded.mean().round(digits))
    for name, cell in (("id", "Mittelwert"), ("count", None), ("weight", mean), ("heavy", None)):
        table[name].append(cell)
    with pytest.raises(TableError, match=r"'Mittelwert' in column 'id', and .*, the mean of the rows above it, in col"):
        notes_on(table)
    table["id"][-1], table["count"][-1] = "P40", 7
    assert notes_on(table) == []


def averaged(digits: int) -> dict[str, list[Any]]:
    """The ordinary table, with means below it that nothing names."""
    table = columns()
    means = {name: float(np.mean(table[name]).round(digits)) for name in ("count", "weight")}
    for name, own in table.items():
        own.append(means.get(name))
    return table


@pytest.mark.parametrize("digits", [2, 4, 12])
def test_a_row_of_means_without_a_name_is_refused(digits: int) -> None:
    with pytest.raises(TableError, match=r"the last one, holds means and is no example: '' in column 'id', and"):
        notes_on(averaged(digits))


@pytest.mark.parametrize("case", ["as rounded as the rest", "few settings", "filled in", "one of two", "copies"])
def test_rows_in_the_middle_are_no_means(case: str) -> None:
    table = averaged(4)
    if case == "as rounded as the rest":  # which chance makes of columns that are alike
        table |= {name: [round(number, 0) for number in table[name]] for name in ("count", "weight")}
    if case == "few settings":
        table["count"], table["weight"] = [10, 20] * 20 + [15], [1.0, 2.0] * 20 + [1.5]
    if case == "filled in":
        for name in ("count", "weight"):
            table[name][7] = table[name][-1] = float(np.mean([*table[name][:7], *table[name][8:-1]]))
    if case == "one of two":
        table["weight"][-1] = 3.3
    if case == "copies":
        table["weight"] = [number / 100 for number in table["count"]]
        table["count"][-1], table["weight"][-1] = 44, 0.44
    assert notes_on(table) == []


@pytest.mark.parametrize("seed", range(40))
def test_a_last_row_drawn_as_others_are_is_left_in_peace(seed: int) -> None:
    random = np.random.default_rng(seed)
    drawn = [
        random.integers(0, 9, 60).astype(float), random.normal(0, 1, 60).round(2), random.uniform(0, 1, 60),
        random.lognormal(3, 1, 60).round(1),
    ]  # fmt: skip
    table = {f"c{place}": own for place, own in enumerate(drawn)} | {
        f"d{place}": own * 25.4 for place, own in enumerate(drawn)
    }
    for last in (None, "median", "rounded mean"):
        for own in table.values() if last else ():
            own[-1] = np.median(own[:-1]) if last == "median" else own[:-1].mean().round()
        assert notes_on({name: own.tolist() for name, own in table.items()}) == []


@pytest.mark.parametrize(("row", "told"), [
    (["* estimated", None, None, None], "has nothing but '* estimated' in column 'id', and is taken for an example"),
    ([None, 0, None, None], "has nothing but 0 in column 'count', and is taken for an example"),
    (["Summe", None, 212.5, None], "is taken for an example, though it holds totals: 'Summe' in column 'id', and"),
    ([None, None, None, None], "has no cell, and is taken for an example"),
])  # fmt: skip
def test_a_last_row_may_be_kept(tmp_path: Path, row: list[Any], told: str) -> None:
    table = columns()
    row = [sum(table["weight"]) if cell == 212.5 else cell for cell in row]
    for own, cell in zip(table.values(), row, strict=True):
        own.append(cell)
    path, notes = str(tmp_path / "t.parquet"), list[str]()
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    with pytest.raises(TableError, match=r"or (else )?--keep-last-row takes it for an example"):
        read(path)
    assert len(read(path, keep_last_row=True, note=notes.append)) == ROWS + 1
    (note,) = notes
    assert "row 40" in note
    assert told in note


def test_blank_rows_below_a_table_are_not_kept() -> None:
    table = columns()
    for own in table.values():
        own += [None, None]
    with pytest.raises(TableError, match="has no cell from row 40 on, up to its last row 41; remove these rows"):
        check_rows_below(pyarrow.table(table), "t", keep_last=True)
