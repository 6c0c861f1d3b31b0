"""Integers that a model takes as they are: exact however they come, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.errors import InputShapeError, InputValueError
from tagship_runtime.features import encoder

LIMITS = {dtype: np.iinfo(dtype) for dtype in ("int8", "uint8", "int32", "int64", "uint64")}


@given(st.data(), st.sampled_from(sorted(LIMITS)))
def test_every_way_gives_the_same_integers(data: st.DataObject, dtype: str) -> None:
    limits = LIMITS[dtype]
    cells = st.integers(int(limits.min), int(limits.max))
    rows = data.draw(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=4))
    encode = encoder(None, (None, 2), dtype)
    want = np.array(rows, dtype)
    ways: list[Any] = [
        *(rows, want, want.astype(object), tuple(map(tuple, rows)), [row.tolist() for row in want], list(want)),
        *(
            [[str(cell) for cell in row] for row in rows],
            [[float(cell) if abs(cell) < 2**53 else cell for cell in row] for row in rows],
        ),
    ]
    for way in ways:
        found = encode.encode(way)
        assert found.dtype == dtype
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, want)
    for row, expected in zip(rows, want, strict=True):
        np.testing.assert_array_equal(encode.encode([row])[0], expected)
    columns = {"a": [row[0] for row in rows], "b": [row[1] for row in rows], "id": ["x"] * len(rows)}
    np.testing.assert_array_equal(encode.encode(encode.select(columns, ("id",))), want)


@pytest.mark.parametrize(
    ("dtype", "cell", "message"),
    [
        ("uint8", 256, "256 is outside of uint8; the model takes uint8, integers from 0 to 255"),
        ("uint8", -1, "-1 is outside of uint8"),
        ("int8", "128", "128 is outside of int8"),
        ("int32", 2**31, "2147483648 is outside of int32"),
        ("int64", 2**63, "9223372036854775808 is outside of int64"),
        ("int64", 2.0**63, "9.223372036854775808e\\+18|9.223372036854776e\\+18"),
        ("int32", 2.5, "2.5 is no integer; the model takes int32"),
        ("int32", "2.5", "'2.5' is no integer"),
        ("int32", float("inf"), "inf is no integer"),
        ("int32", None, "missing"),
        ("int32", float("nan"), "missing"),
        ("int32", "NA", "missing"),
        ("int32", "word", "'word' is not a number"),
        ("int64", "1_3", "'1_3' is not a number"),
        ("int64", b"1_3", "b'1_3' is not a number"),
        ("int64", 9007199254740993.0 + 0.5, None),
    ],
)
def test_what_is_no_such_integer_is_refused(dtype: str, cell: Any, message: str | None) -> None:
    encode = encoder(None, (None, 2), dtype)
    if message is None:
        assert encode.encode([[1, cell]])[0, 1] == int(cell)
        return
    with pytest.raises(InputValueError, match=message) as caught:
        encode.encode([[1, 2], [3, cell]])
    assert (caught.value.row, caught.value.column) == (1, "[1]")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cell", ["1e4000", "-1e4000"])
def test_longer_floats_than_64_bits_are_refused_as_others_are(cell: str) -> None:
    if np.finfo(np.longdouble).maxexp <= 1024:
        pytest.skip("floats of this platform are no longer than 64 bits")
    encode = encoder(None, (None, 2), "int32")
    rows = np.array([[1, 2], [3, np.longdouble(cell)]], np.longdouble)
    for way in (rows, rows.astype(object), rows.tolist()):
        with pytest.raises(InputValueError, match="is no integer; the model takes int32"):
            encode.encode(way)
    np.testing.assert_array_equal(encode.encode(rows[:1]), [[1, 2]])


def test_large_integers_beside_a_missing_one_are_not_floats_first() -> None:
    encode = encoder(None, (None, 2), "int64")
    assert encode.encode([[2**53 + 1, 0.0]]).tolist() == [[2**53 + 1, 0]]
    assert encode.encode([[2**63 - 1, "7"]]).tolist() == [[2**63 - 1, 7]]


def test_shapes_are_checked() -> None:
    encode = encoder(None, (None, 2, 2), "int32")
    assert encode.encode([]).shape == (0, 2, 2)
    assert encode.encode(np.zeros((3, 2, 2))).dtype == np.int32
    for wrong in (np.zeros((3, 2)), np.zeros((3, 2, 1)), 7):
        with pytest.raises(InputShapeError) as caught:
            encode.encode(wrong)
        assert (caught.value.got, caught.value.want) == (np.shape(wrong), (None, 2, 2))


def test_invented_rows_are_integers_within_the_range() -> None:
    encode = encoder(None, (None, 4), "uint8")
    real = np.arange(40).reshape(10, 4)
    invented = encode.sample(real, 100, np.random.default_rng(0))
    assert invented.dtype == np.uint8
    assert 0 <= invented.min() < 5 < 30 < invented.max() <= 39
    assert encode.from_cells(np.array([[0.4, 1.6, 3, 254.6]])) == [[0, 2, 3, 255]]


FEATURES = (NumericFeature(name="n", fill=7, indicator=True), CategoryFeature(name="c", values=("x", "y")))


def test_features_of_a_model_of_integers_refuse_what_float32_may_have_rounded() -> None:
    encode = encoder(FEATURES, (None, 4), "int32")
    assert encode.encode([[2**24 - 1, "x"], [None, "z"]]).tolist() == [[2**24 - 1, 0, 1, 0], [7, 1, 0, 0]]
    for cell, message in ((2**24, "cannot tell 16777216"), (2**24 + 1, "cannot tell"), (0.5, "0.5 is no integer")):
        with pytest.raises(InputValueError, match=message) as caught:
            encode.encode([[1, "x"], [cell, "y"]])
        assert (caught.value.row, caught.value.column) == (1, "n")
