"""Every sabotage fails verification, or is named among what nobody checked.

A saboteur changes one thing in a file and seals it again. An honest contract is left as it was; a forged one agrees
with what was done: its golden rows are recorded anew with a tolerance of 1, and it calls itself int8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from export.verification.sabotage import (
    CLAIMS,
    FILES,
    FORMATS,
    both_originals,
    changed_weights,
    claiming,
    jittered,
    sealed,
    sound_files,
    taken_apart,
    with_dead_branch,
)
from tagship_export import verify
from tagship_export.original.open_original import Original
from tagship_export.targets.registry import target_of
from tagship_runtime import container

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(article_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound_files(article_run, tmp_path_factory)


@pytest.fixture(scope="module")
def originals(article_run: Path) -> Mapping[str, Original]:
    return both_originals(article_run)


@pytest.fixture(scope="module")
def rows(article_run: Path) -> str:
    return str(article_run / "rows" / "test.parquet")


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("name", FILES)
def test_each_layers_largest_weight_negated(
    folder: Path, originals: Mapping[str, Original], rows: str, name: str, forged: bool, against: str
) -> None:
    changes = changed_weights(folder / name)
    assert len(changes) >= 8
    _, contract = taken_apart(folder / name)
    for what, payload in changes:
        verdict = verify(originals[against], sealed(payload, contract, forged), rows)
        assert not verdict.passed, f"{what} in {name} passes"
        assert verdict.recipe == contract.recipe


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("name", FILES)
def test_the_sound_file_passes(
    folder: Path, originals: Mapping[str, Original], rows: str, name: str, against: str
) -> None:
    verdict = verify(originals[against], folder / name, rows)
    assert verdict.passed, verdict.faults
    assert bool(verdict.unchecked) is (against == "bare")


def every_claim(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test with each file and each change of its contract, honest and forged."""
    for mark in (
        pytest.mark.parametrize("change", CLAIMS, ids=lambda change: change.__name__),
        pytest.mark.parametrize("name", FILES),
        pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"]),
    ):
        test = mark(test)
    return test


@every_claim
def test_another_contract_against_a_run(
    folder: Path,
    originals: Mapping[str, Original],
    rows: str,
    change: Callable[[dict[str, Any]], None],
    name: str,
    forged: bool,
) -> None:
    verdict = verify(originals["run"], claiming(folder / name, change, forged), rows)
    assert not verdict.passed
    assert CLAIMS[change][0] in " ".join(verdict.faults)


@every_claim
def test_another_contract_against_a_bare_file(
    folder: Path,
    originals: Mapping[str, Original],
    rows: str,
    change: Callable[[dict[str, Any]], None],
    name: str,
    forged: bool,
) -> None:
    verdict = verify(originals["bare"], claiming(folder / name, change, forged), rows)
    told = CLAIMS[change][1]
    if told is None:
        assert not verdict.passed
        assert CLAIMS[change][0] in " ".join(verdict.faults)
    else:
        assert not verdict.passed or any(told in line for line in verdict.unchecked), verdict.unchecked


@pytest.mark.parametrize("name", FILES)
def test_thresholds_that_the_caller_tells_are_checked(
    folder: Path, originals: Mapping[str, Original], rows: str, name: str
) -> None:
    known = originals["run"]
    verdict = verify(originals["bare"], folder / name, rows, labels=known.labels, thresholds=known.thresholds)
    assert verdict.passed, verdict.faults
    shifted = [value - 0.02 for value in known.thresholds or ()]
    other = verify(originals["bare"], folder / name, rows, labels=known.labels, thresholds=shifted)
    if name.startswith("float32"):
        assert not other.passed
        assert "its thresholds are" in " ".join(other.faults)
    else:
        assert not other.passed or any("thresholds that were moved" in line for line in other.unchecked)


@pytest.mark.parametrize("forged_thresholds", [0.0001, 0.9999])
@pytest.mark.parametrize("kind", FORMATS)
def test_thresholds_that_hide_every_flip(
    folder: Path, originals: Mapping[str, Original], rows: str, kind: str, forged_thresholds: float
) -> None:
    """Decided at such thresholds nothing ever flips; what is stored tells all the same."""
    _, contract = taken_apart(folder / f"int8.{kind}")
    hidden = (forged_thresholds,) * 3
    claims = replace(contract, thresholds=hidden, parity={**(contract.parity or {}), "original_thresholds": [*hidden]})
    for _, changed in changed_weights(folder / f"int8.{kind}"):
        assert not verify(originals["bare"], sealed(changed, claims, True), rows).passed


@pytest.mark.parametrize("against", ["run", "bare"])
def test_a_dead_branch_of_int8_lends_its_tolerance_to_no_float(
    folder: Path, originals: Mapping[str, Original], rows: str, against: str
) -> None:
    """Most of its numbers are int8, so that it is judged as such; its floats have to be the original's all the same."""
    payload, contract = taken_apart(folder / "float32.onnx")
    changes = [("nothing else", payload), *changed_weights(folder / "float32.onnx")]
    for what, changed in changes:
        verdict = verify(
            originals[against], sealed(with_dead_branch(changed), contract, True, recipe="dynamic_int8"), rows
        )
        assert verdict.recipe == "dynamic_int8"
        assert not verdict.passed, what
        assert "its graph is not the original's by any recipe" in " ".join(verdict.faults)


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_negated_weight_does_not_hide_among_others_that_moved(
    folder: Path, originals: Mapping[str, Original], rows: str, kind: str, against: str
) -> None:
    payload, contract = taken_apart(folder / f"int8.{kind}")
    matrices = [
        one for one in target_of(payload).constants(payload) if one.values.dtype.itemsize == 1 and len(one.shape) > 1
    ]
    assert len(matrices) == 4
    for matrix in matrices:
        verdict = verify(originals[against], sealed(jittered(matrix), contract, True), rows)
        assert not verdict.passed, matrix.name
        assert f"numbers of {matrix.name!r} are not those of the original, rounded" in " ".join(verdict.faults)


def test_the_command_prints_what_it_judged_by(
    tagship: Command, folder: Path, article_run: Path, rows: str, tmp_path: Path
) -> None:
    payload, contract = taken_apart(folder / "float32.tflite")
    forged = tmp_path / "forged.tflite"
    forged.write_bytes(container.attach(payload, replace(contract, recipe="int8")))
    done = tagship("verify", article_run, forged)
    assert done.code == 1
    said = " ".join(done.out.split())
    assert "its contract says that it is int8, its weights are stored as in float32" in said
    assert "judged as float32, found in its tensors: scores within 1e-05" in said
    asked = tagship("verify", article_run, folder / "int8.tflite", "--recipe", "float32")
    assert asked.code == 1
    assert "it was to be float32, its weights are stored as in int8" in " ".join(asked.out.split())
    bare = tagship("verify", article_run / "model.keras", folder / "float32.tflite", "--data", rows)
    assert bare.code == 0
    assert "nobody checked: names and order of the labels (--labels tells them); thresholds" in " ".join(
        bare.out.split()
    )
