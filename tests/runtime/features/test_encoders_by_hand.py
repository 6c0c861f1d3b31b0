"""Encoders of arrays and of tables, each way in with the value that it has to give."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.errors import InputError, InputShapeError, InputValueError, MissingColumnError
from tagship_runtime.features import array_encoder, encoder
from tagship_runtime.features.array_encoder import ArrayEncoder, all_finite, as_array, inputs, surely_finite
from tagship_runtime.features.table_encoder import TableEncoder

SIGNAL = ArrayEncoder((20,))
NUMBERS = (NumericFeature(name="x"), NumericFeature(name="y", fill=7.0))
MIXED = (NumericFeature(name="x", fill=1.5, indicator=True), CategoryFeature(name="c", values=("red", "blue")))


def chance() -> np.random.Generator:
    return np.random.default_rng(0)


def test_invented_arrays_fill_the_range_between_two_percentiles() -> None:
    """Of 501 to 1500 these are 511 and 1490; noise and waves reach near both, and not beyond."""
    values = np.arange(501.0, 1501.0).reshape(50, 20)
    made = SIGNAL.sample(values, 2000, chance())
    assert made.shape == (2000, 20)
    assert 510.99 <= made.min() < 515
    assert 1485 < made.max() <= 1490.01
    assert made.std() > 100


def test_invented_arrays_are_noise_and_waves() -> None:
    """Some are all but smooth, some all but chance, and no two alike."""
    made = SIGNAL.sample(np.linspace(0, 1, 400).reshape(20, 20), 400, chance())
    steps = np.abs(np.diff(made, axis=1)).mean(axis=1)
    assert steps.min() < 0.05
    assert steps.max() > 0.25
    assert len(np.unique(made[:, 0])) == 400


@pytest.mark.parametrize(("count", "made"), [(1, 8), (8, 8), (9, 9), (40, 40), (41, 40), (1000, 40)])
def test_so_many_arrays_are_invented(monkeypatch: pytest.MonkeyPatch, count: int, made: int) -> None:
    monkeypatch.setattr(array_encoder, "SAMPLE_CELLS", 800)
    assert len(SIGNAL.sample(np.ones((3, 20)), count, chance())) == made


def test_most_cells_that_are_invented_at_a_time() -> None:
    assert array_encoder.SAMPLE_CELLS == 4_194_304


def test_columns_that_are_the_input() -> None:
    left = inputs({"a": [1, 2], "label": [0, 1], "b": [3, 4]}, ["label"])
    assert {name: values.tolist() for name, values in left.items()} == {"a": [1, 2], "b": [3, 4]}
    with pytest.raises(InputError, match="of the columns 'a', 'b' none is left"):
        inputs({"a": [1], "b": [2]}, ["a", "b"])
    taken = ArrayEncoder((2,)).select({"a": [1, 2], "label": [0, 1], "b": ["3", "4"]}, ["label"])
    assert taken.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("rows", "want"),
    [
        ([], []),
        (np.empty((0, 2)), []),
        ([[1, 2]], [[1, 2]]),
        ([["1", "2.5"]], [[1, 2.5]]),
        (np.array([[True, False]]), [[1, 0]]),
        (np.array([[1, 2]], np.uint8), [[1, 2]]),
        (np.array([[1, 2]], np.float16), [[1, 2]]),
        (np.array([["1", "2"]]), [[1, 2]]),
        (np.ma.array([[1, 2]], mask=[[False, False]]), [[1, 2]]),
    ],
)
def test_arrays_that_are_taken(rows: Any, want: Any) -> None:
    made = ArrayEncoder((2,)).encode(rows)
    assert made.dtype == np.float32
    assert made.shape[1:] == (2,)
    assert made.tolist() == want
    assert made.flags.c_contiguous


@pytest.mark.parametrize("rows", [[1], [1, 2], 3, [[1]], [[[1, 2]]], np.zeros((0, 3))])
def test_arrays_of_another_shape(rows: Any) -> None:
    with pytest.raises(InputShapeError):
        ArrayEncoder((2,)).encode(rows)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.ma.array([[True, False]], mask=[[True, False]]), r"column '\[0\]': the value is missing"),
        (np.ma.array([[1, 2]], mask=[[True, False]], dtype=np.uint8), r"column '\[0\]': the value is missing"),
        (np.ma.array([[1, 2]], mask=[[True, False]], dtype=np.int64), r"column '\[0\]': the value is missing"),
        ([[np.nan, 1]], "row 0, column '\\[0\\]'"),
        ([[1, 2], [1, np.inf]], "row 1, column '\\[1\\]'"),
        ([[1, 1e39]], "row 0, column '\\[1\\]'"),
    ],
)
def test_cells_that_are_no_finite_numbers_are_named(rows: Any, said: str) -> None:
    with pytest.raises(InputValueError, match=said):
        ArrayEncoder((2,)).encode(rows)


class Sparse:
    """What NumPy makes a single object of, and what has an array of its own."""

    def toarray(self) -> None: ...


class Broken:
    """A frame of a type that NumPy lacks."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise LookupError("no such type")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (Sparse(), "a Sparse is sparse; pass what its toarray"),
        (Broken(), "a Broken of which NumPy makes no array: no such type"),
        ([[1, 2], [3]], "rows of unequal length or shape"),
        (np.array([[1j, 2]]), "input holds complex128; real numbers are needed"),
    ],
)
def test_what_is_no_array_of_numbers(rows: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        as_array(rows)


def test_a_single_object_is_told_by_its_shape() -> None:
    with pytest.raises(InputShapeError):
        ArrayEncoder((2,)).encode(object())


def test_an_array_that_also_has_a_sparse_form_is_an_array() -> None:
    class Both(np.ndarray):
        def toarray(self) -> None: ...

    assert as_array(np.ones((1, 2)).view(Both)).tolist() == [[1, 1]]
    assert as_array(np.ones(2).view(Both)).tolist() == [1, 1]


def test_sums_that_overflow_settle_nothing() -> None:
    large = np.full((2, 2), 3e38, np.float32)
    assert not surely_finite(large)
    assert all_finite(large, large, str) is large
    assert surely_finite(np.zeros((2, 2), np.float32))


@pytest.mark.parametrize(("count", "made"), [(1, 256), (256, 256), (300, 300)])
def test_so_many_rows_of_a_table_are_invented(count: int, made: int) -> None:
    rows = TableEncoder(NUMBERS).sample({"x": [1.0, 2.0], "y": [3.0, 4.0]}, count, chance())
    assert len(rows) == made
    assert all(1 <= x <= 2 for x, _ in rows)


def test_so_many_rows_of_a_wide_table_are_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagship_runtime.features.table_encoder.SAMPLE_CELLS", 600)
    assert len(TableEncoder(NUMBERS).sample({"x": [1.0], "y": [3.0]}, 5000, chance())) == 300


TABLE = {"x": [1.0, None, 3.0], "c": ["red", "green", "blue"]}
ENCODED = [[1, 0, 1, 0], [1.5, 1, 0, 0], [3, 0, 0, 1]]


@pytest.mark.parametrize(
    ("size", "parts"), [(None, [3]), (1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (4, [3]), (0, [1] * 3)]
)
def test_a_table_in_parts_is_the_table(size: int | None, parts: list[int]) -> None:
    unknown: Counter[str] = Counter()
    found = list(encoder(MIXED, (None, 4)).encode_parts(TABLE, size, unknown))
    assert [len(part) for part in found] == parts
    assert np.concatenate(found).tolist() == ENCODED
    assert unknown == {"c": 1}


def test_a_cell_that_is_wrong_is_named_with_its_row_in_the_whole_table() -> None:
    codec = encoder(MIXED, (None, 4))
    with pytest.raises(InputValueError, match="row 2, column 'x'"):
        list(codec.encode_parts({"x": [1.0, 2.0, "high"], "c": ["red"] * 3}, 1))


def test_rows_without_names_are_in_the_features_order() -> None:
    rows = [[1.0, "red"], [None, "green"], [3.0, "blue"]]
    assert encoder(MIXED, (None, 4)).encode(rows).tolist() == ENCODED
    assert encoder(NUMBERS, (None, 2)).encode([[1, np.nan], [2, 5]]).tolist() == [[1, 7], [2, 5]]
    with pytest.raises(InputValueError, match="row 0, column 'x'"):
        encoder(NUMBERS, (None, 2)).encode([[np.nan, 1]])
    assert encoder(MIXED, (None, 4)).encode([]).shape == (0, 4)


def test_tables_that_do_not_fit() -> None:
    codec = encoder(MIXED, (None, 4))
    for use in (codec.encode, codec.row_list):
        with pytest.raises(MissingColumnError) as missing:
            use({"x": [1.0], "d": ["red"]})
        assert "'c'" in str(missing.value)
        assert "'d'" in str(missing.value)
        with pytest.raises(InputError, match=r"column 'c' has shape \(2,\); it needs \(1,\) as the others"):
            use({"x": [1.0], "c": ["red", "blue"]})


def test_rows_as_json_takes_them_and_as_a_search_varies_them() -> None:
    codec = encoder(MIXED, (None, 4))
    rows = codec.row_list({"x": [1.0, np.nan], "c": ["red", "green"]})
    assert rows == [[1.0, "red"], [None, "green"]]
    cells = codec.to_cells({"x": [1.0, 3.0], "c": ["red", "blue"]})
    assert cells.tolist() == [[1.0, 0.0], [3.0, 1.0]]
    low, high = codec.bounds(cells)
    assert (low.tolist(), high.tolist()) == ([1.0, 0.0], [3.0, 1.0])
    assert codec.discrete().tolist() == [False, True]
    assert codec.from_cells(np.array([[2.0, 1.0]])) == [[2.0, "blue"]]


def test_what_readers_need_to_know() -> None:
    missing = tuple(
        NumericFeature(name=name, fill=0.0, missing=words) for name, words in (("a", ("k.A.", "x")), ("b", ("x", "y")))
    )
    assert TableEncoder(missing).missing_words == ("x",)
    assert TableEncoder((*missing, NumericFeature(name="d"))).missing_words == ()
    assert TableEncoder(MIXED).textual == ("c",)
    signed = (NumericFeature(name="p", percent=True), NumericFeature(name="q", currency="€"), *NUMBERS)
    assert TableEncoder(signed).signs == {"p": "%", "q": "€"}
    assert TableEncoder(MIXED).plain is None
    assert TableEncoder(NUMBERS).plain == (2,)
    assert TableEncoder(NUMBERS).select({"y": [1], "x": [2], "z": [3]}, []) == {"x": [2], "y": [1]}
    assert TableEncoder(NUMBERS).select({"y": [1], "z": [3]}, []) == {"y": [1], "z": [3]}


def test_a_plain_table_is_taken_by_name_or_in_order() -> None:
    codec = encoder(NUMBERS, (None, 2))
    assert codec.encode({"y": [2.0, np.nan], "x": [1.0, 3.0]}).tolist() == [[1, 2], [3, 7]]
    assert codec.encode(np.array([[1.0, 2.0], [3.0, np.nan]])).tolist() == [[1, 2], [3, 7]]


def test_bounds_of_arrays_are_those_of_all_cells() -> None:
    low, high = ArrayEncoder((2,)).bounds(np.array([[1.0, 5.0], [3.0, -2.0]]))
    assert (low.tolist(), high.tolist()) == ([-2.0, -2.0], [5.0, 5.0])
    assert ArrayEncoder((2,)).discrete().tolist() == [False, False]
    assert ArrayEncoder((2,)).from_cells(np.array([[0.1, 2.0]])) == [[np.float32(0.1), 2.0]]
    assert ArrayEncoder((2,)).to_cells([[1, 2]]).dtype == np.float64
