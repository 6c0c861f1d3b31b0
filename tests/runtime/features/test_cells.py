"""Single cells: which are missing, which are numbers, how the others are spelled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas
import pytest

from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features import cells

MISSING_TEXTS = ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "  ", " NA "]
MISSING_CELLS = [
    None,
    float("nan"),
    np.float32("nan"),
    np.float64("nan"),
    pandas.NA,
    pandas.NaT,
    np.ma.masked,
    Decimal("NaN"),
]
DATES = [
    date(2020, 1, 2),
    datetime(2020, 1, 2),
    time(3),
    timedelta(4),
    np.datetime64("2020-01-02"),
    np.timedelta64(4, "s"),
]
NO_WORDS = [
    *DATES,
    1j,
    np.complex64(1j),
    np.array([1]),
    b"a",
    bytearray(b"a"),
    [1],
    (1,),
    {"a": 1},
    {1},
    frozenset({1}),
]


def column(*values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def test_texts_that_stand_for_a_missing_number() -> None:
    assert {text.strip() for text in MISSING_TEXTS} == cells.BLANK


def test_texts_that_stand_for_a_missing_number_in_a_file() -> None:
    assert {"n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"} == cells.FILE_BLANK - cells.BLANK
    assert cells.FILE_BLANK > cells.BLANK


@pytest.mark.parametrize(
    ("text", "value"), [("TRUE", 1), ("False", 0), ("WAHR", 1), ("falsch", 0), (" Vrai ", 1), ("FAUX", 0)]
)
def test_booleans_as_excel_writes_them(text: str, value: int) -> None:
    assert cells.number(text, 0, "a") == value
    assert cells.numbers(column(text, "2"), "a").tolist() == [value, 2]


def test_words_that_the_caller_calls_missing() -> None:
    assert np.isnan(cells.number(" k.A. ", 0, "a", ("k.A.",)))
    with pytest.raises(InputValueError, match=r"'k\.A\.' is not a number"):
        cells.number("k.A.", 0, "a", ("none",))


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("[mm]", "if this is a row of units below the header, remove it"),
        ("(kg)", "if this is a row of units below the header, remove it"),
        ("209,61 mm", "a finite number without a unit is needed"),
        ("[3", "a finite number is needed"),
        ("3x", "a finite number is needed"),
        ("", "a finite number is needed"),
        ("mm", "a finite number is needed"),
    ],
)
def test_an_error_says_what_to_do_about_units(text: str, need: str) -> None:
    if text:
        with pytest.raises(InputValueError, match=f"{need}$"):
            cells.number(text, 0, "a")
    else:
        assert np.isnan(cells.number(text, 0, "a"))


def test_a_number_that_the_caller_calls_missing_is_that_whatever_stands_beside_it() -> None:
    for beside in ("1", "k.A.", " -999 ", 1.5):
        found = cells.numbers(column("-999", beside), "a", ("-999", "k.A."))
        assert np.isnan(found[0])
        assert np.isnan(found[1]) == (beside in ("k.A.", " -999 "))
    assert cells.numbers(column(-999.0, "1"), "a", ("-999",)).tolist() == [-999, 1]


def test_a_comma_asks_for_a_point_where_numbers_are_needed() -> None:
    with pytest.raises(InputValueError, match="with a decimal point"):
        cells.number("1,5", 0, "a")
    with pytest.raises(InputValueError, match=r"seconds are needed$"):
        cells.number("1,5", 0, "a", need="seconds are needed")


def test_integers_that_float64_takes_for_one_another_are_named() -> None:
    assert float(cells.WHOLE - 1) != float(cells.WHOLE)
    assert float(cells.WHOLE) == float(cells.WHOLE + 1)
    with pytest.raises(InputValueError, match="is beyond 9,007,199,254,740,991, up to which"):
        cells.refuse_beyond(0, "a", cells.WHOLE)


@pytest.mark.parametrize("text", MISSING_TEXTS)
def test_a_text_for_missing_is_missing_alone_and_among_others(text: str) -> None:
    assert np.isnan(cells.number(text, 0, "c"))
    np.testing.assert_array_equal(cells.numbers(np.array(["1", text, "2.5"]), "c"), [1, np.nan, 2.5])
    assert cells.word(text) == text  # as a word it is itself


@pytest.mark.parametrize("cell", MISSING_CELLS, ids=repr)
def test_a_missing_cell_is_missing_in_every_type(cell: Any) -> None:
    assert cells.is_missing(cell)
    assert np.isnan(cells.number(cell, 0, "c"))
    assert cells.word(cell) == ""
    np.testing.assert_array_equal(cells.numbers(column(1, cell, "2.5"), "c"), [1, np.nan, 2.5])
    assert cells.words(column("a", cell), "c") == ["a", ""]


@pytest.mark.parametrize(
    "cell", ["", "NA", 0, 0.0, False, Decimal(3), float("inf"), np.float32(2), [], pandas.Timestamp(0)]
)
def test_what_is_there_is_not_missing(cell: Any) -> None:
    assert not cells.is_missing(cell)


@pytest.mark.parametrize(
    ("cell", "want"),
    [
        ("true", 1),
        ("False", 0),
        (" TRUE ", 1),
        (" 2.5 ", 2.5),
        (True, 1),
        (np.bool_(False), 0),
        (7, 7),
        (Decimal("0.5"), 0.5),
        (np.float16(0.25), 0.25),
        ("inf", np.inf),
        (10**39, np.inf),
    ],
)
def test_numbers_however_they_are_written(cell: Any, want: float) -> None:
    assert cells.number(cell, 0, "c") == (1e39 if type(cell) is int and cell > 1e38 else want)
    got = cells.numbers(column(cell, 1), "c")
    assert got.dtype == np.float32
    assert got.tolist() == [want, 1]


@pytest.mark.parametrize(
    "cell",
    [
        "red",
        "0x1f",
        "1_3",
        b"1_3",
        "1_000.5",
        "1,5",
        10**400,
        [1],
        b"1x",
        object,
        *DATES,
        np.complex64(1j),
        np.array([1.0]),
    ],
    ids=repr,
)
def test_what_is_no_number_is_named_with_its_row(cell: Any) -> None:
    needed = "a finite number with a decimal point" if cell == "1,5" else "a finite number"
    with pytest.raises(InputValueError, match=f"{needed} is needed") as caught:
        cells.numbers(column(1, 2, cell), "c")
    assert (caught.value.row, caught.value.column) == (2, "c")
    with pytest.raises(InputValueError):
        cells.number(cell, 2, "c")


@pytest.mark.parametrize("kind", ["bool", "int8", "uint64", "float16", "float64"])
def test_real_types_become_float32(kind: str) -> None:
    got = cells.numbers(np.array([0, 1], kind), "c")
    assert got.dtype == np.float32
    assert got.tolist() == [0, 1]
    wide = cells.real_numbers(np.array([0, 1], kind), "c")
    assert wide.dtype == np.float64
    assert wide.tolist() == [0, 1]


@pytest.mark.parametrize("kind", ["U3", "S3", "O", np.dtypes.StringDType()])
def test_texts_of_every_type_become_numbers(kind: Any) -> None:
    assert cells.numbers(np.array(["1", "2.5"]).astype(kind), "c").tolist() == [1, 2.5]


@pytest.mark.parametrize("kind", ["datetime64[s]", "timedelta64[s]", "complex64", "V4"])
def test_a_column_of_another_type_is_refused(kind: str) -> None:
    for way in (cells.numbers, cells.words):
        with pytest.raises(
            InputError, match=f"column 'c' holds {np.dtype(kind)}".replace("[", r"\[").replace("|", r"\|")
        ):
            way(np.zeros(2, kind), "c")


def test_an_integer_beyond_53_bits_goes_by_way_of_float64() -> None:
    tie = 2**60 + 2**36 + 1
    assert cells.numbers(np.array([tie]), "c") == cells.numbers(np.array([str(tie)]), "c") == np.float32(2**60)
    own = np.array([1.5], np.float32)
    assert cells.to_float32(own) is own
    assert cells.numbers(own, "c") is own


@pytest.mark.parametrize(
    ("cell", "want"),
    [
        ("red", "red"),
        (True, "true"),
        (np.bool_(False), "false"),
        (3, "3"),
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (np.float32(0.1), "0.1"),
        (1e300, str(int(1e300))),
        (float("inf"), "inf"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_spellings(cell: Any, want: str) -> None:
    assert cells.word(cell) == want
    assert cells.words(column("a", cell), "c") == ["a", want]


@pytest.mark.parametrize("kind", ["bool", "int8", "uint8", "float32", "O", "U1", "S1", np.dtypes.StringDType()])
def test_words_of_every_type(kind: Any) -> None:
    want = {"bool": ["false", "true"], "S1": None}.get(kind, ["0", "1"])
    values = np.array([0, 1]).astype(str).astype(kind) if kind not in ("bool", "O") else np.array([0, 1]).astype(kind)
    if want is None:
        with pytest.raises(InputValueError, match="is no category"):
            cells.words(values, "c")
    else:
        assert cells.words(values, "c") == want


def test_short_floats_keep_their_own_spelling() -> None:
    assert cells.words(np.array([0.1, 2, np.nan], np.float32), "c") == ["0.1", "2", ""]


@pytest.mark.parametrize("cell", NO_WORDS, ids=repr)
def test_what_is_no_word_is_named_with_its_row(cell: Any) -> None:
    with pytest.raises(TypeError, match="is no category"):
        cells.word(cell)
    with pytest.raises(InputValueError, match="a text, a number or a boolean is needed") as caught:
        cells.words(column("a", None, cell), "c")
    assert (caught.value.row, caught.value.column) == (2, "c")


def test_an_integer_of_thousands_of_digits_is_no_word() -> None:
    with pytest.raises(InputValueError, match=r"a int that cannot be shown is no category"):
        cells.words(column(10**5000), "c")


@pytest.mark.parametrize(("length", "shown"), [(80, "x" * 80), (81, "x" * 40 + "..." + "x" * 20)])
def test_long_cells_are_cut_in_messages(length: int, shown: str) -> None:
    assert cells.shown("x" * length, str) == shown
    assert cells.shown("x") == "'x'"


@pytest.mark.parametrize(
    ("got", "said"), [(np.nan, "the value is missing"), (np.inf, "1e39 is infinite in float32"), (-np.inf, "infinite")]
)
def test_why_a_number_is_refused(got: float, said: str) -> None:
    with pytest.raises(InputValueError, match=said):
        cells.refuse(3, "c", got, "1e39")


@pytest.mark.parametrize(
    "cell",
    [pandas.Period("2020Q1"), pandas.Interval(0, 1), pandas.DateOffset(months=1), object()],
    ids=["period", "interval", "offset", "object"],
)
def test_what_only_one_library_spells_is_no_word(cell: Any) -> None:
    """Tables to train on hold none of these, so that no model knows their spelling."""
    with pytest.raises(InputValueError, match=r"row 1, column 'c': .* is no category"):
        cells.words(column("a", cell), "c")
