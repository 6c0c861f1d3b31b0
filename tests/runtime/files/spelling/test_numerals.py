"""Numbers as people spell them: read where nothing is in doubt, asked for where something is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.errors import DataError, InputValueError
from tagship_runtime.features import as_column
from tagship_runtime.features.cells import numbers
from tagship_runtime.files import read_batches, read_table
from tagship_runtime.files.readers import csv_rows
from tagship_runtime.files.readers.batch import Reading
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.files.spelling.numerals import Numerals, plain


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("12", "12", "12"),
        ("0.35", "0.35", None),
        ("0,35", None, "0.35"),
        ("1.234", "1.234", "1234"),
        ("1,234", "1234", "1.234"),
        ("0.123", "0.123", None),  # thousands do not begin with a zero
        ("1.234,5", None, "1234.5"),
        ("1,234.5", "1234.5", None),
        ("1.234.567", None, "1234567"),
        ("12.34.567", None, None),
        ("31.12.2024", None, None),
        ("10.0.0.1", None, None),
        ("1 234,5", None, "1234.5"),
        ("1\u202f234\u202f567", "1234567", "1234567"),
        ("1'234.5", "1234.5", None),
        ("1\u2009234,5", None, "1234.5"),  # thin, as LaTeX and publishers have it
        ("1\u2007234.5", "1234.5", None),
        ("\u20131.387,63", None, "-1387.63"),  # of a word processor
        ("% 12,5", None, "12.5e-2"),
        ("% 12,5 %", None, None),
        ("\u200e60,83\u200b", None, "60.83"),
        ("CHF 61.-", "61", None),  # no minus, but no cents
        (" $ -   ", "0", "0"),  # as Excel's accounting format has zero
        ("\u2013 \u20ac", "0", "0"),
        ("CHF-", "0", "0"),
        ("% -", None, None),
        ("$", None, None),
        ("$ - -", None, None),
        ("- $ -", None, None),
        ("CHF 1\u2019388.\u2014", "1388", None),
        ("12,-- \u20ac", None, "12"),
        ("-12,-", None, "-12"),
        ("5-", "-5", "-5"),
        ("5.5-", "-5.5", None),
        ("Rs. 13,87,629/-", "1387629", None),
        ("500/=", "500", "500"),
        ("12.-5", None, None),
        ("12/5", None, None),
        ("Fr. 1'387.65", "1387.65", None),
        ("SFr 5", "5", "5"),
        ("1'234 567", None, None),
        ("-1.5", "-1.5", None),
        ("\u22121,5", None, "-1.5"),
        ("- 1,5 €", None, "-1.5"),
        ("€ -1,5", None, "-1.5"),
        ("$1,234.50", "1234.50", None),
        ("12 %", "12e-2", "12e-2"),
        ("12,5%", None, "12.5e-2"),
        ("1.5e3", "1.5e3", None),
        ("1,5E-3", None, "1.5E-3"),
        ("--1", None, None),
        ("€1€", None, None),
        ("1.", "1", None),
        (",5", None, "0.5"),
        ("0 123", None, None),
        ("12 34", None, None),
        ("(1,234.50)", "-1234.50", None),
        ("( 12 )", "-12", "-12"),
        ("$(1.5)", "-1.5", None),
        ("$ (1,234.50)", "-1234.50", None),
        ("(5) €", "-5", "-5"),
        ("$ (-5)", None, None),
        ("$ (5) €", None, None),
        ("$ ()", None, None),
        ("($1.5)", "-1.5", None),
        ("1.234,5-", None, "-1234.5"),
        ("7\u2212", "-7", "-7"),
        ("(-7)", None, None),
        ("-7-", None, None),
        ("(+7)", None, None),
        ("(12", None, None),
        ("()", None, None),
        ("-", None, None),
        ("", None, None),
        ("M6", None, None),
        ("1,2,3", None, None),
        ("1,69,894.50", "169894.50", None),
        ("1,69,894", "169894", None),  # lakhs tell that the comma is no decimal mark
        ("12,34,56,789", "123456789", None),
        ("-₹ 12,34,567", "-1234567", None),
        ("Rs. 1,69,894/-", "169894", None),
        ("Rs. 1,69,894", "169894", None),
        ("1.69.894,5", None, None),
        ("1 69 894", None, None),
        ("123,45,678", None, None),
        ("0,69,894", None, None),
        ("1,69,8945", None, None),
        ("1,694,89,894", None, None),
        ("1,2,345", None, None),
        ("R$ 1.234,5", None, "1234.5"),
        ("12,5 zł", None, "12.5"),
        ("kr 12", "12", "12"),
        ("12 ft", None, None),
    ],
)
def test_spellings(text: str, point: str | None, comma: str | None) -> None:
    assert (plain(text, "."), plain(text, ",")) == (point, comma)


@given(st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 3)))
def test_what_is_grouped_comes_back(value: float) -> None:
    grouped = f"{value:,.3f}"
    assert float(plain(grouped, ".") or "nan") == value
    assert float(plain(grouped.translate(str.maketrans(",.", ".,")), ",") or "nan") == value


def test_a_percentage_is_exactly_its_share() -> None:
    assert [float(plain(f"{share} %", ".") or "nan") for share in ("7", "12.3", "29")] == [0.07, 0.123, 0.29]


def rewritten(columns: dict[str, list[str]], *, known: bool = True, **options: Any) -> dict[str, list[str]]:
    return columns | Numerals("t", **options).rewrite(columns, known=known)


def test_one_cell_tells_for_the_whole_file() -> None:
    """Excel writes one decimal mark in all columns, so 0,35 in one says that 1,234 in another is no thousand."""
    assert rewritten({"a": ["1,234", "7"], "b": ["0,35", "1.234"]}) == {"a": ["1.234", "7"], "b": ["0.35", "1234"]}


@pytest.mark.parametrize(
    ("columns", "options", "said"),
    [
        ({"a": ["1,234", "7"]}, {}, "'1,234' in column 'a' may be 1234 or 1.234"),
        ({"a": ["1.234", "7"]}, {}, "'1.234' in column 'a' may be 1.234 or 1234"),
        ({"a": ["1,234", "7"]}, {"usual": "."}, "'1,234' in column 'a' may be"),
        ({"a": ["0.5"], "b": ["0,5"]}, {}, "a decimal point in '0.5' .* a decimal comma in '0,5'"),
        ({"a": ["0.5"], "b": ["0,5"]}, {"usual": "."}, "a decimal point in '0.5' .* a decimal comma in '0,5'"),
        ({"a": ["0,5", "0.5"]}, {"decimal": ","}, "'0.5' in column 'a' is no number with a decimal comma"),
        ({"a": ["12 %", "12"]}, {}, "holds '12 %' and '12'"),
        ({"a": ["5 €", "$5"]}, {}, r"holds '5 €' and '\$5'"),
    ],
)
def test_what_is_in_doubt_is_asked(columns: dict[str, list[str]], options: dict[str, str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        rewritten(columns, **options)  # type: ignore[arg-type]


def test_a_point_between_commas_is_what_it_always_was() -> None:
    assert rewritten({"a": ["1.234", "7"]}, usual=".") == {"a": ["1.234", "7"]}


def test_a_later_comma_is_held_against_earlier_points() -> None:
    numerals = Numerals("t", usual=".")
    assert numerals.rewrite({"a": ["1.5", "2"], "b": ["1", "2"]}, known=True) == {}
    with pytest.raises(DataError, match=r"decimal comma in '0,5' .* '1.5' in rows before"):
        numerals.rewrite({"a": ["1", "2"], "b": ["0,5", "2"]}, known=True)


@pytest.mark.parametrize("word", ["", "n/a", "-", ".", "null", "#N/A", " - "])
def test_words_for_missing_numbers(word: str) -> None:
    assert [cell.strip() or "" for cell in rewritten({"a": ["1,5", word]})["a"]] == ["1.5", ""] or word == "null"


def test_words_of_the_caller() -> None:
    columns = {"a": ["1.5", "k. A."]}
    assert Numerals("t", usual=".", missing=("k. A.",)).rewrite(columns, known=True) == {"a": ["1.5", ""]}


def test_texts_stay_texts() -> None:
    columns = {"size": ["M6", "M8", "1,5"], "note": ["1,5 mm", "2 mm", "x"], "weight": ["1,5", "2", "0,1"]}
    assert rewritten(columns, known=False) == columns | {"weight": ["1.5", "2", "0.1"]}


def test_a_note_shows_a_cell_and_its_number() -> None:
    notes: list[str] = []
    Numerals("parts.csv", note=notes.append).rewrite({"w": ["0,35", "1.234,5", "2,5"]}, known=True)
    assert notes == [
        "parts.csv: '0,35' in column 'w' is read as 0.35 (decimal comma)",
        "parts.csv: '1.234,5' in column 'w' is read as 1234.5 (decimal comma, thousands)",
    ]


def test_negative_numbers_of_accounts_are_told() -> None:
    notes: list[str] = []
    column = ["1,200.50", "(70.25)", "70.25-", "0"]
    assert Numerals("a.csv", note=notes.append).rewrite({"x": column}, known=False)["x"] == [
        "1200.50",
        "-70.25",
        "-70.25",
        "0",
    ]
    assert notes[1:] == ["a.csv: '(70.25)' in column 'x' is read as -70.25 (negative)"]


def test_numbers_that_all_stand_in_parentheses_are_words() -> None:
    assert Numerals("a.csv").rewrite({"x": ["(1)", "(2)", " (3)"]}, known=False) == {}
    for amounts in (["(€ 1)", "(€ 2)"], ["€ (1)", "€ (2)"]):
        assert Numerals("a.csv").rewrite({"x": amounts}, known=False) == {"x": ["-1", "-2"]}
    assert Numerals("a.csv").rewrite({"x": ["(5 %)", "(7) %"]}, known=False) == {"x": ["-5e-2", "-7e-2"]}


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("fast", [False, True])
def test_a_comma_among_points_is_named_by_row_and_column(
    separator: str, fast: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In training as in prediction, in the first rows and behind them, by the fast reader and the plain one."""
    monkeypatch.setattr(csv_rows, "LARGE", 0 if fast else 1 << 40)
    for row in (3, 150):
        lines = [f"{number}.5{separator}1" for number in range(200)]
        lines[row] = f'"1,5"{separator}1'
        (tmp_path / "a.csv").write_text("\n".join([f"size{separator}x", *lines]))
        with pytest.raises(DataError, match=f"'1,5' .row {row}, column 'size'."):
            read_table(str(tmp_path / "a.csv"))
        reading = Reading(rows=50, columns=["size", "x"], numbers=["size", "x"])
        with pytest.raises((DataError, InputValueError), match=f"row {row}, column 'size'"):
            for batch in read_batches(str(tmp_path / "a.csv"), reading):
                try:
                    numbers(as_column(batch.columns["size"]), "size")
                except InputValueError as error:
                    raise error.moved(batch.first) from None


@pytest.mark.parametrize("large", [0, 1 << 30])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_number_may_stand_for_a_missing_one(
    large: int, separator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As programs of measuring devices write it; among words it is a word."""
    monkeypatch.setattr(csv_rows, "LARGE", large)
    rows = ["whole,part,word", "1,1.5,x", "-999,-999,-999", "3,2,y", " -999 ,-999,-999.5"]
    (tmp_path / "t.csv").write_text("\n".join(rows).replace(",", separator) + "\n")
    dialect = Dialect(missing=("-999",), decimal=".")
    table = read_table(str(tmp_path / "t.csv"), ["word"], dialect=dialect).to_pydict()
    assert table == {
        "whole": [1, None, 3, None],
        "part": [1.5, None, 2, None],
        "word": ["x", "-999", "y", "-999.5"],
    }
    reading = Reading(rows=100, columns=["whole", "part", "word"], numbers=["whole", "part"], dialect=dialect)
    found: dict[str, list[Any]] = {"whole": [], "part": [], "word": []}
    for batch in read_batches(str(tmp_path / "t.csv"), reading):
        for name, cells in found.items():
            cells.extend(as_column(batch.columns[name]))
    for name in ("whole", "part"):
        column = as_column(found[name])
        assert [None if value != value else value for value in numbers(column, name).tolist()] == table[name]
    assert found["word"] == table["word"]


@pytest.mark.parametrize("versions", [["1.5", "2.10"], ["1.10", "1.9", "1.11"]])
def test_versions_do_not_tell_what_a_comma_means(versions: list[str]) -> None:
    """They have points whatever numbers have; a German table of 1,234 would become one of thousands."""
    asked = r"'1,234' in column 'b' may be 1234 or 1\.234.*if column 'a' holds versions, such as '.*', train with --cat"
    for usual in (None, "."):
        with pytest.raises(DataError, match=asked):
            Numerals("t", usual=usual).rewrite({"a": versions, "b": ["1,234"] * len(versions)}, known=False)
    numerals = Numerals("t", usual=".")
    assert not numerals.rewrite({"a": versions, "b": ["1"] * len(versions)}, known=False)  # rows before
    with pytest.raises(DataError, match="may be 1234 or"):
        numerals.rewrite({"a": versions, "b": ["1,234"] * len(versions)}, known=False)


def test_versions_tell_where_nothing_is_in_doubt_and_are_named_where_they_contradict() -> None:
    numerals = Numerals("t")
    numerals.rewrite({"a": ["1.5", "2.10"]}, known=False)
    assert numerals.decimal == "."
    with pytest.raises(DataError, match=r"decimal point in '1.5'.*comma in '0,35'.*--categorical a"):
        Numerals("t").rewrite({"a": ["1.5", "2.10"], "b": ["0,35", "7"]}, known=False)
    numerals = Numerals("t")
    numerals.rewrite({"a": ["1.50", "2.10"], "b": ["1,234", "7"]}, known=False)  # all of them rounded alike
    assert numerals.decimal == "."


@pytest.mark.parametrize("amount", ["$ 1,200.50", "$1200.50", "1200.50 USD"])
@pytest.mark.parametrize("zero", [" $ -   ", "- $", "US$-"])
def test_a_dash_beside_a_currency_is_zero_among_its_amounts(amount: str, zero: str, tmp_path: Path) -> None:
    path, notes = tmp_path / "t.csv", list[str]()
    path.write_text("a;b\n" + f"{zero};1\n{amount};2\n-;3\n" * 20)
    assert read_table(str(path), note=notes.append)["a"].to_pylist() == [0.0, 1200.5, None] * 20
    assert f"{path}: {zero!r} in column 'a' is read as 0 (zero of an accounting format)" in notes


@pytest.mark.parametrize("others", ["", "5.5", "\u20ac 5.50", "12 %"])
def test_a_dash_beside_a_currency_is_asked_about_without_its_amounts(others: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b\n" + f"$ -;1\n{others};2\n" * 20)
    alone = "holds '\\$ -', which is zero in accounts, but up to there no amount in that currency; write 0, or give"
    with pytest.raises(DataError, match=alone if others in ("", "5.5") else "spell all of them alike"):
        read_table(str(path))
    table = read_table(str(path), dialect=Dialect.parse(missing=("$ -",)))
    assert table["a"].null_count >= 20


def test_a_dash_beside_the_currency_of_training_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b\n$ -;1\n$ -;2\n")
    assert read_table(str(path), signs={"a": "$"})["a"].to_pylist() == [0.0, 0.0]
    with pytest.raises(DataError, match="holds '\\$ -', and training's cells had EUR"):
        read_table(str(path), signs={"a": "EUR"})
