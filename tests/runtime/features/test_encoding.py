"""Encoding by the contract: fills, indicators, categories, tables of every kind."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.contract import CategoryFeature, Feature, NumericFeature
from tagship_runtime.errors import InputError, InputShapeError, InputValueError
from tagship_runtime.features import encoder

FEATURES: tuple[Feature, ...] = (
    NumericFeature(name="age", fill=40.0, indicator=True),
    CategoryFeature(name="sex", values=("F", "M", "")),
    NumericFeature(name="dose"),
    CategoryFeature(name="grade", values=("1", "2", "true")),
)
ENCODER = encoder(FEATURES, (None, 9))
WANT = np.array(
    [
        [30, 0, 1, 0, 0, 0.5, 1, 0, 0],
        [40, 1, 0, 0, 1, 1.5, 0, 0, 0],
    ],
    np.float32,
)
ROWS: list[dict[str, Any]] = [
    {"age": 30, "sex": "F", "dose": 0.5, "grade": 1},
    {"age": None, "sex": None, "dose": 1.5, "grade": 9},
]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        {name: [row[name] for row in ROWS] for name in ROWS[0]},
        pandas.DataFrame(ROWS),
        polars.DataFrame(ROWS),
        pyarrow.Table.from_pylist(ROWS),
        [list(row.values()) for row in ROWS],
        [pandas.Series(row)[::-1] for row in ROWS],
        [row for _, row in pandas.DataFrame(ROWS)[["dose", "sex", "age", "grade"]].iterrows()],
        list(pandas.DataFrame(ROWS)[["dose", "sex", "age", "grade"]].itertuples(index=False)),
        [pandas.Series(list(row.values()), dtype=object) for row in ROWS],
        [
            {"grade": "1", "dose": "0.5", "age": " 30 ", "sex": "F"},
            {"grade": "x", "dose": "1.5", "age": "NA", "sex": ""},
        ],
    ],
)
def test_every_kind_of_table_gives_one_matrix(rows: Any) -> None:
    matrix = ENCODER.encode(rows)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix, WANT)


def test_rows_with_names_and_without() -> None:
    with pytest.raises(InputError, match="row 1 is a list without names, the first is a dict; use one of the two"):
        ENCODER.encode([ROWS[0], list(ROWS[1].values())])


def test_one_dict_is_one_row() -> None:
    np.testing.assert_array_equal(ENCODER.encode(ROWS[0]), WANT[:1])


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"dose": None}, InputValueError, "row 0, column 'dose'.*missing"),
        ({"dose": "much"}, InputValueError, "'much' is not a number"),
        ({"age": "inf"}, InputValueError, "infinite"),
        ({"age": [1, 2]}, InputError, "age"),
    ],
)
def test_wrong_cells(change: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        ENCODER.encode([ROWS[0] | change])


def test_rows_of_unequal_length() -> None:
    with pytest.raises(InputShapeError):
        ENCODER.encode([[1, "F", 2.0, "1"], [1, "F"]])


@given(st.lists(st.lists(st.floats(width=32, allow_infinity=False), min_size=2, max_size=2), min_size=1, max_size=8))
def test_filled_numbers_are_finite_and_the_rest_untouched(rows: list[list[float]]) -> None:
    fills = np.array([-1.5, 7.0], np.float32)
    numeric = tuple(NumericFeature(name=n, fill=float(f)) for n, f in zip("ab", fills, strict=True))
    given_rows = np.array(rows, np.float32)
    matrix = encoder(numeric, (None, 2)).encode(rows)
    np.testing.assert_array_equal(matrix, np.where(np.isnan(given_rows), fills, given_rows))


def test_sum_that_overflows_is_not_an_error() -> None:
    big = np.full((4, 2), 3e38, np.float32)
    numeric = (NumericFeature(name="a"), NumericFeature(name="b"))
    np.testing.assert_array_equal(encoder(numeric, (None, 2)).encode(big), big)


def test_arrays_of_other_shapes() -> None:
    images = encoder(None, (None, 4, 4, 1))
    assert images.encode(np.zeros((3, 4, 4, 1), np.uint8)).dtype == np.float32
    with pytest.raises(InputShapeError, match=r"for one row pass \[row\], or x\[None\]"):
        images.encode(np.zeros((4, 4, 1)))
    spoiled = np.zeros((3, 4, 4, 1))
    spoiled[2, 1, 3, 0] = np.nan
    with pytest.raises(InputValueError, match=r"row 2, column '\[1, 3, 0\]'"):
        images.encode(spoiled)


def test_unknown_words_are_counted_and_missing_ones_are_not() -> None:
    unknown: Counter[str] = Counter()
    rows = [
        row | {"sex": sex, "grade": grade} for row, sex, grade in zip(ROWS * 2, "FXYM", ["1", None, 7, ""], strict=True)
    ]
    matrix = ENCODER.encode(rows, unknown)
    assert unknown == {"sex": 2, "grade": 1}
    np.testing.assert_array_equal(matrix[1, 2:5], 0)
    ENCODER.encode(rows, unknown)
    assert unknown == {"sex": 4, "grade": 2}


def test_what_is_masked_is_missing() -> None:
    masked = np.ma.masked_array([[1, 2], [3, 4]], mask=[[False, True], [False, False]])
    filled = encoder((NumericFeature(name="a"), NumericFeature(name="b", fill=9.0)), (None, 2))
    np.testing.assert_array_equal(filled.encode(masked), [[1, 9], [3, 4]])
    refused = encoder((NumericFeature(name="a"), NumericFeature(name="b")), (None, 2))
    with pytest.raises(InputValueError, match=r"row 0, column 'b'.*missing"):
        refused.encode(masked)


WORDS = st.sampled_from(["red", "green", "blue", ""])


@given(st.lists(st.tuples(WORDS, st.none() | st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=20))
def test_encoding_is_the_same_for_rows_alone_and_together(pairs: list[tuple[str, float | None]]) -> None:
    features = (
        CategoryFeature(name="colour", values=("red", "green")),
        NumericFeature(name="size", fill=-1.0, indicator=True),
    )
    made = encoder(features, (None, 4))
    rows = [{"colour": colour, "size": size} for colour, size in pairs]
    unknown: Counter[str] = Counter()
    together = made.encode(rows, unknown)
    np.testing.assert_array_equal(together, np.concatenate([made.encode([row]) for row in rows]))
    np.testing.assert_array_equal(together[:, :2].sum(axis=1), [word in ("red", "green") for word, _ in pairs])
    np.testing.assert_array_equal(together[:, 2], [-1.0 if size is None else size for _, size in pairs])
    assert unknown.total() == sum(word == "blue" for word, _ in pairs)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (np.True_, "true"),
        (False, "false"),
        (np.float32(1), "1"),
        (np.float32(1.6), "1.6"),
        (2.5, "2.5"),
        (np.int64(3), "3"),
        (float("nan"), ""),
        (None, ""),
        ("1.0", "1.0"),
    ],
)
def test_a_category_is_spelled_the_same_beside_any_other(value: Any, spelling: str) -> None:
    feature = CategoryFeature(name="c", values=(spelling or "-", "other"))
    want = [[float(spelling != ""), 0.0]]
    for others in ([], [None], ["other"]):
        matrix = encoder((feature,), (None, 2)).encode([{"c": value}, *({"c": other} for other in others)])
        np.testing.assert_array_equal(matrix[:1], want)


def test_masked_cells_of_a_column_are_missing() -> None:
    feature = NumericFeature(name="a", fill=9.0)
    column = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    np.testing.assert_array_equal(encoder((feature,), (None, 1)).encode({"a": column}), [[9], [2]])


PLAIN: tuple[Feature, ...] = (NumericFeature(name="a", fill=9.0), NumericFeature(name="b", fill=9.0))
WORD: tuple[Feature, ...] = (CategoryFeature(name="a", values=("red",)), NumericFeature(name="b", fill=9.0))
TIMES = np.array(["2020-01-01", "2021-01-01"], "M8[ns]")
SPANS = np.array([5, 6], "m8[ns]")
DAY = datetime.date(2020, 1, 1)


@pytest.mark.parametrize("features", [PLAIN, WORD], ids=["numbers", "words"])
@pytest.mark.parametrize(
    "rows",
    [
        {"a": TIMES, "b": [1, 2]},
        {"a": SPANS, "b": [1, 2]},
        {"a": TIMES.astype("M8[D]").tolist(), "b": [1, 2]},
        {"a": np.ma.masked_array(TIMES, [False, True]), "b": [1, 2]},
        {"a": np.ma.masked_array(TIMES, [False, True]).astype("M8[D]"), "b": [1, 2]},
        [{"a": SPANS[0], "b": 1}],
        [{"a": SPANS[0], "b": 1}, {"a": 1, "b": 1}],
        [{"a": "red" if i else TIMES[0], "b": 1} for i in range(2)],
        [[SPANS[0], 1.0]],
        [["red", 1.0], [TIMES[0], 1.0]],
        [{"a": datetime.time(1), "b": 1}],
        [[DAY, 1]],
        {"a": np.array([1 + 2j, 3]), "b": [1, 2]},
        [{"a": np.complex128(1 + 2j), "b": 1}],
        [["red", 1.0], [np.complex64(1j), 1.0]],
        pandas.DataFrame({"a": TIMES, "b": [1, 2]}),
        pandas.DataFrame({"a": TIMES, "b": [1, 2]}).assign(a=lambda x: x["a"].dt.tz_localize("UTC")),
        list(pandas.DataFrame({"a": SPANS, "b": [1, 2]}).itertuples(index=False)),
        polars.DataFrame({"a": [DAY, DAY], "b": [1, 2]}),
        pyarrow.table({"a": TIMES, "b": [1, 2]}),
        pyarrow.table({"a": pyarrow.array([1, 2], pyarrow.time64("ns")), "b": [1, 2]}),
        pyarrow.table({"a": pyarrow.array([1000, 2000], pyarrow.time64("ns")), "b": [1, 2]}),
        {"a": pyarrow.array([1, None], pyarrow.duration("ns")), "b": [1, 2]},
        {"a": pyarrow.array([1, None], pyarrow.time64("ns")), "b": [1, 2]},
    ],
)
def test_dates_and_complex_numbers_are_neither_numbers_nor_words(features: tuple[Feature, ...], rows: Any) -> None:
    with pytest.raises(InputError, match=r"'a'|input holds .*; real numbers are needed"):
        encoder(features, (None, 2)).encode(rows)


@pytest.mark.parametrize("kind", [float, np.float32, int, object])
def test_masked_rows_are_masked_one_by_one(kind: Any) -> None:
    masked = np.ma.masked_array(np.array([[1, 2], [3, 4]], kind), mask=[[False, True], [False, False]])
    for rows in (masked, [masked[0], masked[1]], [[1, None], masked[1]], (masked[0], [3, 4])):
        np.testing.assert_array_equal(encoder(PLAIN, (None, 2)).encode(rows), [[1, 9], [3, 4]])
    for rows in (masked, [masked[0], masked[1]]):
        np.testing.assert_array_equal(encoder(WORD, (None, 2)).encode(rows), [[0, 9], [0, 4]])
        with pytest.raises(InputValueError, match=r"row 0, column '\[1\]'.*missing"):
            encoder(None, (None, 2)).encode(rows)


NO_ROWS = [
    (["red", 1, 40], InputShapeError, r"shape \(3,\), the model takes \(rows, 3\); for one row pass \[row\]"),
    (np.array(["red", 1, 40], object), InputShapeError, r"for one row pass \[row\]"),
    (pandas.Series(["red", 1, 40]), InputShapeError, r"for one row pass \[row\]"),
    (range(3), InputShapeError, r"for one row pass \[row\]"),
    ([b"abc"], InputShapeError, r"\(1,\)"),
    (["red"], InputShapeError, r"\(1,\)"),
    ([None], InputShapeError, r"\(1,\)"),
    (np.array(1.0), InputShapeError, r"\(\)"),
    (np.empty((0, 5)), InputShapeError, r"\(0, 5\)"),
    (np.empty((1, 3, 1)), InputShapeError, r"\(1, 3, 1\)"),
    ([[]], InputShapeError, r"\(1, 0\)"),
    (None, InputError, "NoneType"),
    (5, InputError, "int"),
    ("red", InputError, "str"),
    (b"abc", InputError, "bytes"),
    ({"red", "green", "blue"}, InputError, "set"),
    ([{"red", 1, 40}], InputError, "row 0 is a set; a list of 3 values"),
    ([["red", 1, 40], "red"], InputError, "row 1 is a str"),
    ([["red", 1, 40], {"colour": "red"}], InputError, "row 1 is a dict"),
]


@pytest.mark.parametrize(("rows", "error", "said"), NO_ROWS)
def test_what_is_no_rows_for_a_model_with_categories(rows: Any, error: type[Exception], said: str) -> None:
    features = (CategoryFeature(name="colour", values=("red",)), *PLAIN)
    with pytest.raises(error, match=said):
        encoder(features, (None, 3)).encode(rows)


def test_no_rows_for_a_model_with_categories() -> None:
    features = (CategoryFeature(name="colour", values=("red",)), *PLAIN)
    empty: list[Any] = [[], (), np.empty(0), np.empty((0, 3))]
    for rows in empty:
        assert encoder(features, (None, 3)).encode(rows).shape == (0, 3)


@pytest.mark.parametrize("features", [PLAIN, WORD], ids=["numbers", "words"])
@pytest.mark.parametrize("cell", [[1], [1, 2], [], {"x": 1}, (1, 2), [[1], [2]], np.array([1.0])], ids=str)
@pytest.mark.parametrize("before", [[], [{"a": 1, "b": 1}]], ids=["alone", "below"])
def test_a_list_in_a_cell_is_named(features: tuple[Feature, ...], cell: Any, before: list[Any]) -> None:
    rows = [*before, {"a": cell, "b": 1}]
    for given_rows in (rows, {name: [row[name] for row in rows] for name in "ab"}):
        with pytest.raises(InputValueError, match=f"row {len(before)}, column 'a'"):
            encoder(features, (None, 2)).encode(given_rows)


def test_bytes_are_no_category() -> None:
    with pytest.raises(InputValueError, match="row 1, column 'a': b'red' is no category"):
        encoder(WORD, (None, 2)).encode([["red", 1], [b"red", 1]])


def test_tables_that_are_not_there_yet_or_ambiguous() -> None:
    with pytest.raises(InputError, match=r"LazyFrame.*collect\(\)"):
        encoder(PLAIN, (None, 2)).encode(polars.LazyFrame({"a": [1], "b": [2]}))
    twice = pyarrow.table([[1], [2], [3]], names=["a", "b", "a"])
    with pytest.raises(InputError, match="more than one column 'a'"):
        encoder(PLAIN, (None, 2)).encode(twice)
