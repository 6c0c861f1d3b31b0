"""Conversions between float32 and the type that a model's tensors have."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.contract import TensorSpec
from tagship_runtime.errors import ContractError
from tagship_runtime.features.cells import DIRECT, to_float32

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.typing import Scores

    Fill = Callable[[NDArray[Any], NDArray[Any]], bool]
    """Call that writes real numbers (second) into a tensor (first); False if it cannot hold one."""

    Read = Callable[[NDArray[Any]], Scores]
    """Call that returns a tensor as scores; they may be the tensor's own memory."""


def filling(spec: TensorSpec) -> Fill:
    """Return the call that writes features into such a tensor.

    Raises:
        ContractError: The type is not a real number's.
    """
    kind = _dtype(spec).kind
    if kind == "f":
        return _fill_float
    if spec.scale is None:
        return _fill_integers
    scale, zero_point = _scale(spec)

    def fill(tensor: NDArray[Any], features: NDArray[Any]) -> bool:
        numbers = to_float32(features)
        if not np.isfinite(numbers).all():
            return False
        tensor[...] = quantize(numbers, scale, zero_point, tensor.dtype)
        return True

    return fill


def reading(spec: TensorSpec) -> Read:
    """Return the call that reads scores from such a tensor.

    Raises:
        ContractError: The type is not a real number's, or an integer's without a scale.
    """
    dtype = _dtype(spec)
    if dtype == np.float32:
        return lambda tensor: tensor
    if dtype.kind == "f":
        return lambda tensor: tensor.astype(np.float32)
    if spec.scale is None:
        raise ContractError(f"the output {spec.name!r} is {dtype} without a scale; scores between 0 and 1 are needed")
    scale, zero_point = _scale(spec)
    return lambda tensor: dequantize(tensor, scale, zero_point)


def quantize(numbers: NDArray[Any], scale: float, zero_point: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return ``real / scale + zero_point``, rounded (``astype`` would truncate), then clipped (it would wrap)."""
    limits = np.iinfo(dtype)
    integers = np.rint(numbers / np.float64(scale)) + zero_point  # float64, which holds every int32
    clipped: NDArray[Any] = np.clip(integers, limits.min, limits.max)
    return clipped.astype(dtype)


def dequantize(integers: NDArray[Any], scale: float, zero_point: int) -> Scores:
    """Return ``(integer - zero_point) * scale`` as float32."""
    return ((integers.astype(np.float64) - zero_point) * scale).astype(np.float32)


def _fill_integers(tensor: NDArray[Any], features: NDArray[Any]) -> bool:
    """Write integers that stand for themselves; none is rounded or clipped."""
    from tagship_runtime.features.integer_encoder import fits

    if not fits(features, tensor.dtype):
        return False
    tensor[...] = features
    return True


def _fill_float(tensor: NDArray[Any], features: NDArray[Any]) -> bool:
    tensor[...] = features if features.dtype.char in DIRECT else to_float32(features)
    # A sum of squares is finite only if every term is: half the time of isfinite, no temporary, and on one thread.
    # It may overflow on its own, so infinity settles nothing.
    flat = tensor.reshape(-1)
    return isfinite(flat.dot(flat)) or bool(np.isfinite(tensor).all())


def _dtype(spec: TensorSpec) -> np.dtype[Any]:
    try:
        dtype = np.dtype(spec.dtype)
    except TypeError:
        dtype = np.dtype(object)
    if dtype.kind not in "fiu":
        raise ContractError(f"the tensor {spec.name!r} holds {spec.dtype}; real numbers are needed")
    return dtype


def _scale(spec: TensorSpec) -> tuple[float, int]:
    """Return scale and zero point; integers without a scale stand for themselves, such as the pixels of an image."""
    return (1.0, 0) if spec.scale is None else (spec.scale, spec.zero_point or 0)
