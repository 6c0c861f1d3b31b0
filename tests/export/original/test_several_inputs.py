"""A model of several inputs is told how it takes one, and that way works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tagship_export import open_original
from tagship_export.errors import OriginalError

PARTS = {"age": 3, "dose": 2}


def of(inputs: Callable[[dict[str, Any]], Any]) -> Any:
    """A model that joins its inputs."""
    keras.utils.set_random_seed(0)
    given = {name: keras.Input((width,), name=name) for name, width in PARTS.items()}
    joined = keras.layers.Concatenate()([*given.values()])
    return keras.Model(inputs(given), keras.layers.Dense(2, "sigmoid")(joined))


@pytest.mark.parametrize("inputs", [lambda given: [*given.values()], dict], ids=["list", "dict"])
def test_they_are_named_and_the_way_out_is_told(inputs: Any) -> None:
    with pytest.raises(OriginalError, match=r"the model has 2 inputs \(age, dose\); one is needed: let keras\.Model"):
        open_original(of(inputs))


def test_columns_of_one_input_are_cut_into_the_parts() -> None:
    model = of(lambda given: [*given.values()])
    one = keras.Input((sum(PARTS.values()),))
    joined = keras.Model(one, model([one[:, :3], one[:, 3:]]))
    rows = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    wanted = model.predict([rows[:, :3], rows[:, 3:]], verbose=0)
    np.testing.assert_allclose(open_original(joined).scores(rows), wanted, rtol=0, atol=1e-7)
