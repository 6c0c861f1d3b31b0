"""Numbers on their way into a tensor and out of it, in every type that a tensor has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import TensorSpec
from tagship_runtime.engines.quantization import dequantize, filling, quantize, reading
from tagship_runtime.errors import ContractError


def spec(dtype: str, scale: float | None = None, zero_point: int | None = None) -> TensorSpec:
    return TensorSpec(name="t", dtype=dtype, shape=(None, 3), scale=scale, zero_point=zero_point)


@pytest.mark.parametrize(
    ("dtype", "zero", "want"),
    [
        ("int8", 10, [10, 11, 12, 9, 8, 127, -128]),
        ("uint8", 10, [10, 11, 12, 9, 8, 255, 0]),
        ("int16", -5, [-5, -4, -3, -6, -7, 32767, -32768]),
    ],
)
def test_integers_are_rounded_then_clipped(dtype: str, zero: int, want: list[int]) -> None:
    numbers = np.array([0.0, 0.149, 0.151, -0.149, -0.151, 1e30, -1e30], np.float32)
    got = quantize(numbers, 0.1, zero, np.dtype(dtype))
    assert got.dtype == dtype
    assert got.tolist() == want
    back = dequantize(got[:5], 0.1, zero)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, [0, 0.1, 0.2, -0.1, -0.2], rtol=0, atol=1e-7)


def filled(tensor: TensorSpec, features: Any) -> tuple[bool, list[list[float]]]:
    memory = np.full((len(features), 3), 77, tensor.dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # as callers do
        return filling(tensor)(memory, np.asarray(features)), memory.tolist()


@pytest.mark.parametrize(
    ("tensor", "want"),
    [
        (spec("float32"), [0, 0.25, 3]),
        (spec("float16"), [0, 0.25, 3]),
        (spec("float32", 0.5, 7), [0, 0.25, 3]),
        (spec("int8", 0.25, -3), [-3, -2, 9]),
        (spec("int8", 0.25), [0, 1, 12]),
        (spec("uint8", 0.125, 1), [1, 3, 25]),
    ],
)
@pytest.mark.parametrize("given", ["float32", "float64", "object"])
def test_features_are_written_as_the_tensor_means_them(tensor: TensorSpec, want: list[float], given: str) -> None:
    features = np.array([[0, 0.25, 3]], np.float64).astype(given)
    if given == "object":
        features = features.astype(np.longdouble)  # beyond what NumPy copies directly
    assert filled(tensor, features) == (True, [want])


LARGEST = {"int8": 127, "uint8": 255, "int32": 2**31 - 1, "int64": 2**63 - 1, "uint64": 2**64 - 1}


@pytest.mark.parametrize("dtype", LARGEST)
def test_integers_that_stand_for_themselves_are_neither_rounded_nor_clipped(dtype: str) -> None:
    largest, least = LARGEST[dtype], -LARGEST[dtype] - 1 if dtype.startswith("i") else 0
    exact = np.array([[largest, least, 3]], dtype)
    assert filled(spec(dtype), exact) == (True, [[largest, least, 3]])
    for given in ("float32", "float64", "longdouble"):
        assert filled(spec(dtype), np.array([[0, 3, 100]], given)) == (True, [[0, 3, 100]])
    unsigned = not dtype.startswith("i")
    for bad in (0.5, float(largest + 1), 1e300, -1.0 if unsigned else float(2 * least), np.nan, np.inf):
        assert filled(spec(dtype), np.array([[bad, 0, 0]])) == (False, [[77, 77, 77]]), bad
    if dtype not in ("int64", "uint64"):
        assert filled(spec(dtype), np.array([[largest + 1, 0, 0]])) == (False, [[77, 77, 77]])
        assert filled(spec(dtype), np.array([[least - 1, 0, 0]])) == (False, [[77, 77, 77]])


@pytest.mark.parametrize("tensor", [spec("float32"), spec("int8", 0.25, -3), spec("uint8")])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_not_finite_is_said(tensor: TensorSpec, bad: float, place: int) -> None:
    features = np.ones((2, 3), np.float32)
    features[1, place] = bad
    fine, memory = filled(tensor, features)
    assert not fine
    if tensor.dtype != "float32":
        assert memory == [[77, 77, 77]] * 2


def test_long_integers_go_by_way_of_float64_as_cells_do() -> None:
    tie = 2**60 + 2**36 + 1  # rounded at once it is nearer to 2**60 + 2**37; float64 makes a tie of it
    assert filled(spec("float32"), np.full((1, 3), tie)) == (True, [[float(2**60)] * 3])


def test_large_numbers_are_finite_although_their_squares_are_not() -> None:
    assert filled(spec("float32"), np.full((2, 3), 1e30, np.float32))[0]


@pytest.mark.parametrize(
    ("tensor", "want"),
    [
        (spec("float32"), [0, 1, 100]),
        (spec("float16"), [0, 1, 100]),
        (spec("float64"), [0, 1, 100]),
        (spec("int8", 0.01), [0, 0.01, 1]),
        (spec("int8", 0.01, 0), [0, 0.01, 1]),
        (spec("uint8", 0.5, -2), [1, 1.5, 51]),
        (spec("int16", 0.25, 3), [-0.75, -0.5, 24.25]),
    ],
)
def test_scores_are_read_as_the_tensor_means_them(tensor: TensorSpec, want: list[float]) -> None:
    memory = np.array([[0, 1, 100]], tensor.dtype)
    got = reading(tensor)(memory)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, np.array([want], np.float32))
    assert np.shares_memory(got, memory) == (tensor.dtype == "float32")


@pytest.mark.parametrize("dtype", ["bool", "object", "complex64", "str", "datetime64[s]", "float99", "string"])
def test_a_tensor_of_something_else_is_refused(dtype: str) -> None:
    for way in (filling, reading):
        with pytest.raises(ContractError, match="real numbers are needed"):
            way(spec(dtype))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_integers_without_a_scale_are_no_scores(dtype: str) -> None:
    filling(spec(dtype))
    with pytest.raises(ContractError, match=f"{dtype} without a scale"):
        reading(spec(dtype))
