"""Sabotage of what training ships by default: students that scale inside, one of them of words, fills and indicators.

What is changed in the article's network is changed here, likewise against a run and against a bare Keras file, with
contracts honest and forged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from export.verification.sabotage import CLAIMS, changed_weights, claiming, sealed, taken_apart
from tagship_export import export, open_original, verify
from tagship_export.original.open_original import Original
from tagship_runtime import load
from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.predictor import Predictor
from tagship_training.sizes import students
from training.sizes.conftest import quickly

Command = Callable[..., Any]
FILES = [f"{recipe}.{kind}" for recipe in ("float32", "int8") for kind in ("tflite", "onnx")]
SIZE = "32-16-8"
LEAST = 0.99
"""Share of the changes of float32 files that golden rows have to catch, over all sizes of a run."""


@dataclass(frozen=True)
class Sound:
    """A student's run and files, and the Keras model in two lights."""

    folder: Path
    rows: str
    run: Original
    bare: Original

    def against(self, name: str) -> Original:
        return {"run": self.run, "bare": self.bare}[name]


def numbers() -> str:
    """Columns of numbers."""
    random = np.random.default_rng(0)
    x = random.normal(size=(500, 4)).round(3)
    on = [x[:, 0] + x[:, 1] > 0, x[:, 1] * x[:, 2] > 0.1, x[:, 3] > 0.5]
    lines = [
        ",".join(map(str, [*row, *(int(yes) for yes in targets)]))
        for row, *targets in zip(x.tolist(), *on, strict=True)
    ]
    return "\n".join(["a,b,c,d,label:sum,label:product,label:last", *lines])


def mixed() -> str:
    """A word, a number with a fill, and one whose absence tells."""
    random = np.random.default_rng(1)
    lines = ["age,dose,colour,label:old,label:red,label:untold"]
    for _ in range(500):
        age, dose, colour = random.integers(1, 90), random.uniform(0, 500), ["red", "green", "blue"][random.integers(3)]
        untold, absent = random.random() < 0.3, random.random() < 0.05
        on = [bool(age > 45), bool(colour == "red" and dose > 100), bool(untold)]
        cells = ["" if absent else age, "" if untold else round(dose, 1), colour, *map(int, on)]
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines)


TABLES: Mapping[str, Callable[[], str]] = {"numbers": numbers, "mixed": mixed}


@pytest.fixture(scope="module", params=TABLES)
def sound(request: pytest.FixtureRequest, tagship: Command, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "table.csv").write_text(TABLES[request.param]())
    with quickly(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(students, "PLAIN", ((32, 16, 8),))
        patch.setattr(students, "EPOCHS", (20, 30))
        done = tagship("train", folder / "table.csv", "--out", folder / "run")
    assert done.code == 0, done.err
    run = open_original(folder / "run", size=SIZE)
    made = export(run, folder / "files", recipes=["float32", "int8"])
    assert {one.path.name for one in made if one.verification.passed} == {*FILES}
    assert run.file is not None
    return Sound(folder / "files", str(folder / "run" / "rows" / "test.parquet"), run, open_original(run.file))


def test_features_are_those_that_are_to_be_attacked(sound: Sound) -> None:
    features = sound.run.features or ()
    if len(features) == 4:
        return
    age, dose, colour = features
    assert isinstance(age, NumericFeature)
    assert isinstance(dose, NumericFeature)
    assert isinstance(colour, CategoryFeature)
    assert age.fill is not None
    assert dose.indicator


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("name", FILES)
def test_the_sound_file_passes(sound: Sound, name: str, against: str) -> None:
    verdict = verify(sound.against(against), sound.folder / name, sound.rows)
    assert verdict.passed, verdict.faults
    assert bool(verdict.unchecked) is (against == "bare")


@pytest.mark.parametrize("against", ["run", "bare"])
@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("name", FILES)
def test_each_layers_largest_weight_negated(sound: Sound, name: str, forged: bool, against: str) -> None:
    changes = changed_weights(sound.folder / name)
    assert len(changes) >= 4
    _, contract = taken_apart(sound.folder / name)
    for what, payload in changes:
        verdict = verify(sound.against(against), sealed(payload, contract, forged), sound.rows)
        assert not verdict.passed, f"{what} in {name} passes"
        assert verdict.recipe == contract.recipe


def fill_of_another(document: dict[str, Any]) -> None:
    feature = document["features"][0]
    feature["fill"] = (feature["fill"] or 0) + 1


def words_swapped(document: dict[str, Any]) -> None:
    feature = document["features"][-1]
    if feature["kind"] == "category":
        feature["values"] = feature["values"][::-1]
    else:
        first = document["features"][0]
        first["name"], feature["name"] = feature["name"], first["name"]


def indicator_moved(document: dict[str, Any]) -> None:
    first, second, *_ = document["features"]
    first["indicator"], second["indicator"] = second.get("indicator", False), first.get("indicator", False)
    if not first["indicator"]:
        first["name"], second["name"] = second["name"], first["name"]


OF_FEATURES = (fill_of_another, words_swapped, indicator_moved)
OTHERS = tuple(change for change in CLAIMS if change.__name__ not in ("features", "fill", "words"))


@pytest.mark.parametrize("forged", [False, True], ids=["honest", "forged"])
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [*OTHERS, *OF_FEATURES], ids=lambda change: change.__name__)
def test_another_contract(sound: Sound, change: Callable[[dict[str, Any]], None], name: str, forged: bool) -> None:
    said, told = CLAIMS.get(change, ("other features", "features: names, order"))
    changed = claiming(sound.folder / name, change, forged)
    against_run = verify(sound.run, changed, sound.rows)
    assert not against_run.passed
    assert said in " ".join(against_run.faults)
    bare = verify(sound.bare, changed, sound.rows)
    if told is None:
        assert not bare.passed
        assert said in " ".join(bare.faults)
    else:
        assert not bare.passed or any(told in line for line in bare.unchecked), bare.unchecked


def sizes(run: Path) -> list[str]:
    return [step["name"] for step in json.loads((run / "run.json").read_text())["ladder"]]


def test_golden_rows_of_every_size_show_single_changes_or_name_them(sound: Sound, tmp_path: Path) -> None:
    """Of what is missed, thresholds that no score is near do not count: rows of the test split show them no more."""
    run = sound.folder.parent / "run"
    rows = pyarrow.parquet.read_table(sound.rows)
    assert len(sizes(run)) >= 3
    changes, missed = 0, []
    for size in sizes(run):
        for made in export(run, tmp_path / size, size=size, recipes=["float32"]):
            model = load(made.path)
            golden = model.contract.golden
            assert golden is not None
            assert golden.changes is not None
            assert golden.changes >= 12
            assert golden.caught == golden.changes - len(golden.missed)
            scores = model.predict_proba(rows)
            changes += golden.changes
            missed += [(size, line) for line in golden.missed if not out_of_reach(line, model, scores)]
    assert len(missed) <= (1 - LEAST) * changes, missed


def out_of_reach(line: str, model: Predictor, scores: np.ndarray) -> bool:
    """Tell whether a line names a moved threshold, and no score decides otherwise by it."""
    found = re.fullmatch(r"threshold of '(.+)' moved by ([+-].+)", line)
    if found is None:
        return False
    label = model.labels.index(found[1])
    before = np.float32(model.thresholds[label])
    between = (scores[:, label] >= before) != (scores[:, label] >= before + np.float32(found[2]))
    return not between.any()
