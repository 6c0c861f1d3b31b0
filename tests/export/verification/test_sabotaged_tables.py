"""Tables that embeddings look up in: what converters make of them passes, and less than that does not.

Where integers go from end to end, a table has the scale of what is made of the numbers that are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from export.verification.sabotage import sealed, taken_apart
from export.verification.sabotaged_tables import with_one_number, with_steps
from tagship_export import export, open_original, verify
from tagship_export.original.open_original import Original
from tagship_export.targets.litert.convert import convert
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features

WORDS, LENGTH = 60, 8
LABELS = ("a", "b", "c")


def numbers(stddev: float = 0.5) -> Any:
    return keras.layers.Embedding(WORDS, 8, embeddings_initializer=keras.initializers.RandomNormal(stddev=stddev))


def ending(value: Any, inputs: Any) -> Any:
    wide = keras.initializers.RandomNormal(stddev=1.0)
    return keras.Model(inputs, keras.layers.Dense(3, "sigmoid", kernel_initializer=wide)(value))


def added(inputs: Any) -> Any:
    """Two tables of different sizes, whose rows are added."""
    return keras.layers.Flatten()(keras.layers.Add()([numbers()(inputs), numbers(0.1)(inputs)]))


def looked_up_twice(inputs: Any) -> Any:
    """One table, of which the mean has another range than the largest."""
    words = numbers()
    mean = keras.layers.GlobalAveragePooling1D()(words(inputs[:, :4]))
    return keras.layers.Concatenate()([mean, keras.layers.GlobalMaxPooling1D()(words(inputs[:, 4:]))])


def scaled(inputs: Any) -> Any:
    """The table takes the range of the product with a constant."""
    return keras.layers.Flatten()(numbers()(inputs) * 3.0)


def multiplied(inputs: Any) -> Any:
    """Tables beside their product, whose extremes few rows reach, and whose range all three take."""
    first, second = numbers()(inputs[:, 0]), numbers(0.9)(inputs[:, 1])
    return keras.layers.Concatenate()([keras.layers.Dot(1)([first, second]), first, second])


KINDS: Mapping[str, Callable[[Any], Any]] = {
    made.__name__: made for made in (added, looked_up_twice, scaled, multiplied)
}


@dataclass(frozen=True)
class Sound:
    """A file of integers from end to end, its model's float32, and the rows that it was made and is judged by."""

    file: Path
    float32: bytes
    originals: Mapping[str, Original]
    test: Path


def rows(seed: int, count: int) -> Features:
    """Numbers of words, the first of which are frequent."""
    random = np.random.default_rng(seed)
    return (WORDS * random.random((count, LENGTH)) ** 2).astype(np.int32)


@pytest.fixture(scope="module", params=KINDS)
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp(request.param)
    keras.utils.set_random_seed(11)
    inputs = keras.Input((LENGTH,), dtype="int32")
    model = ending(KINDS[request.param](inputs), inputs)
    bare = open_original(model, labels=LABELS)
    for part, (seed, count) in enumerate({"train": 160, "validation": 60, "test": 200}.items()):
        given = rows(part, count)
        np.savez(folder / f"{seed}.npz", x=given, y=(bare.scores(given) >= 0.5).astype(np.uint8))
    run = replace(bare, rows={part: folder / f"{part}.npz" for part in ("train", "validation", "test")})
    with quiet():
        float32 = convert(model)
    (made,) = export(run, folder / "files", recipes=["int8_io"], formats=["tflite"])
    assert made.verification.passed
    return Sound(made.path, float32, {"run": run, "bare": bare}, folder / "test.npz")


def judged(sound: Sound, payload: bytes, against: str, forged: bool) -> list[tuple[bool, str]]:
    """Whether it passes and what is said, where the recipe is found and where it is given."""
    _, contract = taken_apart(sound.file)
    artifact = sealed(payload, contract, forged, recipe="int8_io")
    found = [verify(sound.originals[against], artifact, str(sound.test), recipe=one) for one in (None, "int8_io")]
    return [(verdict.passed, " ".join(verdict.faults)) for verdict in found]


@pytest.mark.parametrize("against", ["run", "bare"])
def test_the_sound_file_passes(sound: Sound, against: str) -> None:
    payload, _ = taken_apart(sound.file)
    same = with_steps(payload, sound.float32, 1.0)
    for one in (payload, same):
        assert judged(sound, one, against, forged=False) == [(True, "")] * 2
    for seed, count in ((7, 12), (8, 400)):
        verdict = verify(sound.originals[against], sound.file, rows(seed, count))
        assert verdict.passed, verdict.faults


@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_table_of_far_coarser_steps(sound: Sound, place: int, against: str, forged: bool) -> None:
    payload, _ = taken_apart(sound.file)
    if place == 1 and sound.file.parent.parent.name.startswith("scaled"):
        pytest.skip("it has one table")
    for passed, said in judged(sound, with_steps(payload, sound.float32, 9.0, place), against, forged):
        assert not passed
        assert "are rounded to far coarser steps than by its recipe" in said


@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("against", ["run", "bare"])
def test_a_table_that_is_cut_off(sound: Sound, against: str, forged: bool) -> None:
    payload, _ = taken_apart(sound.file)
    for passed, said in judged(sound, with_steps(payload, sound.float32, 0.1), against, forged):
        assert not passed
        assert "are cut off, which its recipe keeps" in said


@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("against", ["run", "bare"])
def test_one_number_of_a_table(sound: Sound, against: str, forged: bool) -> None:
    payload, _ = taken_apart(sound.file)
    for passed, said in judged(sound, with_one_number(payload), against, forged):
        assert not passed
        assert f"1 of the {WORDS * 8} numbers of" in said


@pytest.mark.parametrize("factor", [1.5, 0.7])
def test_another_range_than_the_rows_of_a_run_give(sound: Sound, factor: float) -> None:
    payload, _ = taken_apart(sound.file)
    passed, said = judged(sound, with_steps(payload, sound.float32, factor), "run", forged=True)[0]
    assert not passed
    assert "; the rows that calibrate it give" in said
