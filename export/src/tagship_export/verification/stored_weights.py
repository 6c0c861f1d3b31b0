"""Weights that a payload stores in fewer bits, against the original's own: each has to be one of them, rounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.original.tracing import freeze
from tagship_export.targets.constants import Constant

SAME = 0.5
"""Share of a constant's numbers that have to be those of one of the original's, before the others count as changed."""

SLACK = 1.01
"""Steps of rounding that are allowed; two are one too many."""


def weight_faults(model: Any, constants: Sequence[Constant]) -> Iterator[str]:
    """Yield which stored constants are an original one but for a few numbers, as after a single change.

    What a converter multiplied into another constant matches none and is passed over; scores tell of that.

    Args:
        model: Keras.
        constants: Of the payload.
    """
    from tensorflow import make_ndarray

    graph, _ = freeze(model)
    values = (make_ndarray(node.attr["value"].tensor) for node in graph.node if node.op == "Const")
    originals = [value.astype(np.float64) for value in values if value.dtype == np.float32 and value.size > 1]
    for constant in constants:
        numbers = constant.numbers
        if numbers is None or numbers.size < 2:
            continue
        wrong = _fewest_wrong(originals, numbers, constant.step)
        if wrong:
            yield (
                f"{wrong} of the {numbers.size} numbers of {constant.name!r} are not those of the original, rounded; "
                "the others are"
            )


def _fewest_wrong(originals: Sequence[NDArray[Any]], numbers: NDArray[Any], step: NDArray[Any]) -> int:
    """Return how many numbers differ from the original constant that is nearest; 0 where none is near."""
    fewest = numbers.size
    for original in originals:
        if original.size != numbers.size:
            continue
        for view in _views(original, numbers.shape):
            far = np.abs(view - numbers) > SLACK * step
            known = np.abs(view) > SLACK * step  # zeros are everywhere, and say nothing
            if known.any() and (far & known).sum() <= SAME * known.sum():
                fewest = min(fewest, int(far.sum()))
    return 0 if fewest == numbers.size else fewest


def _views(original: NDArray[Any], shape: tuple[int, ...]) -> Iterator[NDArray[Any]]:
    """Yield an original in every order of its axes that a converter may store it in."""
    core = np.squeeze(original)
    wanted = tuple(size for size in shape if size != 1)
    for axes in permutations(range(core.ndim)):
        view = core.transpose(axes)
        if view.shape == wanted:
            yield view.reshape(shape)
