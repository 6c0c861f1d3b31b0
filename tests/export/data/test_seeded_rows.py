"""Golden rows of large inputs, which a seed stands for and every reader repeats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_export import export
from tagship_runtime.contract import TensorSpec, repeated
from tagship_runtime.contract.seeded_rows import MOST_CELLS, cells_of
from tagship_runtime.errors import ContractError

Command = Callable[..., Any]


def spec(*row_shape: int, dtype: str = "float32") -> TensorSpec:
    return TensorSpec(name="x", dtype=dtype, shape=(None, *row_shape))


def one_cell(row: dict[str, Any], place: tuple[int, ...], shape: tuple[int, ...]) -> float:
    """The rule of docs/contract.md, one cell at a time and in plain integers."""
    at = 0
    for axis, (index, size) in enumerate(zip(place, shape, strict=True)):
        whole = axis == len(shape) - 1 and axis > 0
        at = at * size + (index if whole else index // row["block"])
    bits = (at + row["seed"]) % 2**32
    for _ in range(3):
        bits = (bits * 1664525 + 1013904223) % 2**32
        bits ^= bits >> 16
    return float(np.float32(row["low"] + row["step"] * (bits >> 24)))


@pytest.mark.parametrize("shape", [(7,), (5, 3), (6, 4, 3), (3, 4, 5, 2)])
@pytest.mark.parametrize("block", [1, 2, 3, 64])
def test_the_rule_can_be_followed_cell_by_cell(shape: tuple[int, ...], block: int) -> None:
    row = {"seed": 4_294_967_290, "block": block, "low": -1.25, "step": 0.0123}
    cells = cells_of(row, shape)
    assert cells.dtype == np.float32
    assert cells.shape == shape
    for place in np.ndindex(*shape):
        assert cells[place] == one_cell(row, place, shape)


def test_known_numbers() -> None:
    """Which a reader in another language can be held to."""
    row = {"seed": 16777216, "block": 2, "low": 0.0, "step": 1.0}
    assert cells_of(row, (4, 2)).tolist() == KNOWN
    assert repeated([row, [1.0, 2.0]], spec(4, 2))[1] == [1.0, 2.0]
    with pytest.raises(ValueError, match="at most"):
        cells_of(row, (MOST_CELLS + 1,))


def test_cells_of_models_of_integers_are_whole() -> None:
    row = {"seed": 16777216, "block": 2, "low": 0.0, "step": 0.5}
    halves = np.array(KNOWN) / 2
    assert np.array(repeated([row], spec(4, 2))).tolist() == [halves.tolist()]
    assert np.array(repeated([row], spec(4, 2, dtype="uint8"))).tolist() == [np.rint(halves).tolist()]
    assert 103.5 in halves
    assert 104.0 in np.rint(halves)  # halves go to the even one


KNOWN = [[238.0, 207.0], [238.0, 207.0], [74.0, 55.0], [74.0, 55.0]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((40, 40, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 5, strides=4, activation="relu"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(4, "sigmoid"),
        ]
    )
    rows = np.random.default_rng(0).integers(0, 256, (60, 40, 40, 3)).astype(np.float32)
    folder = tmp_path_factory.mktemp("large")
    made = export(model, folder, labels=list("abcd"), data=rows, recipes=["float32", "int8"])
    assert all(artifact.verification.passed for artifact in made if artifact.recipe.exact)
    return {artifact.path.name: artifact.path for artifact in made if artifact.verification.passed}


@pytest.mark.parametrize("name", ["float32.tflite", "float32.onnx"])
def test_large_inputs_have_golden_rows(large: dict[str, Path], tagship: Command, name: str) -> None:
    model = tagship_runtime.load(large[name])
    golden = model.contract.golden
    assert golden is not None
    assert len(golden.rows) == 24
    assert set(golden.rows[0]) == {"seed", "block", "low", "step"}
    assert len(json.dumps(golden.to_dict())) < 4096
    result = model.selftest()
    assert result.passed
    assert result.as_exported
    assert golden.changes is not None
    assert golden.caught is not None
    assert golden.caught >= 0.85 * golden.changes > 0  # 16 of 18: no seed comes within 0.02 of every threshold
    assert tagship("selftest", large[name]).code == 0
    assert len(np.unique(model.predict_proba(np.stack(golden.values(model.contract.input))), axis=0)) > 12


def test_a_seed_without_a_key_is_refused(large: dict[str, Path]) -> None:
    document = tagship_runtime.load(large["float32.onnx"]).contract.to_dict()
    for change in ({"seed": -1}, {"seed": 2**32}, {"block": 0}, {"low": None}, {"step": "x"}):
        changed = json.loads(json.dumps(document))
        changed["golden"]["rows"][0] |= change
        with pytest.raises(ContractError):
            tagship_runtime.Contract.from_json(json.dumps(changed))
