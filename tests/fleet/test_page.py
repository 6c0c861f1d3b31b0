"""The programs of docs/fleet.md that need Spark and Ray, run as they stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow
import pytest

import tagship_runtime
from repo.blocks import blocks

PAGE = Path(__file__).parents[2] / "docs" / "fleet.md"
HERE = "tests/fleet run it, where Spark and Ray are"

pytestmark = pytest.mark.filterwarnings("ignore")


def programs(word: str) -> list[str]:
    """Blocks of the section of that name that are left to these tests."""
    (section,) = [part for part in PAGE.read_text().split("\n### ") if part.startswith(word)]
    return [block.body for block in blocks(section.split("\n## ")[0]) if block.reason == HERE]


def test_spark(spark: Any, folder: Path, table: pyarrow.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    from tagship_runtime.arrow import scorer

    frame = spark.read.parquet(str(folder / "parcels"))
    frame.createOrReplaceTempView("parcels")
    names = {"spark": spark, "df": frame, "scorer": scorer}
    for program in programs("Spark"):
        exec(compile(program, str(PAGE), "exec"), names)  # noqa: S102
    model = tagship_runtime.load("model.tflite")
    wanted = dict(zip(table["part"].to_pylist(), model.predict_labels(table), strict=True))
    assert {row["part"]: tuple(row["tags"]) for row in names["tagged"].collect()} == wanted
    decided = {
        row["part"]: tuple(label for label in model.labels if row[label]) for row in names["decisions"].collect()
    }
    assert decided == wanted


def test_ray(ray: Any, folder: Path, table: pyarrow.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    from tagship_runtime.arrow import scorer

    names = {"ray": ray, "ds": ray.data.read_parquet(str(folder / "parcels")), "scorer": scorer}
    plain, actors = programs("Ray Data")
    exec(compile(plain, str(PAGE), "exec"), names)  # noqa: S102
    model = tagship_runtime.load("model.tflite")
    wanted = dict(zip(table["part"].to_pylist(), model.predict_labels(table), strict=True))
    rows = names["decisions"].take_all()
    assert {row["part"]: tuple(label for label in model.labels if row[label]) for row in rows} == wanted
    exec(compile(actors.replace("/models", str(folder)), str(PAGE), "exec"), names)  # noqa: S102
    assert sum(row["heavy"] for row in names["decisions"].take_all()) == sum(
        "heavy" in tags for tags in wanted.values()
    )
