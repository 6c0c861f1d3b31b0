"""Encoding by the contract: fills, indicators, categories, tables of every kind."""

from __future__ import annotations

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
    with pytest.raises(InputShapeError, match=r"x\[None\]"):
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
