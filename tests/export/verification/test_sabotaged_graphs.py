"""Sabotages that leave every stored number as it was fail verification all the same, whatever scores show.

Each is sealed with the contract as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from export.verification.sabotage import taken_apart
from export.verification.sabotaged_graphs import with_constant_clipped
from tagship_export import export, open_original, verify
from tagship_export.original.open_original import Original
from tagship_export.targets.float_graph import Numbers
from tagship_runtime import container

RECIPES, FORMATS = ("float32", "int8"), ("tflite", "onnx")
FILES = [f"{recipe}.{kind}" for recipe in RECIPES for kind in FORMATS]

SABOTAGES: Mapping[Callable[[bytes], bytes], tuple[tuple[str, ...], str]] = {
    with_constant_clipped: (FORMATS, "are not those of the original, rounded"),
}
"""What is done, to which formats, and what is said of it."""

TRIED = [(change, name) for change, (kinds, _) in SABOTAGES.items() for name in FILES if name.endswith(kinds)]


@pytest.fixture(scope="module")
def folder(scaled_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sound")
    export(scaled_run, out, recipes=RECIPES)
    return out


@pytest.fixture(scope="module")
def originals(scaled_run: Path) -> Mapping[str, Original]:
    return {"run": open_original(scaled_run), "bare": open_original(scaled_run / "model.keras")}


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize(("change", "name"), TRIED, ids=[f"{change.__name__}-{name}" for change, name in TRIED])
def test_what_happens_to_numbers_on_their_way(
    folder: Path,
    scaled_run: Path,
    originals: Mapping[str, Original],
    change: Callable[[bytes], bytes],
    name: str,
    against: str,
) -> None:
    payload, contract = taken_apart(folder / name)
    sealed = container.attach(change(payload), contract)
    verdict = verify(originals[against], sealed, str(scaled_run / "rows" / "test.parquet"))
    assert not verdict.passed
    assert SABOTAGES[change][1] in " ".join(verdict.faults)


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("name", FILES)
def test_the_sound_file_passes(
    folder: Path, scaled_run: Path, originals: Mapping[str, Original], name: str, against: str
) -> None:
    verdict = verify(originals[against], folder / name, str(scaled_run / "rows" / "test.parquet"))
    assert verdict.passed, verdict.faults


@pytest.mark.parametrize(
    ("kind", "zero", "passed"),
    [
        ("int8", 0, [-1.0, 0.5, 0.0, 63.5]),
        ("uint8", 128, [-1.0, 0.5, 0.0, 63.5]),
        ("uint8", 0, [0.0, 0.5, 0.0, 127.5]),
        ("int16", 0, [-1.0, 0.5, 0.0, 200.0]),
    ],
)
def test_integers_that_a_constant_passes_through(kind: str, zero: int, passed: list[float]) -> None:
    stored = Numbers.as_stored("w", np.array([-1.0, 0.5, 0.2, 200.0], np.float32))
    found = stored.through(np.array(0.5), np.array(zero), kind)
    assert found.values.tolist() == passed
    assert (float(found.step), found.fine) == (0.5, True)


def test_integers_of_rows_with_steps_of_their_own() -> None:
    stored = Numbers.as_stored("w", np.array([[1.0, 2.0], [1.0, 2.0]], np.float32))
    found = stored.through(np.array([[1.0], [1e-9]]), np.zeros((1, 1)), "int8")
    assert found.values.tolist() == [[1.0, 2.0], [127e-9, 127e-9]]
    assert found.step.shape == (2, 1)
