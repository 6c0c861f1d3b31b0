"""``tagship predict --drift``: counts of a file, of a folder's parts, and of a file that says nothing of training."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pytest
from jsonschema import Draft202012Validator

import tagship_runtime
from repo.schemas import DOCUMENTS, schema
from tagship_runtime.monitoring.drift import Drift

EARLIER = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
Command = Callable[..., Any]


@pytest.fixture
def table(article_run: Path) -> pyarrow.Table:
    """Test rows of the run, with their labels."""
    return pyarrow.parquet.read_table(article_run / "rows" / "test.parquet")


def counted(tagship: Command, artifact: Path, source: Path, folder: Path, *options: object) -> Any:
    done = tagship("predict", artifact, source, "--out", folder / "out.csv", "--drift", folder / "drift.json", *options)
    assert done.code == 0, done.err
    return json.loads((folder / "drift.json").read_text()), done.err


def test_rows_like_those_of_training_are_not_shifted_and_others_are(
    tagship: Command, artifact: Path, table: pyarrow.Table, tmp_path: Path
) -> None:
    pyarrow.csv.write_csv(table, tmp_path / "rows.csv")
    document, said = counted(tagship, artifact, tmp_path / "rows.csv", tmp_path)
    assert (document["rows"], document["digest"]) == (len(table), tagship_runtime.load(artifact).contract.digest)
    assert not any(one["shifted"] for one in (*document["features"], *document["labels"]))
    assert "distributed otherwise" not in said
    for one in (*document["features"], *document["labels"]):
        assert sum(one["counts"]) == len(table)
        np.testing.assert_allclose(np.array(one["counts"]) / len(table), one["reference"], atol=0.05)
    strict = schema(next(one for one in DOCUMENTS if one.file == "drift.json"), strict=True)
    assert [error.message for error in Draft202012Validator(strict).iter_errors(document)] == []
    moved = table.set_column(0, table.column_names[0], pyarrow.array(table[0].to_numpy() * 0.5))
    pyarrow.csv.write_csv(moved, tmp_path / "moved.csv")
    document, said = counted(tagship, artifact, tmp_path / "moved.csv", tmp_path)
    assert [one["name"] for one in document["features"] if one["shifted"]] == [table.column_names[0]]
    assert f"tagship: column {table.column_names[0]!r} is distributed otherwise than in training: PSI" in said


def test_parts_and_devices_add_up_to_one_file(
    tagship: Command, artifact: Path, table: pyarrow.Table, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    pyarrow.csv.write_csv(table, tmp_path / "whole.csv")
    for number, (start, size) in enumerate(((0, 700), (700, 1), (701, len(table)))):
        pyarrow.csv.write_csv(table.slice(start, size), tmp_path / "parts" / f"{number}.csv")
    whole, _ = counted(tagship, artifact, tmp_path / "whole.csv", tmp_path)
    done = tagship(
        "predict", artifact, tmp_path / "parts", "--out", tmp_path / "answers", "--workers", 2,
        "--drift", tmp_path / "fleet.json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "fleet.json").read_text()) == whole
    contract = tagship_runtime.load(artifact).contract
    fleet = Drift(contract)
    for part in sorted((tmp_path / "parts").iterdir()):
        fleet.merge(Drift.from_dict(counted(tagship, artifact, part, tmp_path)[0], contract))
    assert fleet.to_dict() == whole


def test_a_folder_that_was_answered_without_counts_is_refused(
    tagship: Command, artifact: Path, table: pyarrow.Table, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    pyarrow.csv.write_csv(table.slice(0, 9), tmp_path / "parts" / "0.csv")
    command = ("predict", artifact, tmp_path / "parts", "--out", tmp_path / "answers")
    assert tagship(*command).code == 0
    done = tagship(*command, "--drift", tmp_path / "drift.json")
    assert done.code == 2
    assert "made with another drift" in done.err
    assert not (tmp_path / "drift.json").exists()


def test_rows_that_are_left_out_are_not_counted(
    tagship: Command, artifact: Path, table: pyarrow.Table, tmp_path: Path
) -> None:
    pyarrow.csv.write_csv(table.slice(0, 40), tmp_path / "rows.csv")
    lines = (tmp_path / "rows.csv").read_text().splitlines()
    lines[7] = lines[7].replace(",", ",x", 1)
    (tmp_path / "bad.csv").write_text("\n".join(lines) + "\n")
    document, _ = counted(tagship, artifact, tmp_path / "bad.csv", tmp_path, "--on-error", "skip")
    assert document["rows"] == 39
    assert {
        sum(one["counts"]) + one.get("missing_cells", 0) for one in (*document["features"], *document["labels"])
    } == {39}


@pytest.mark.parametrize("out", ["drift.json", "out.csv"])
def test_what_cannot_be_counted_is_told_before_anything_is_written(tagship: Command, out: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("weight,humidity,surface\n1,2,ice\n")
    done = tagship(
        "predict", EARLIER, tmp_path / "rows.csv", "--out", tmp_path / out, "--drift", tmp_path / "drift.json"
    )
    assert done.code == 2
    assert ("give a file each" if out == "drift.json" else "export it again with this version") in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
