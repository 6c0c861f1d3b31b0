"""Training over a table that memory need not hold: as good as on the rows that were drawn, the same twice."""

from __future__ import annotations

import json
import random as standard_random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from jsonschema import Draft202012Validator

from repo.schemas import DOCUMENTS, schema
from tagship_training import Config, LabelColumns, Options, Run, draw, open_parts, train
from tagship_training.errors import ConfigError
from training.sizes.conftest import quickly

Command = Callable[..., Any]
ROWS, SAMPLE = 8000, 400
ONE = Config(hidden=(8,), members=1, epochs=2, learning_rate=0.01)


def write(folder: Path, *, noise: bool = False) -> Path:
    """Labels that follow from four numbers; or, but for the rows that are drawn, by chance alone."""
    random = np.random.default_rng(0)
    features = random.normal(size=(ROWS, 4))
    targets = np.stack([features[:, 0] + features[:, 1] > 0.3, features[:, 2] * features[:, 3] > 0], axis=1)
    if noise:
        drawn = np.zeros(ROWS, bool)
        drawn[standard_random.Random(3).sample(range(ROWS), SAMPLE)] = True  # noqa: S311
        targets = np.where(drawn[:, None], targets, random.random(targets.shape) < 0.5)
    for place in range(4):
        own = slice(place * ROWS // 4, (place + 1) * ROWS // 4)
        columns = {name: features[own, column] for column, name in enumerate("abcd")}
        labels = {
            f"label:{name}": targets[own, column].astype(np.uint8) for column, name in enumerate(("line", "both"))
        }
        pyarrow.parquet.write_table(pyarrow.table(columns | labels), folder / f"{place}.parquet", row_group_size=500)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("stream"))


def train_on(folder: Path, config: Config = ONE, passes: int = 3, **settings: Any) -> Run:
    rows = draw(open_parts(str(folder)), LabelColumns(), sample=SAMPLE, passes=passes, seed=3)
    return train(rows.train, test=rows.test, validation=rows.validation, stream=rows.stream, config=config, **settings)


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return train_on(folder)


def test_all_rows_teach(run: Run, folder: Path) -> None:
    rows = draw(open_parts(str(folder)), LabelColumns(), sample=SAMPLE, seed=3)
    few = train(rows.train, test=rows.test, validation=rows.validation, config=ONE)
    for split in ("held_out", "test"):
        assert run.metrics[split]["log_loss"] < few.metrics[split]["log_loss"] - 0.1
    assert run.to_dict()["stream"] == {"files": 4, "rows": ROWS, "learned": ROWS - 200, "passes": 3}
    assert run.to_dict()["rows"] == {"train": 200, "validation": 100, "test": 100}
    said = "of 8,000 rows, 200 decided about columns"
    assert any(notice.startswith(said) and notice.endswith("from 7,800, each read 3 times") for notice in run.notices)


def test_passes_are_told_as_epochs(run: Run) -> None:
    epochs = [epoch["epoch"] for epoch in run.history if epoch["network"] == "wide"]
    assert epochs == [1, 2, 3, 4, 5]  # two on the rows that were drawn, three over all


def test_one_seed_gives_the_same_weights_twice(run: Run, folder: Path) -> None:
    again = train_on(folder)
    for first, second in zip(run.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert run.thresholds == again.thresholds
    other = train_on(folder, replace(ONE, seed=1))
    assert any(
        not np.array_equal(first, second)
        for first, second in zip(run.model.get_weights(), other.model.get_weights(), strict=True)
    )


def test_weights_stay_where_all_rows_make_them_worse(tmp_path: Path) -> None:
    folder = write(tmp_path, noise=True)
    rows = draw(open_parts(str(folder)), LabelColumns(), sample=SAMPLE, seed=3)
    config = replace(ONE, epochs=30)
    few = train(rows.train, test=rows.test, validation=rows.validation, config=config)
    run = train_on(folder, config, passes=1)
    for first, second in zip(run.model.get_weights(), few.model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert any("all rows made it no better" in notice for notice in run.notices)


def test_students_of_every_size_learn_from_all_rows(folder: Path) -> None:
    with quickly():
        run = train_on(folder, Config(), passes=2)
    assert run.ladder is not None
    notices = [notice for notice in run.notices if "held-out log loss" in notice or "made it no better" in notice]
    students = [size.name for size in run.ladder.sizes if size.name in {epoch["network"] for epoch in run.history}]
    assert [notice.partition(":")[0] for notice in notices] == students
    assert {"4", "16-8"} <= {*students}
    passes = [epoch for epoch in run.history if epoch["network"] == "16-8"]
    assert [epoch["epoch"] for epoch in passes][-3:] == [len(passes) - 2, len(passes) - 1, len(passes)]
    assert run.metrics["test"]["log_loss"] < 0.35  # 0.24 measured; 0.48 from the rows that were drawn alone


def test_an_interruption_keeps_the_last_whole_pass(folder: Path) -> None:
    def on_step(step: str) -> None:
        if step.startswith("pass 2 of 3"):
            raise KeyboardInterrupt

    run = train_on(folder, on_step=on_step)
    assert any("interrupted while all rows were read" in notice for notice in run.notices)
    assert [epoch["epoch"] for epoch in run.history if epoch["network"] == "wide"] == [1, 2, 3]


def test_a_learning_curve_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="a learning curve"):
        train_on(folder, options=Options(learning_curve=True))


QUICK = ("--sample", SAMPLE, "--hidden", 4, "--members", 1, "--epochs", 1, "--passes", 1)


def test_from_a_folder_to_an_artifact(tagship: Command, folder: Path, tmp_path: Path) -> None:
    done = tagship("train", folder, "--out", tmp_path / "run", *QUICK)
    assert done.code == 0, done.err
    assert "of 8,000 rows, 200 decided about columns" in done.err
    assert {path.name for path in (tmp_path / "run" / "rows").iterdir()} == {
        "train.parquet",
        "validation.parquet",
        "test.parquet",
    }
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert document["stream"]["rows"] == ROWS
    strict = schema(next(one for one in DOCUMENTS if one.file == "run.json"), strict=True)
    assert [error.message for error in Draft202012Validator(strict).iter_errors(document)] == []
    exported = tagship("export", tmp_path / "run", "--out", tmp_path / "artifacts", "--formats", "onnx")
    assert exported.code == 0, exported.err
    answered = tagship("predict", tmp_path / "artifacts" / "float32.onnx", folder / "0.parquet")
    assert answered.code == 0, answered.err
    assert len(answered.out.splitlines()) == 1 + ROWS // 4


def test_a_bad_row_ends_before_training_and_leaves_nothing(tagship: Command, tmp_path: Path) -> None:
    folder = write(tmp_path)
    path = folder / "3.parquet"
    rows = pyarrow.parquet.read_table(path)
    cells = rows["c"].to_pylist()
    cells[1234] = float("-inf")
    pyarrow.parquet.write_table(rows.set_column(2, "c", pyarrow.array(cells)), path)
    done = tagship("train", folder, "--out", tmp_path / "run", *QUICK)
    assert done.code == 2
    assert done.err == f"tagship: error: {path}: row 1234, column 'c': -inf is infinite in float32; mend it\n"
    assert sorted(found.name for found in tmp_path.iterdir()) == [f"{place}.parquet" for place in range(4)]


def test_a_folder_without_parquet_is_refused(tagship: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,label:a\n1,0\n")
    done = tagship("train", tmp_path, "--out", tmp_path / "run")
    assert (done.code, done.out) == (2, "")
    assert "is no Parquet file" in done.err
    done = tagship("train", tmp_path / "a.csv", "--out", tmp_path / "run", "--passes", 2)
    assert done.code == 2
    assert "give --sample as well" in done.err
