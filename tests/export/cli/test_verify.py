"""``tagship verify``: what it compares, proves and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_export import open_original
from tagship_export.targets.registry import TARGETS
from tagship_runtime import container

Command = Callable[..., Any]


def test_verify_passes_and_says_so(tagship: Command, article_run: Path, artifact: Path) -> None:
    done = tagship("verify", article_run, artifact)
    assert done.code == 0
    assert "passed" in done.out
    (entry,) = json.loads(tagship("verify", article_run, artifact, "--json", "--data", "sample:synthetic").out)
    assert entry["parity"]["rows"] == 10_000
    assert entry["parity"]["flips"] == sum(entry["parity"]["flips_per_label"].values())


def test_verify_against_a_bare_keras_file(tagship: Command, article_run: Path, artifact: Path) -> None:
    rows = article_run / "rows" / "test.parquet"
    bare = ("verify", article_run / "model.keras", artifact, "--data", rows)
    assert tagship(*bare).code == 0
    swapped = tagship(*bare, "--labels", "class_1,class_0,class_2")
    assert swapped.code == 1
    told = " ".join(swapped.out.split())
    assert "its labels are ['class_0', 'class_1', 'class_2'], the original's ['class_1'" in told
    few = tagship(*bare, "--labels", "a,b")
    assert (few.code, few.out) == (2, "")
    assert "2 labels for a model that gives 3 scores" in few.err
    without = tagship("verify", article_run / "model.keras", artifact)
    assert (without.code, "--data" in without.err) == (2, True)


def test_rows_without_labels_are_compared_without_f1(
    tagship: Command, article_run: Path, artifact: Path, tmp_path: Path
) -> None:
    table = pyarrow.parquet.read_table(article_run / "rows" / "test.parquet")
    unlabelled = table.select([name for name in table.column_names if name.startswith("feature")])
    pyarrow.parquet.write_table(unlabelled, tmp_path / "rows.parquet")
    done = tagship("verify", article_run, artifact, "--data", tmp_path / "rows.parquet", "--json")
    assert done.code == 0
    assert json.loads(done.out)[0]["quality"] is None
    pyarrow.parquet.write_table(unlabelled.slice(0, 0), tmp_path / "none.parquet")
    empty = tagship("verify", article_run, artifact, "--data", tmp_path / "none.parquet")
    assert (empty.code, "no rows to compare" in empty.err) == (2, True)


def resealed(artifact: Path, folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """The artifact with another contract, digest and all."""
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    document = change(contract.to_dict())
    path = folder / artifact.name
    path.write_bytes(container.attach(payload, tagship_runtime.Contract.from_json(json.dumps(document))))
    return path


@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (lambda d: d | {"labels": d["labels"][::-1]}, "its labels are"),
        (lambda d: d | {"thresholds": [0.9, 0.9, 0.9]}, "its thresholds are (0.9, 0.9, 0.9)"),
        (lambda d: d | {"features": d["features"][::-1]}, "other features"),
    ],
)
def test_a_contract_that_lies_fails(
    tagship: Command,
    article_run: Path,
    artifact: Path,
    tmp_path: Path,
    sabotage: Callable[[dict[str, Any]], dict[str, Any]],
    said: str,
) -> None:
    done = tagship("verify", article_run, resealed(artifact, tmp_path, sabotage), "--json")
    assert done.code == 1
    assert said in " ".join(json.loads(done.out)[0]["faults"])


def test_another_models_artifact_fails(tagship: Command, scaled_run: Path, artifact: Path, article_run: Path) -> None:
    done = tagship("verify", scaled_run, artifact)
    assert done.code == 1
    assert "flips that are not borderline" in " ".join(done.out.split())


@pytest.fixture
def foreign(artifact: Path, tmp_path: Path) -> Path:
    """The same model as another tool makes it and ``attach`` describes it, without rows to name its features by."""
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    path = tmp_path / f"foreign{artifact.suffix}"
    made = replace(contract, features=None, recipe="unknown", source={"framework": "unknown"}, golden=None, parity=None)
    path.write_bytes(container.attach(payload, made))
    return path


def labels_in_front(run: Path, path: Path) -> Path:
    """The run's test rows as CSV, with columns of labels before and after those of features."""
    table = pyarrow.parquet.read_table(run / "rows" / "test.parquet").slice(0, 400)
    first, *others = [name for name in table.column_names if name.startswith("label:")]
    features = [name for name in table.column_names if name.startswith("feature")]
    pyarrow.csv.write_csv(table.select([first, *features, *others]), path)
    return path


def test_a_model_made_elsewhere_takes_no_labels_for_inputs(
    tagship: Command, article_run: Path, artifact: Path, foreign: Path, tmp_path: Path
) -> None:
    rows = labels_in_front(article_run, tmp_path / "rows.csv")
    bare = ("verify", article_run / "model.keras", "--data", rows, "--json")
    (want,) = json.loads(tagship(*bare, artifact).out)
    done = tagship(*bare, foreign)
    assert done.code == 0, done.err
    (got,) = json.loads(done.out)
    assert got["parity"]["max_difference"] == want["parity"]["max_difference"]
    assert got["quality"] == want["quality"]
    assert "meaning and order of the inputs" in got["unchecked"]
    for data in ((), ("--data", rows)):
        (entry,) = json.loads(tagship("verify", article_run, foreign, "--json", *data).out)
        (fault,) = entry["faults"]
        assert fault == "it describes other features than the original: none, where the original has some"
        assert entry["parity"]["max_difference"] < 1e-5


def test_predict_and_benchmark_leave_labels_out_likewise(
    tagship: Command,
    article_run: Path,
    artifact: Path,
    foreign: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = labels_in_front(article_run, tmp_path / "rows.csv")
    want = tagship("predict", artifact, rows, "--scores")
    got = tagship("predict", foreign, rows, "--scores")
    assert (got.code, got.out) == (0, want.out)
    monkeypatch.setattr("tagship_runtime.cli.benchmark.ONE_ROW_CALLS", 5)
    assert tagship("benchmark", foreign, "--data", rows).code == 0


def test_the_search_gives_a_model_without_features_what_the_original_encodes(
    tagship: Command, article_run: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagship_export.verification.counterexamples.ROUNDS", 2)
    done = tagship("verify", article_run, foreign, "--search", "--json")
    (entry,) = json.loads(done.out)
    assert len(entry["search"]["farthest"]["row"]) == 6
    assert entry["search"]["farthest"]["original"] == pytest.approx(entry["search"]["farthest"]["artifact"], abs=1e-5)


def test_a_file_without_a_contract_is_told_how_to_get_one(tagship: Command, article_run: Path, tmp_path: Path) -> None:
    converted = tmp_path / "made elsewhere.tflite"
    converted.write_bytes(TARGETS["tflite"].convert(open_original(article_run).model, None))
    done = tagship("verify", article_run, converted)
    assert done.code == 2
    assert f"give it one: tagship attach '{converted}' --labels A,B" in done.err
    assert len(done.err.splitlines()) == 1
